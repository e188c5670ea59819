//! Answers: the ones a client gives, and the one a handler gives later or never.

pub(crate) mod collector;

use std::fmt;
use std::future::{Future, IntoFuture};
use std::marker::PhantomData;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use roomful_protocol::args::{Args, DeserializeError, SerializeError};
use roomful_protocol::packet::Outbound;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::connection::outbox::Pushed;
use crate::emit::EmitError;
use crate::extract::{Context, FromContext, Rejection};
use crate::once::Ticket;
use crate::socket::Socket;

/// How long an answer is awaited unless said otherwise.
pub(crate) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// An event that asks its client for an acknowledgement. Nothing is sent before it is awaited.
///
/// ```no_run
/// # async fn example(socket: roomful_core::Socket) -> Result<(), roomful_core::RequestError> {
/// use std::time::Duration;
///
/// let (answer,): (u32,) = socket.request_raw("question", (41,)).timeout(Duration::from_secs(5)).await?;
/// # Ok(())
/// # }
/// ```
#[must_use = "a request is sent when it is awaited"]
pub struct Request<A> {
    socket: Socket,
    name: std::borrow::Cow<'static, str>,
    args: Result<Args, SerializeError>,
    timeout: Duration,
    parse: fn(&Args) -> Result<A, DeserializeError>,
    answer: PhantomData<fn() -> A>,
}

/// Why there is no answer.
#[derive(Debug)]
#[non_exhaustive]
pub enum RequestError {
    /// None came in time.
    Timeout,
    /// The socket disconnected before it answered.
    Disconnected,
    /// The answer has another shape than the one asked for.
    Answer(DeserializeError),
    /// The arguments cannot be JSON.
    Arguments(SerializeError),
    /// The name is one that Socket.IO keeps for itself.
    ReservedName,
}

impl fmt::Display for RequestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // The reference's words.
            Self::Timeout => f.write_str("operation has timed out"),
            Self::Disconnected => f.write_str("socket has been disconnected"),
            Self::Answer(error) => write!(f, "the answer does not fit: {error}"),
            Self::Arguments(error) => write!(f, "the arguments cannot be sent: {error}"),
            Self::ReservedName => f.write_str("the event's name is reserved; choose another"),
        }
    }
}

impl std::error::Error for RequestError {}

impl From<EmitError> for RequestError {
    fn from(error: EmitError) -> Self {
        match error {
            EmitError::Arguments(error) => Self::Arguments(error),
            EmitError::ReservedName => Self::ReservedName,
        }
    }
}

impl<A: 'static> Request<A> {
    pub(crate) fn new(
        socket: Socket,
        name: impl Into<std::borrow::Cow<'static, str>>,
        args: Result<Args, SerializeError>,
        parse: fn(&Args) -> Result<A, DeserializeError>,
    ) -> Self {
        Self { socket, name: name.into(), args, timeout: DEFAULT_TIMEOUT, parse, answer: PhantomData }
    }

    /// Waits at most this long (default 30 s).
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    async fn send(self) -> Result<A, RequestError> {
        if roomful_protocol::packet::is_reserved(&self.name) {
            return Err(RequestError::ReservedName);
        }
        let args = self.args.map_err(RequestError::Arguments)?;
        let member = self.socket.member();
        let id = member.namespace.next_ack_id();
        let answer = member.await_ack(id).ok_or(RequestError::Disconnected)?;
        let _forget = Forget { socket: &self.socket, id };
        let question = Outbound::Event { name: &self.name, args: &args, ack: Some(id), offset: None };
        if member.send(&question, false) != Pushed::Dropped && member.namespace.hears_outgoing() {
            member.tell_outgoing(&self.name, &args);
        }
        match tokio::time::timeout(self.timeout, answer).await {
            Ok(Ok(args)) => (self.parse)(&args).map_err(RequestError::Answer),
            Ok(Err(_)) => Err(RequestError::Disconnected),
            Err(_) => Err(RequestError::Timeout),
        }
    }
}

impl<A: 'static> IntoFuture for Request<A> {
    type Output = Result<A, RequestError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.send())
    }
}

/// Takes back the place where an answer is awaited, also when the request is dropped half-way.
struct Forget<'a> {
    socket: &'a Socket,
    id: u64,
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        self.socket.member().take_ack(self.id);
    }
}

/// Parses a raw answer: a tuple takes one value per element.
pub(crate) fn parse_answer<A: DeserializeOwned>(args: &Args) -> Result<A, DeserializeError> {
    args.parse()
}

/// Parses the answer of a typed event: its one value.
pub(crate) fn parse_typed_answer<A: DeserializeOwned>(args: &Args) -> Result<A, DeserializeError> {
    if args.is_empty() { args.parse() } else { args.parse_first() }
}

/// Answers an event later, from anywhere, or never. As an extractor it takes the answer out of the handler's
/// hands: what the handler returns acknowledges nothing then.
#[derive(Debug)]
pub struct AckSender {
    socket: Socket,
    target: Option<AckTarget>,
}

impl AckSender {
    /// Whether the client asked for an answer.
    pub fn is_expected(&self) -> bool {
        self.target.is_some()
    }

    /// Answers with one value.
    ///
    /// # Errors
    /// When the value cannot be JSON; nothing is sent then.
    pub fn send<T: Serialize + ?Sized>(self, value: &T) -> Result<(), SerializeError> {
        self.send_args(&Args::single(value)?);
        Ok(())
    }

    /// Answers with these arguments.
    pub fn send_args(self, args: &Args) {
        if let Some(target) = self.target {
            target.answer(&self.socket, args);
        }
    }
}

impl<S> FromContext<S> for AckSender {
    fn from_context(cx: &Context<'_>, _: &S) -> Result<Self, Rejection> {
        Ok(Self { socket: cx.socket().clone(), target: cx.take_ack() })
    }
}

/// An event that waits for its answer.
#[derive(Clone, Debug)]
pub(crate) struct AckTarget {
    id: u64,
    /// Where several listeners may answer, or the answer is kept.
    shared: Option<Arc<SharedAck>>,
}

#[derive(Debug, Default)]
struct SharedAck {
    /// Set by the first answer.
    answered: AtomicBool,
    /// Keeps the answer, in case that the event is sent again.
    ticket: Option<Ticket>,
}

impl AckTarget {
    pub(crate) fn new(id: u64, listeners: usize) -> Self {
        Self { id, shared: (listeners > 1).then(Arc::default) }
    }

    /// Keeps the answer.
    pub(crate) fn kept_by(mut self, ticket: Ticket) -> Self {
        self.shared = Some(Arc::new(SharedAck { answered: AtomicBool::new(false), ticket: Some(ticket) }));
        self
    }

    /// Sends the answer, unless another listener was first.
    pub(crate) fn answer(&self, socket: &Socket, args: &Args) {
        let shared = self.shared.as_deref();
        let first = shared.is_none_or(|shared| !shared.answered.swap(true, Ordering::Relaxed));
        if first {
            socket.member().send(&Outbound::Ack { id: self.id, args }, false);
            if let Some(ticket) = shared.and_then(|shared| shared.ticket.as_ref()) {
                ticket.answer(args);
            }
        }
    }

    /// A handler has panicked: if nobody has answered, the event may be sent again and is handled then.
    pub(crate) fn give_up(&self) {
        if let Some(shared) = &self.shared
            && !shared.answered.load(Ordering::Relaxed)
            && let Some(ticket) = &shared.ticket
        {
            ticket.give_up();
        }
    }
}
