//! What all adapters share: the mailbox from which messages are published, one after the other, and the
//! questions to other nodes that wait for answers.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytestring::ByteString;
use roomful_protocol::args::Args;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout_at};

use super::gather::{Gathering, Roll, Tally};
use super::{Adapter, AdapterError, Body, ClusterMessage, Inbox, NodeId, Peers, RequestId, SocketDetails};
use crate::metrics::Metrics;
use crate::server::Server;
use crate::sync::Mutex;

/// Messages that may wait to be published. More are dropped and counted: an emitter never waits for a broker.
const MAILBOX: usize = 65_536;

/// How long other nodes are waited for unless said otherwise.
pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);

pub(crate) struct Cluster {
    adapter: Arc<dyn Adapter>,
    node: NodeId,
    metrics: Arc<Metrics>,
    /// How long other nodes are waited for.
    pub(crate) timeout: Duration,
    sender: mpsc::Sender<Mail>,
    receiver: Mutex<Option<mpsc::Receiver<Mail>>>,
    closed: AtomicBool,
    /// Where what other nodes ask for is done when it has to wait. Set when the cluster is joined.
    runtime: OnceLock<Handle>,
    questions: Mutex<HashMap<RequestId, Question>>,
}

#[expect(clippy::large_enum_variant, reason = "nearly all mail is a message")]
enum Mail {
    Publish(ClusterMessage),
    /// Leave the cluster, and say so.
    Close(oneshot::Sender<()>),
}

/// A question to other nodes, and where their answers are gathered.
#[derive(Clone)]
pub(crate) enum Question {
    Clients(Arc<Gathering<Tally>>),
    Sockets(Arc<Gathering<Roll<Vec<SocketDetails>>>>),
    Servers(Arc<Gathering<Roll<Option<Args>>>>),
}

impl Cluster {
    pub(crate) fn new(
        adapter: Arc<dyn Adapter>,
        node: NodeId,
        timeout: Duration,
        metrics: Arc<Metrics>,
    ) -> Self {
        let (sender, receiver) = mpsc::channel(MAILBOX);
        Self {
            adapter,
            node,
            metrics,
            timeout,
            sender,
            receiver: Mutex::new(Some(receiver)),
            closed: AtomicBool::new(false),
            runtime: OnceLock::new(),
            questions: Mutex::default(),
        }
    }

    /// Joins the cluster and begins to publish what has been said so far.
    pub(crate) async fn start(&self, server: &Server) -> Result<(), AdapterError> {
        let Some(mailbox) = self.receiver.lock().take() else { return Ok(()) };
        self.runtime.get_or_init(Handle::current);
        if let Err(error) = self.adapter.start(self.node, Inbox::new(server)).await {
            // It may be tried again.
            *self.receiver.lock() = Some(mailbox);
            return Err(error);
        }
        tokio::spawn(publish(mailbox, self.adapter.clone(), self.metrics.clone()));
        Ok(())
    }

    /// Queues a message for the other nodes, or for one of them.
    pub(crate) fn publish(&self, namespace: &ByteString, to: Option<NodeId>, body: Body) {
        let message = ClusterMessage { from: self.node, to, namespace: namespace.clone(), body };
        let closed = self.closed.load(Ordering::Relaxed);
        if closed || self.sender.try_send(Mail::Publish(message)).is_err() {
            self.metrics.cluster_dropped.increment();
        }
    }

    /// The other nodes that a question about this namespace goes to.
    pub(crate) async fn peers(&self, namespace: &ByteString, deadline: Instant) -> Peers {
        match timeout_at(deadline, self.adapter.peers(namespace)).await {
            Ok(Ok(peers)) => peers,
            failed => {
                self.metrics.cluster_failed.increment();
                match failed {
                    Ok(Err(error)) => tracing::warn!(%error, "the adapter cannot tell which nodes there are"),
                    _ => tracing::warn!("the adapter did not tell in time which nodes there are"),
                }
                // Somebody may be there, and nobody can tell whether all have answered.
                Peers::Counted(1)
            }
        }
    }

    /// How many other nodes there are.
    pub(crate) async fn peer_count(&self, namespace: &ByteString) -> Result<usize, AdapterError> {
        match timeout_at(Instant::now() + self.timeout, self.adapter.peers(namespace)).await {
            Ok(peers) => peers.map(|peers| peers.len()),
            Err(elapsed) => Err(elapsed.into()),
        }
    }

    /// Begins to listen for the answers to a question, until what comes back is dropped.
    pub(crate) fn ask(&self, question: Question) -> Asking<'_> {
        let id = RequestId::random();
        self.questions.lock().insert(id.clone(), question);
        Asking { cluster: self, id }
    }

    /// Another node has answered. Late and repeated answers, and those to nobody's question, are ignored.
    pub(super) fn answered(&self, from: NodeId, body: &Body) {
        let (Body::Asked { request, .. }
        | Body::Answer { request, .. }
        | Body::Gone { request }
        | Body::Fetched { request, .. }
        | Body::ServerAnswer { request, .. }) = body
        else {
            return;
        };
        let question = self.questions.lock().get(request).cloned();
        match (question, body) {
            (Some(Question::Clients(tally)), Body::Asked { clients, .. }) => {
                tally.update(|tally| tally.asked.hear(from, *clients));
            }
            (Some(Question::Clients(tally)), Body::Answer { socket, args, .. }) => {
                tally.update(|tally| tally.answer(from, socket.clone(), args.clone()));
            }
            (Some(Question::Clients(tally)), Body::Gone { .. }) => tally.update(|tally| tally.gone(from)),
            (Some(Question::Sockets(roll)), Body::Fetched { sockets, .. }) => {
                roll.update(|roll| roll.hear(from, sockets.clone()));
            }
            (Some(Question::Servers(roll)), Body::ServerAnswer { answer, .. }) => {
                roll.update(|roll| roll.hear(from, answer.clone()));
            }
            _ => {}
        }
    }

    /// Where work for other nodes goes on when it has to wait.
    pub(crate) fn runtime(&self) -> Option<&Handle> {
        self.runtime.get()
    }

    /// Leaves the cluster, behind what has been said.
    pub(crate) async fn close(&self) {
        let never_joined = self.receiver.lock().is_some();
        if never_joined || self.closed.swap(true, Ordering::Relaxed) {
            return;
        }
        let (left, wait) = oneshot::channel();
        if self.sender.send(Mail::Close(left)).await.is_ok() {
            let _ = wait.await;
        }
    }
}

/// A question that is asked. Dropped, nobody listens for its answers any more.
pub(crate) struct Asking<'a> {
    cluster: &'a Cluster,
    pub(crate) id: RequestId,
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.cluster.questions.lock().remove(&self.id);
    }
}

/// Publishes one message after the other. Ends with the server, or when it leaves the cluster.
async fn publish(mut mailbox: mpsc::Receiver<Mail>, adapter: Arc<dyn Adapter>, metrics: Arc<Metrics>) {
    while let Some(mail) = mailbox.recv().await {
        match mail {
            Mail::Publish(message) => {
                if let Err(error) = adapter.publish(message).await {
                    metrics.cluster_failed.increment();
                    tracing::warn!(%error, "a message for other nodes could not be published");
                }
            }
            Mail::Close(left) => {
                adapter.close().await;
                let _ = left.send(());
                return;
            }
        }
    }
}
