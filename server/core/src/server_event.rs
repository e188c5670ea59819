//! Events for the servers of a cluster themselves, rather than for clients.

use std::borrow::Cow;
use std::collections::HashMap;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytestring::ByteString;
use futures_util::FutureExt;
use futures_util::future::join_all;
use roomful_protocol::args::{Args, DeserializeError, SerializeError};
use tokio::time::{Instant, timeout};

use crate::ack::RequestError;
use crate::adapter::cluster::{Cluster, Question};
use crate::adapter::gather::{Gathering, Roll};
use crate::adapter::{Body, MissingNodes, NodeId, RequestId};
use crate::emit::EmitError;
use crate::extract::{FromRef, State};
use crate::handler::BoxFuture;
use crate::handler::answer::Answer;
use crate::namespace::NamespaceHandle;
use crate::namespace::active::ActiveNamespace;

/// How long a handler may take. Nobody who asks waits that long unless told to.
const PATIENCE: Duration = Duration::from_secs(30);

/// Names with a meaning of their own on a server.
pub(crate) fn is_reserved(name: &str) -> bool {
    matches!(name, "connect" | "connection" | "new_namespace")
}

/// An event that another server of the cluster has sent to the servers.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServerEvent {
    /// The namespace it was sent in.
    pub namespace: NamespaceHandle,
    /// The server that has sent it.
    pub from: NodeId,
    /// Its name.
    pub name: ByteString,
    /// Its arguments.
    pub args: Args,
}

/// The arguments of a handler of server events: the event, and at most two parts of the state.
#[diagnostic::on_unimplemented(
    message = "a handler of server events cannot have the arguments `{Self}`",
    note = "its arguments are `ServerEvent` and then at most two `State<T>`"
)]
pub trait ServerEventArguments<S>: Sized {
    /// Takes them.
    fn take(event: ServerEvent, state: &S) -> Self;
}

impl<S> ServerEventArguments<S> for (ServerEvent,) {
    fn take(event: ServerEvent, _: &S) -> Self {
        (event,)
    }
}

impl<S, A: FromRef<S>> ServerEventArguments<S> for (ServerEvent, State<A>) {
    fn take(event: ServerEvent, state: &S) -> Self {
        (event, State(A::from_ref(state)))
    }
}

impl<S, A: FromRef<S>, B: FromRef<S>> ServerEventArguments<S> for (ServerEvent, State<A>, State<B>) {
    fn take(event: ServerEvent, state: &S) -> Self {
        (event, State(A::from_ref(state)), State(B::from_ref(state)))
    }
}

pub(crate) type Bound = Arc<dyn Fn(ServerEvent) -> BoxFuture<Answer> + Send + Sync>;

/// The handlers of a namespace's server events, by name.
pub(crate) type Handlers = HashMap<String, Vec<Bound>>;

/// An event that asks the other servers of the cluster. Nothing is sent before it is awaited.
#[must_use = "a request is sent when it is awaited"]
pub struct ServerRequest<A> {
    namespace: Arc<ActiveNamespace>,
    name: Cow<'static, str>,
    args: Result<Args, SerializeError>,
    timeout: Option<Duration>,
    parse: fn(&Args) -> Result<A, DeserializeError>,
    answer: PhantomData<fn() -> A>,
}

/// What the other servers have answered.
#[derive(Debug)]
#[non_exhaustive]
pub struct ServerResponses<A> {
    /// The answers, or why one does not fit. A server without a handler, or whose handler answers nothing, has
    /// none.
    pub answers: Vec<(NodeId, Result<A, DeserializeError>)>,
    /// Servers that have not answered in time.
    pub missing: MissingNodes,
}

impl<A> ServerResponses<A> {
    /// The answers that fit.
    pub fn values(&self) -> impl Iterator<Item = &A> {
        self.answers.iter().filter_map(|(_, answer)| answer.as_ref().ok())
    }
}

/// Checks the name and the arguments, and says what is wrong with them in the log too.
fn checked(
    namespace: &ActiveNamespace,
    name: &str,
    args: Result<Args, SerializeError>,
) -> Result<Args, EmitError> {
    if is_reserved(name) {
        tracing::error!(event = name, "a server event with a reserved name was not sent");
        return Err(EmitError::ReservedName);
    }
    args.map_err(|error| {
        namespace.shared.metrics.unserialisable.increment();
        tracing::error!(event = name, %error, "a server event that cannot be JSON was not sent");
        EmitError::Arguments(error)
    })
}

