//! Asking many clients at once.

use std::borrow::Cow;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use roomful_protocol::args::{Args, DeserializeError, SerializeError};
use tokio::time::Instant;

use super::broadcast::Broadcast;
use super::checked;
use crate::ack::collector::{Collector, Report};
use crate::ack::{DEFAULT_TIMEOUT, RequestError};
use crate::adapter::cluster::Question;
use crate::adapter::gather::{Gathering, Tally};
use crate::adapter::{Body, MissingNodes, NodeId, Peers};
use crate::id::SocketId;
use crate::namespace::active::ActiveNamespace;

/// An event that asks many clients for an acknowledgement. Nothing is sent before it is awaited.
///
/// It ends when everybody who was asked has answered or disconnected, on all nodes; at the latest when the time
/// is up. Then it gives the answers that came, also when some are missing.
///
/// ```no_run
/// # async fn example(server: roomful_core::Server) -> Result<(), roomful_core::RequestError> {
/// use std::time::Duration;
///
/// let votes = server.main().to("voters").request_raw::<bool>("vote?", ()).timeout(Duration::from_secs(10)).await?;
/// let ayes = votes.values().filter(|aye| **aye).count();
/// println!("{ayes} of {} voted aye", votes.asked);
/// # Ok(())
/// # }
/// ```
#[must_use = "a request is sent when it is awaited"]
pub struct BroadcastRequest<A> {
    broadcast: Broadcast,
    name: Cow<'static, str>,
    args: Result<Args, SerializeError>,
    timeout: Duration,
    parse: fn(&Args) -> Result<A, DeserializeError>,
    answer: PhantomData<fn() -> A>,
}

/// What came back from a [`BroadcastRequest`].
#[derive(Debug)]
#[non_exhaustive]
pub struct Responses<A> {
    /// The answers in the order in which they came.
    pub answers: Vec<Response<A>>,
    /// How many clients were asked, on all nodes that have said so.
    pub asked: usize,
    /// Nodes that have not said in time how many they asked.
    pub missing: MissingNodes,
}

/// One client's answer.
#[derive(Debug)]
#[non_exhaustive]
pub struct Response<A> {
    /// The node whose client it is.
    pub node: NodeId,
    /// The client; `None` when it is on another node whose wire does not say.
    pub socket: Option<SocketId>,
    /// The first argument of its answer, or why that does not fit.
    pub answer: Result<A, DeserializeError>,
}

impl<A> Responses<A> {
    /// Whether every client that was asked has answered, on every node.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty() && self.answers.len() >= self.asked
    }

    /// The answers that fit.
    pub fn values(&self) -> impl Iterator<Item = &A> {
        self.answers.iter().filter_map(|response| response.answer.as_ref().ok())
    }
}

impl<A: 'static> BroadcastRequest<A> {
    pub(super) fn new(
        broadcast: Broadcast,
        name: impl Into<Cow<'static, str>>,
        args: Result<Args, SerializeError>,
        parse: fn(&Args) -> Result<A, DeserializeError>,
    ) -> Self {
        Self { broadcast, name: name.into(), args, timeout: DEFAULT_TIMEOUT, parse, answer: PhantomData }
    }

    /// Waits at most this long (default 30 s).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    async fn send(self) -> Result<Responses<A>, RequestError> {
        let parse = self.parse;
        let Tally { asked, answers, .. } = self.ask_until(Tally::is_complete).await?.0;
        let (asked, missing) = asked.finish();
        let answers =
            answers.into_iter().map(|(node, socket, args)| Response { node, socket, answer: parse(&args) });
        Ok(Responses {
            answers: answers.collect(),
            asked: asked.into_iter().map(|(_, asked)| asked).sum(),
            missing,
        })
    }

    /// Waits for one answer only.
    pub(crate) async fn only(self) -> Result<A, RequestError> {
        let parse = self.parse;
        let one = |tally: &Tally| !tally.answers.is_empty() || tally.is_complete();
        let (tally, deadline) = self.ask_until(one).await?;
        match tally.answers.first() {
            Some((.., args)) => parse(args).map_err(RequestError::Answer),
            None if deadline <= Instant::now() => Err(RequestError::Timeout),
            None => Err(RequestError::Disconnected),
        }
    }

    /// Asks and waits until what has come is enough, or the deadline.
    async fn ask_until(self, enough: impl Fn(&Tally) -> bool) -> Result<(Tally, Instant), RequestError> {
        let namespace = self.broadcast.namespace.clone();
        let args = checked(&namespace, &self.name, self.args)?;
        let deadline = Instant::now() + self.timeout;
        let peers = self.broadcast.peers(deadline).await;
        let here = namespace.shared.node;
        let tally = Arc::new(Gathering::new(Tally::new(here, &peers)));
        // It listens before anybody can answer.
        let cluster = namespace.shared.cluster.as_ref().filter(|_| !peers.is_empty());
        let asking = cluster.map(|cluster| cluster.ask(Question::Clients(tally.clone())));
        let place = Place::new(&namespace, Collector::new(Report::Here(here, tally.clone())));
        self.broadcast.ask(&place, &self.name, &args);
        if let Some(asking) = &asking {
            self.broadcast.tell_cluster(|| Body::Request {
                request: asking.id.clone(),
                target: self.broadcast.target(),
                event: self.name.as_ref().into(),
                args,
                volatile: self.broadcast.volatile,
                timeout: self.timeout,
            });
        }
        tally.wait(deadline, enough).await;
        Ok((tally.take(), deadline))
    }
}

impl<A: 'static> IntoFuture for BroadcastRequest<A> {
    type Output = Result<Responses<A>, RequestError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// The id under which a question waits for answers of this node's clients, taken back at the end.
pub(crate) struct Place {
    namespace: Arc<ActiveNamespace>,
    id: u64,
    collector: Arc<Collector>,
}

impl Place {
    pub(crate) fn new(namespace: &Arc<ActiveNamespace>, collector: Arc<Collector>) -> Self {
        let id = namespace.next_ack_id();
        namespace.collectors.insert(id, collector.clone());
        Self { namespace: namespace.clone(), id, collector }
    }

    /// Waits until everybody on this node has answered or gone, or the deadline.
    pub(crate) async fn ended(self, deadline: Instant) {
        self.collector.ended(deadline).await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.namespace.collectors.remove(self.id);
    }
}

impl Broadcast {
    /// Asks this node's clients, and says how many they are.
    pub(crate) fn ask(&self, place: &Place, name: &str, args: &Args) {
        let asked = self.deliver_question(place.id, name, args, &place.collector).queued;
        place.collector.all_asked(&place.namespace, asked);
    }

    async fn peers(&self, deadline: Instant) -> Peers {
        match self.cluster() {
            Some(cluster) => cluster.peers(&self.namespace.path, deadline).await,
            None => Peers::NONE,
        }
    }
}
