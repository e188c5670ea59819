//! What handlers take as arguments.

use std::cell::Cell;
use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;

use bytestring::ByteString;
use roomful_protocol::args::{Args as RawArgs, DeserializeError};
use roomful_protocol::close::DisconnectReason;
use serde::de::DeserializeOwned;

use crate::ack::AckTarget;
use crate::error::{ConnectError, EventError};
use crate::server::Server;
use crate::socket::Socket;

/// What a handler is called for; extractors borrow from it, in any order.
pub struct Context<'a> {
    socket: &'a Socket,
    server: &'a Server,
    event: Option<EventParts<'a>>,
    reason: Option<DisconnectReason>,
    ack: Cell<Option<AckTarget>>,
}

#[derive(Clone, Copy)]
pub(crate) struct EventParts<'a> {
    pub(crate) name: &'a ByteString,
    pub(crate) args: &'a RawArgs,
}

impl<'a> Context<'a> {
    pub(crate) fn new(socket: &'a Socket, server: &'a Server) -> Self {
        Self { socket, server, event: None, reason: None, ack: Cell::new(None) }
    }

    pub(crate) fn with_event(mut self, event: EventParts<'a>, ack: Option<AckTarget>) -> Self {
        self.event = Some(event);
        self.ack = Cell::new(ack);
        self
    }

    pub(crate) fn with_reason(mut self, reason: DisconnectReason) -> Self {
        self.reason = Some(reason);
        self
    }

    /// The socket it is about.
    pub fn socket(&self) -> &Socket {
        self.socket
    }

    /// The server.
    pub fn server(&self) -> &Server {
        self.server
    }

    /// The event's arguments; `None` in guards and hooks, which have no event.
    pub fn args(&self) -> Option<&RawArgs> {
        self.event.map(|event| event.args)
    }

    /// The event's name; `None` in guards and hooks.
    pub fn event_name(&self) -> Option<&ByteString> {
        self.event.map(|event| event.name)
    }

    /// Whether what the handler returns is sent to somebody.
    pub(crate) fn awaits_answer(&self) -> bool {
        let ack = self.ack.take();
        let awaited = ack.is_some();
        self.ack.set(ack);
        awaited
    }

    /// Takes the answer out of the hands of the handler's return value.
    pub(crate) fn take_ack(&self) -> Option<AckTarget> {
        self.ack.take()
    }
}

/// Why an argument of a handler could not be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection(String);

impl Rejection {
    /// A rejection that says what was missing, in words that a client may read.
    pub fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Rejection {}

impl From<DeserializeError> for Rejection {
    fn from(error: DeserializeError) -> Self {
        Self(error.to_string())
    }
}

impl From<Infallible> for Rejection {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

impl From<Rejection> for EventError {
    fn from(rejection: Rejection) -> Self {
        Self::new(rejection.0)
    }
}

impl From<Rejection> for ConnectError {
    fn from(rejection: Rejection) -> Self {
        Self::new(rejection.0)
    }
}

/// An argument that handlers can ask for.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be an argument of a handler here",
    label = "its argument `{Self}` is not an extractor",
    note = "arguments of handlers are extractors: `Socket`, `State<T>`, `Ext<T>`, `Auth<T>`, `Args<T>`, `RawArgs`, \
            `AckSender`, `EventName`, `DisconnectReason`, `Server`; the last argument of a typed handler is its event"
)]
pub trait FromContext<S>: Sized {
    /// Takes the argument.
    ///
    /// # Errors
    /// When it cannot be had; the handler is not called then.
    fn from_context(cx: &Context<'_>, state: &S) -> Result<Self, Rejection>;
}

/// An argument that can be absent: `Option<T>` is an extractor for such a type.
pub trait OptionalFromContext<S>: Sized {
    /// Takes the argument if there is one.
    fn optional(cx: &Context<'_>, state: &S) -> Option<Self>;
}

impl<S, T: OptionalFromContext<S>> FromContext<S> for Option<T> {
    fn from_context(cx: &Context<'_>, state: &S) -> Result<Self, Rejection> {
        Ok(T::optional(cx, state))
    }
}

impl<S> FromContext<S> for Socket {
    fn from_context(cx: &Context<'_>, _: &S) -> Result<Self, Rejection> {
        Ok(cx.socket.clone())
    }
}

impl<S> FromContext<S> for Server {
    fn from_context(cx: &Context<'_>, _: &S) -> Result<Self, Rejection> {
        Ok(cx.server.clone())
    }
}

/// The server's state, or a part of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct State<T>(pub T);

/// Takes a part out of a state: implement it for the parts that handlers ask for with [`State`].
#[diagnostic::on_unimplemented(
    message = "the state `{S}` has no `{Self}`",
    label = "`State<{Self}>` cannot be had from it",
    note = "implement `FromRef<{S}>` for `{Self}`, or use `Namespace<{Self}>` and build the server with a `{Self}`"
)]
pub trait FromRef<S> {
    /// The part.
    fn from_ref(state: &S) -> Self;
}

