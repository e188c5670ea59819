//! Namespaces: what a server's author defines, and the handle by which one emits.

pub(crate) mod active;
mod handle;
mod pattern;

use std::future::Future;
use std::sync::Arc;

use bytestring::ByteString;
use futures_util::FutureExt;
use roomful_protocol::args::Args as RawArgs;
use roomful_protocol::close::DisconnectReason;
use roomful_protocol::packet::is_reserved;

pub use handle::NamespaceHandle;
pub use pattern::NamespaceRequest;
pub(crate) use pattern::Pattern;

use crate::error::{ConnectError, EventError};
use crate::event::Event;
use crate::extract::SharedState;
use crate::handler::answer::{IntoAnswer, IntoRawAnswer};
use crate::handler::table::HandlerTable;
use crate::handler::{EventArguments, Extractors, Handler, bind};
use crate::rooms::RoomEvent;
use crate::server::{BuildError, Definition};
use crate::server_event::{self, ServerEventArguments};
use crate::socket::Socket;

type Registration<S> = Box<dyn FnOnce(&SharedState<S>, &mut HandlerTable) + Send>;

/// A namespace in the making: its name, its guards, its handlers.
///
/// `S` is the state that handlers extract with [`State`](crate::State); the server brings it.
#[must_use = "a namespace does nothing until a server is built with it"]
pub struct Namespace<S = ()> {
    pattern: Pattern,
    label: Option<ByteString>,
    keep_empty: bool,
    registrations: Vec<Registration<S>>,
    reserved: Option<String>,
}