/// Sends an event to the other servers.
pub(crate) fn emit(
    namespace: &ActiveNamespace,
    name: &str,
    args: Result<Args, SerializeError>,
) -> Result<(), EmitError> {
    let args = checked(namespace, name, args)?;
    if let Some(cluster) = &namespace.shared.cluster {
        let event = Body::ServerEvent { request: None, event: name.into(), args };
        cluster.publish(&namespace.path, None, event);
    }
    Ok(())
}

impl<A: 'static> ServerRequest<A> {
    pub(crate) fn new(
        namespace: Arc<ActiveNamespace>,
        name: impl Into<Cow<'static, str>>,
        args: Result<Args, SerializeError>,
        parse: fn(&Args) -> Result<A, DeserializeError>,
    ) -> Self {
        Self { namespace, name: name.into(), args, timeout: None, parse, answer: PhantomData }
    }

    /// Waits at most this long (default: [`cluster_timeout`](crate::ServerBuilder::cluster_timeout), 5 s).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    async fn send(self) -> Result<ServerResponses<A>, RequestError> {
        let args = checked(&self.namespace, &self.name, self.args)?;
        let nobody = || ServerResponses { answers: Vec::new(), missing: MissingNodes::default() };
        let Some(cluster) = &self.namespace.shared.cluster else { return Ok(nobody()) };
        let path = &self.namespace.path;
        let deadline = Instant::now() + self.timeout.unwrap_or(cluster.timeout);
        let peers = cluster.peers(path, deadline).await;
        if peers.is_empty() {
            return Ok(nobody());
        }
        let roll = Arc::new(Gathering::new(Roll::new(&peers)));
        let asking = cluster.ask(Question::Servers(roll.clone()));
        let (request, event) = (Some(asking.id.clone()), self.name.as_ref().into());
        cluster.publish(path, None, Body::ServerEvent { request, event, args });
        roll.wait(deadline, Roll::is_complete).await;
        let (answers, missing) = roll.take().finish();
        let parsed = answers.into_iter().filter_map(|(node, args)| Some((node, (self.parse)(&args?))));
        Ok(ServerResponses { answers: parsed.collect(), missing })
    }
}

impl<A: 'static> IntoFuture for ServerRequest<A> {
    type Output = Result<ServerResponses<A>, RequestError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// Another server has sent an event: its handlers start at once, so in the order of arrival, and answer when
/// they have ended.
pub(crate) fn arrived(
    cluster: &Cluster,
    namespace: &Arc<ActiveNamespace>,
    event: ServerEvent,
    request: Option<RequestId>,
) {
    let Some(runtime) = cluster.runtime() else { return };
    let handlers = namespace.table.server_events.get(&*event.name).cloned().unwrap_or_default();
    if handlers.is_empty() {
        namespace.shared.metrics.unhandled_events.increment();
        tracing::debug!(event = ?event.name, "a server event without a handler");
    }
    let _runtime = runtime.enter();
    let mut work = Box::pin(handle(namespace.clone(), handlers, event, request));
    if (&mut work).now_or_never().is_none() {
        runtime.spawn(work);
    }
}

async fn handle(
    namespace: Arc<ActiveNamespace>,
    handlers: Vec<Bound>,
    event: ServerEvent,
    request: Option<RequestId>,
) {
    let from = event.from;
    let metrics = &namespace.shared.metrics;
    let running = handlers.iter().map(|handler| {
        let (handler, event) = (handler.clone(), event.clone());
        AssertUnwindSafe(async move { handler(event).await }).catch_unwind()
    });
    let answers = timeout(PATIENCE, join_all(running)).await.unwrap_or_else(|_| {
        metrics.handlers_dropped.add(handlers.len());
        tracing::warn!(event = ?event.name, "handlers of a server event did not end in time and were dropped");
        Vec::new()
    });
    let mut answer = None;
    for outcome in answers {
        match outcome.map(Answer::into_args) {
            Ok(Ok(args)) => answer = answer.or(args),
            Ok(Err(error)) => {
                metrics.unserialisable.increment();
                tracing::error!(%error, "the answer of a handler cannot be JSON");
            }
            Err(_) => {
                metrics.handler_panics.increment();
                tracing::error!(event = ?event.name, "a handler of a server event panicked");
            }
        }
    }
    if let (Some(request), Some(cluster)) = (request, &namespace.shared.cluster) {
        cluster.publish(&namespace.path, Some(from), Body::ServerAnswer { request, answer });
    }
}