impl<T: Clone> FromRef<T> for T {
    fn from_ref(state: &T) -> Self {
        state.clone()
    }
}

impl<S, T: FromRef<S>> FromContext<S> for State<T> {
    fn from_context(_: &Context<'_>, state: &S) -> Result<Self, Rejection> {
        Ok(Self(T::from_ref(state)))
    }
}

/// A value that a guard returned, or that was attached with [`Socket::insert`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Ext<T>(pub T);

impl<S, T: Clone + Send + Sync + 'static> FromContext<S> for Ext<T> {
    fn from_context(cx: &Context<'_>, _: &S) -> Result<Self, Rejection> {
        cx.socket.get().map(Self).ok_or_else(|| {
            tracing::error!(
                missing = std::any::type_name::<T>(),
                "a handler asks for an extension that the socket does not have"
            );
            // Names of Rust types are not the client's business.
            Rejection::new("internal error")
        })
    }
}

impl<S, T: Clone + Send + Sync + 'static> OptionalFromContext<S> for Ext<T> {
    fn optional(cx: &Context<'_>, _: &S) -> Option<Self> {
        cx.socket.get().map(Self)
    }
}

impl<T> std::ops::Deref for Ext<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// The auth payload with which the client joined the namespace.
#[derive(Clone, Copy, Debug, Default)]
pub struct Auth<T>(pub T);

impl<S, T: DeserializeOwned> FromContext<S> for Auth<T> {
    fn from_context(cx: &Context<'_>, _: &S) -> Result<Self, Rejection> {
        let payload = RawArgs::from_raw(cx.socket.auth_json().into(), Vec::new());
        payload.parse_first().map(Self).map_err(|error| Rejection::new(format!("auth payload: {error}")))
    }
}

impl<S, T: DeserializeOwned> OptionalFromContext<S> for Auth<T> {
    fn optional(cx: &Context<'_>, state: &S) -> Option<Self> {
        Self::from_context(cx, state).ok()
    }
}

/// The event's arguments: a tuple takes one per element. As a return value, the arguments of the answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct Args<T>(pub T);

impl<S, T: DeserializeOwned> FromContext<S> for Args<T> {
    fn from_context(cx: &Context<'_>, state: &S) -> Result<Self, Rejection> {
        Ok(Self(RawArgs::from_context(cx, state)?.parse()?))
    }
}

impl<S, T: DeserializeOwned> OptionalFromContext<S> for Args<T> {
    fn optional(cx: &Context<'_>, state: &S) -> Option<Self> {
        Self::from_context(cx, state).ok()
    }
}

impl<S> FromContext<S> for RawArgs {
    fn from_context(cx: &Context<'_>, _: &S) -> Result<Self, Rejection> {
        cx.args().cloned().ok_or_else(|| Rejection::new("there is no event here, so there are no arguments"))
    }
}

/// The name of the event, for handlers of several.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventName(pub ByteString);

impl<S> FromContext<S> for EventName {
    fn from_context(cx: &Context<'_>, _: &S) -> Result<Self, Rejection> {
        cx.event_name().cloned().map(Self).ok_or_else(|| Rejection::new("there is no event here"))
    }
}

impl<S> FromContext<S> for DisconnectReason {
    fn from_context(cx: &Context<'_>, _: &S) -> Result<Self, Rejection> {
        cx.reason.ok_or_else(|| Rejection::new("there is a reason only where a socket disconnects"))
    }
}

/// The server's state itself, shared by all its handlers.
pub(crate) type SharedState<S> = Arc<S>;