impl<S: Send + Sync + 'static> Namespace<S> {
    /// The namespace of this name; a missing leading `/` is added. `*` in it stands for one character or more:
    /// each name that matches is a namespace of its own, made by its first client and removed after its last.
    pub fn new(name: &str) -> Self {
        let pattern = Pattern::parse(name);
        let label = matches!(pattern, Pattern::Wildcard(_)).then(|| name.into());
        Self { label, ..Self::with_pattern(pattern) }
    }

    /// All namespaces whose names satisfy a condition, made and removed like those of a pattern.
    pub fn matching(condition: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self::matching_request(move |request| condition(request.name()))
    }

    /// As [`matching`](Self::matching), with a condition that also sees the auth payload of the client that asks
    /// first. It decides whether there is such a namespace; which clients may join one that exists is for
    /// [guards](Self::guard) to say.
    pub fn matching_request(
        condition: impl Fn(&NamespaceRequest<'_>) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self::with_pattern(Pattern::Condition(Arc::new(condition)))
    }

    /// The label by which [`Server::dynamic`](crate::Server::dynamic) finds this definition of many namespaces.
    /// A pattern is its own label unless it gets another.
    pub fn label(mut self, label: &str) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Namespaces made for their clients stay when the last one has left.
    pub fn keep_empty(mut self) -> Self {
        self.keep_empty = true;
        self
    }

    /// The main namespace, `/`.
    pub fn main() -> Self {
        Self::new("/")
    }

    fn with_pattern(pattern: Pattern) -> Self {
        Self { pattern, label: None, keep_empty: false, registrations: Vec::new(), reserved: None }
    }

    fn register(
        mut self,
        registration: impl FnOnce(&SharedState<S>, &mut HandlerTable) + Send + 'static,
    ) -> Self {
        self.registrations.push(Box::new(registration));
        self
    }

    /// Adds a guard: it decides whether a client may join. Guards run in order; the first `Err` refuses the
    /// client, which hears it as `connect_error`. What a guard returns is extracted with
    /// [`Ext`](crate::Ext) from then on.
    pub fn guard<T, H>(self, guard: H) -> Self
    where
        H: Handler<T>,
        T: Extractors<S>,
        H::Returned: Future<Output: GuardOutput> + Send + 'static,
    {
        self.register(move |state, table| {
            let state = state.clone();
            table.guards.push(Arc::new(move |cx| {
                let future = guard.call(T::extract(cx, &state)?);
                let socket = cx.socket().clone();
                Ok(future.map(move |output| output.settle(&socket)).boxed())
            }));
        })
    }

    /// Adds a hook that runs when a client has joined. Its events wait until it has ended.
    pub fn on_connect<T, H>(self, hook: H) -> Self
    where
        H: Handler<T>,
        T: Extractors<S>,
        H::Returned: Future<Output = ()> + Send + 'static,
    {
        self.register(move |state, table| table.on_connect.push(bind::hook(state, hook)))
    }

    /// Handles the typed event that is the handler's last argument.
    pub fn on<T, H>(self, handler: H) -> Self
    where
        H: Handler<T>,
        T: EventArguments<S>,
        H::Returned: Future<Output: IntoAnswer<<T::Event as Event>::Ack>> + Send + 'static,
    {
        self.check_name(T::Event::NAME).register(move |state, table| {
            let handlers = table.events.entry(T::Event::NAME.to_owned()).or_default();
            handlers.push(bind::typed(state, handler));
        })
    }

    /// Handles an event by name. What the handler returns answers it: nothing for `()`, arguments for
    /// [`Args`](crate::Args).
    pub fn on_raw<T, H>(self, name: &str, handler: H) -> Self
    where
        H: Handler<T>,
        T: Extractors<S>,
        H::Returned: Future<Output: IntoRawAnswer> + Send + 'static,
    {
        let event = name.to_owned();
        self.check_name(name).register(move |state, table| {
            table.events.entry(event).or_default().push(bind::raw(state, handler));
        })
    }

    /// Handles all events that have no handler of their own.
    pub fn on_fallback<T, H>(self, handler: H) -> Self
    where
        H: Handler<T>,
        T: Extractors<S>,
        H::Returned: Future<Output: IntoRawAnswer> + Send + 'static,
    {
        self.register(move |state, table| table.fallback = Some(bind::raw(state, handler)))
    }

    /// Adds a hook that hears every event of every client, before its middleware and handlers. It must not
    /// block.
    pub fn on_any(self, hook: impl Fn(&Socket, &str, &RawArgs) + Send + Sync + 'static) -> Self {
        self.register(move |_, table| table.on_any.push(Arc::new(hook)))
    }

    /// Adds a hook that hears every event queued for any client, once for each of them, broadcasts too;
    /// acknowledgements are no events. It is called after the event was queued, on the thread that emits, and
    /// must not block.
    pub fn on_any_outgoing(self, hook: impl Fn(&Socket, &str, &RawArgs) + Send + Sync + 'static) -> Self {
        self.register(move |_, table| table.on_any_outgoing.push(Arc::new(hook)))
    }

    /// Adds a middleware: it decides whether an event is handled. Its arguments are extractors, among them
    /// [`EventName`](crate::EventName) and [`RawArgs`](crate::RawArgs). Middleware runs in order, for one event
    /// of a client after the other, so that handlers still start in the order of arrival: the events behind one
    /// whose middleware waits wait too, as far as the backlog goes.
    ///
    /// The first `Err` refuses the event: no handler is called, the hooks of [`on_error`](Self::on_error) hear
    /// of it, and the client stays. As in the reference no acknowledgement is sent then; with
    /// [`acknowledge_all`](Self::acknowledge_all) it is `{"error": message, "data": …}`.
    pub fn middleware<T, H, E>(self, middleware: H) -> Self
    where
        H: Handler<T>,
        T: Extractors<S>,
        H::Returned: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<EventError>,
    {
        self.register(move |state, table| table.middleware.push(bind::middleware(state, middleware)))
    }

    /// Adds a hook that hears of every event that a middleware has refused: whose it is, its name, and why.
    pub fn on_error(self, hook: impl Fn(&Socket, &str, &EventError) + Send + Sync + 'static) -> Self {
        self.register(move |_, table| table.on_error.push(Arc::new(hook)))
    }

    /// Adds a hook that hears of rooms of this node: made, joined, left and removed, in the order in which that
    /// happened to each room. Nothing is locked meanwhile; a hook that takes long delays those that come after
    /// it, and should not block. The last event may be told just after the call that caused it has returned, when
    /// another thread is telling others.
    pub fn on_room_event(self, hook: impl Fn(&NamespaceHandle, &RoomEvent) + Send + Sync + 'static) -> Self {
        self.register(move |_, table| table.on_room_event.push(Arc::new(hook)))
    }

    /// Handles an event that another server of the cluster has sent to the servers
    /// ([`NamespaceHandle::server_side_emit`]). Its arguments are the [`ServerEvent`](crate::ServerEvent) and parts of the state;
    /// what it returns answers the event, as for [`on_raw`](Self::on_raw). With several handlers the first in
    /// their order that has an answer gives it.
    pub fn on_server_event<T, H>(mut self, name: &str, handler: H) -> Self
    where
        H: Handler<T>,
        T: ServerEventArguments<S>,
        H::Returned: Future<Output: IntoRawAnswer> + Send + 'static,
    {
        if server_event::is_reserved(name) {
            self.reserved.get_or_insert_with(|| name.to_owned());
        }
        let event = name.to_owned();
        self.register(move |state, table| {
            let state = state.clone();
            let handlers = table.server_events.entry(event).or_default();
            handlers.push(Arc::new(move |event| {
                handler.call(T::take(event, &state)).map(IntoRawAnswer::into_raw_answer).boxed()
            }));
        })
    }

    /// Adds a hook that runs when a client leaves, while it is still in its rooms. It must not block.
    pub fn on_disconnecting(self, hook: impl Fn(&Socket, DisconnectReason) + Send + Sync + 'static) -> Self {
        self.register(move |_, table| table.on_disconnecting.push(Arc::new(hook)))
    }

    /// Adds a hook that runs when a client has left; [`DisconnectReason`] extracts why.
    pub fn on_disconnect<T, H>(self, hook: H) -> Self
    where
        H: Handler<T>,
        T: Extractors<S>,
        H::Returned: Future<Output = ()> + Send + 'static,
    {
        self.register(move |state, table| table.on_disconnect.push(bind::hook(state, hook)))
    }

    /// Acknowledges every event when its handlers have ended, without arguments, unless one has answered. This
    /// is what the official client's `retries` need.
    pub fn acknowledge_all(self) -> Self {
        self.register(|_, table| table.acknowledge_all = true)
    }

    /// Handles an event once that a client may send again because no answer came: the retry gets the same answer,
    /// also while the first is still being handled. `id` finds the id that the client has given the event, `None`
    /// for events that have none; [`last_text`](crate::last_text) takes the last argument.
    ///
    /// The official client's `retries` send an event again under another acknowledgement id, so the program gives
    /// it one: `socket.emit("order", order, crypto.randomUUID())` on a socket with `retries` and `ackTimeout`.
    /// With [recovery](crate::Recovery) a client is known again when it comes back by another connection, or after a
    /// restart of the server; without, it is another one.
    ///
    /// For each client 256 events are remembered, of at most 256 KiB of ids and answers; the oldest go first. An event
    /// whose handler panicked is handled again.
    pub fn handle_once(self, id: impl Fn(&str, &RawArgs) -> Option<String> + Send + Sync + 'static) -> Self {
        self.register(|_, table| table.handle_once = Some(Arc::new(id)))
    }

    fn check_name(mut self, name: &str) -> Self {
        if is_reserved(name) {
            self.reserved.get_or_insert_with(|| name.to_owned());
        }
        self
    }

    /// Binds the handlers to the state.
    pub(crate) fn bind(mut self, state: &SharedState<S>) -> Result<Definition, BuildError> {
        if let Some(name) = self.reserved.take() {
            return Err(BuildError::ReservedEventName(name));
        }
        let mut table = HandlerTable::default();
        for registration in std::mem::take(&mut self.registrations) {
            registration(state, &mut table);
        }
        let Self { pattern, label, keep_empty, .. } = self;
        Ok(Definition { pattern, table: Arc::new(table), label, keep_empty })
    }
}

/// What a guard returns: a value to keep with the socket, or why the client may not join.
#[diagnostic::on_unimplemented(
    message = "a guard cannot return `{Self}`",
    note = "a guard returns `Result<T, E>` where `T: Clone + Send + Sync + 'static` and `E: Into<ConnectError>`"
)]
pub trait GuardOutput {
    /// Keeps the value with the socket.
    ///
    /// # Errors
    /// The refusal.
    fn settle(self, socket: &Socket) -> Result<(), ConnectError>;
}

#[diagnostic::do_not_recommend]
impl<T: Clone + Send + Sync + 'static, E: Into<ConnectError>> GuardOutput for Result<T, E> {
    fn settle(self, socket: &Socket) -> Result<(), ConnectError> {
        self.map(|value| socket.insert(value)).map_err(Into::into)
    }
}
