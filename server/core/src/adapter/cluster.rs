//! What all adapters share: the mailbox from which messages are published, one after the other.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use bytestring::ByteString;
use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};

use super::{Adapter, AdapterError, Body, ClusterMessage, Inbox, NodeId};
use crate::metrics::Metrics;
use crate::server::Server;

/// Messages that may wait to be published. More are dropped and counted: an emitter never waits for a broker.
const MAILBOX: usize = 65_536;

pub(crate) struct Cluster {
    adapter: Arc<dyn Adapter>,
    node: NodeId,
    metrics: Arc<Metrics>,
    sender: mpsc::Sender<Mail>,
    receiver: Mutex<Option<mpsc::Receiver<Mail>>>,
    closed: AtomicBool,
}

enum Mail {
    Publish(ClusterMessage),
    /// Leave the cluster, and say so.
    Close(oneshot::Sender<()>),
}

impl Cluster {
    pub(crate) fn new(adapter: Arc<dyn Adapter>, node: NodeId, metrics: Arc<Metrics>) -> Self {
        let (sender, receiver) = mpsc::channel(MAILBOX);
        Self {
            adapter,
            node,
            metrics,
            sender,
            receiver: Mutex::new(Some(receiver)),
            closed: AtomicBool::new(false),
        }
    }

    /// Joins the cluster and begins to publish what has been said so far.
    pub(crate) async fn start(&self, server: &Server) -> Result<(), AdapterError> {
        let Some(mailbox) = self.receiver.lock().take() else { return Ok(()) };
        if let Err(error) = self.adapter.start(self.node, Inbox::new(server)).await {
            // It may be tried again.
            *self.receiver.lock() = Some(mailbox);
            return Err(error);
        }
        tokio::spawn(publish(mailbox, self.adapter.clone(), self.metrics.clone()));
        Ok(())
    }

    /// Queues a message for the other nodes.
    pub(crate) fn publish(&self, namespace: &ByteString, body: Body) {
        let message = ClusterMessage { from: self.node, namespace: namespace.clone(), body };
        let closed = self.closed.load(Ordering::Relaxed);
        if closed || self.sender.try_send(Mail::Publish(message)).is_err() {
            self.metrics.cluster_dropped.increment();
        }
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
