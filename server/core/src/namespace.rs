//! Namespaces: what a server's author defines, and the handle by which one emits.

pub(crate) mod active;
mod handle;
mod pattern;

use std::future::Future;
use std::sync::Arc;

use futures_util::FutureExt;
use roomful_protocol::args::Args as RawArgs;
use roomful_protocol::close::DisconnectReason;
use roomful_protocol::packet::is_reserved;

pub use handle::NamespaceHandle;
pub(crate) use pattern::Pattern;

use crate::error::ConnectError;
use crate::event::Event;
use crate::extract::SharedState;
use crate::handler::answer::{Answer, IntoAnswer, IntoRawAnswer};
use crate::handler::table::HandlerTable;
use crate::handler::{EventArguments, Extractors, Handler};
use crate::server::BuildError;
use crate::socket::Socket;

type Registration<S> = Box<dyn FnOnce(&SharedState<S>, &mut HandlerTable) + Send>;

/// A namespace in the making: its name, its guards, its handlers.
///
/// `S` is the state that handlers extract with [`State`](crate::State); the server brings it.
#[must_use = "a namespace does nothing until a server is built with it"]
pub struct Namespace<S = ()> {
    pattern: Pattern,
    registrations: Vec<Registration<S>>,
    reserved: Option<String>,
}

impl<S: Send + Sync + 'static> Namespace<S> {
    /// The namespace of this name; a missing leading `/` is added. `*` in it stands for one character or more:
    /// each name that matches is a namespace of its own, made by its first client and removed after its last.
    pub fn new(name: &str) -> Self {
        Self::with_pattern(Pattern::parse(name))
    }

    /// All namespaces whose names satisfy a condition, made and removed like those of a pattern.
    pub fn matching(condition: impl Fn(&str) -> bool + Send + Sync + 'static) -> Self {
        Self::with_pattern(Pattern::Condition(Arc::new(condition)))
    }

    /// The main namespace, `/`.
    pub fn main() -> Self {
        Self::new("/")
    }

    fn with_pattern(pattern: Pattern) -> Self {
        Self { pattern, registrations: Vec::new(), reserved: None }
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
        self.register(move |state, table| {
            let state = state.clone();
            table.on_connect.push(Arc::new(move |cx| Ok(hook.call(T::extract(cx, &state)?).boxed())));
        })
    }

    /// Handles the typed event that is the handler's last argument.
    pub fn on<T, H>(self, handler: H) -> Self
    where
        H: Handler<T>,
        T: EventArguments<S>,
        H::Returned: Future<Output: IntoAnswer<<T::Event as Event>::Ack>> + Send + 'static,
    {
        self.check_name(T::Event::NAME).register(move |state, table| {
            let state = state.clone();
            let handlers = table.events.entry(T::Event::NAME.to_owned()).or_default();
            handlers.push(Arc::new(move |cx| {
                if !T::Event::ACK {
                    cx.take_ack();
                }
                let future = handler.call(T::extract(cx, &state)?);
                let awaited = cx.awaits_answer();
                Ok(future.map(move |value| answer_if(awaited, || value.into_answer())).boxed())
            }));
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
            let state = state.clone();
            let handlers = table.events.entry(event).or_default();
            handlers.push(Arc::new(move |cx| {
                let future = handler.call(T::extract(cx, &state)?);
                let awaited = cx.awaits_answer();
                Ok(future.map(move |value| answer_if(awaited, || value.into_raw_answer())).boxed())
            }));
        })
    }

    /// Handles all events that have no handler of their own.
    pub fn on_fallback<T, H>(self, handler: H) -> Self
    where
        H: Handler<T>,
        T: Extractors<S>,
        H::Returned: Future<Output: IntoRawAnswer> + Send + 'static,
    {
        self.register(move |state, table| {
            let state = state.clone();
            table.fallback = Some(Arc::new(move |cx| {
                let future = handler.call(T::extract(cx, &state)?);
                let awaited = cx.awaits_answer();
                Ok(future.map(move |value| answer_if(awaited, || value.into_raw_answer())).boxed())
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
        self.register(move |state, table| {
            let state = state.clone();
            table.on_disconnect.push(Arc::new(move |cx| Ok(hook.call(T::extract(cx, &state)?).boxed())));
        })
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
    pub(crate) fn bind(self, state: &SharedState<S>) -> Result<(Pattern, Arc<HandlerTable>), BuildError> {
        if let Some(name) = self.reserved {
            return Err(BuildError::ReservedEventName(name));
        }
        let mut table = HandlerTable::default();
        for registration in self.registrations {
            registration(state, &mut table);
        }
        Ok((self.pattern, Arc::new(table)))
    }
}

/// An answer is made only for somebody who waits for it.
fn answer_if(awaited: bool, answer: impl FnOnce() -> Answer) -> Answer {
    if awaited { answer() } else { Answer::None }
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
