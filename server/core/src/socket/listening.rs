//! Listeners that a program adds to one socket, usually in `on_connect`.

use std::future::Future;
use std::sync::Arc;

use roomful_protocol::args::Args;
use roomful_protocol::close::DisconnectReason;
use roomful_protocol::packet::is_reserved;

use super::Socket;
use crate::error::EventError;
use crate::event::Event;
use crate::handler::answer::{Answer, IntoAnswer, IntoRawAnswer};
use crate::handler::overlay::{Listener, ListenerId, Overlay};
use crate::handler::table::{AnyHook, Bound};
use crate::handler::{EventArguments, Extractors, Handler, bind};

/// Listeners of this socket alone. They are called after those of its namespace, and end with the socket.
///
/// They have no state of their own to extract: closures capture what they need. A closure may capture the socket
/// itself. What is added after the disconnect is never called.
impl Socket {
    /// Handles the typed event that is the handler's last argument. An event whose name is reserved cannot
    /// arrive, so its handler is not added, which is logged.
    pub fn on<T, H>(&self, handler: H) -> ListenerId
    where
        H: Handler<T>,
        T: EventArguments<()>,
        H::Returned: Future<Output: IntoAnswer<<T::Event as Event>::Ack>> + Send + 'static,
    {
        self.listen(T::Event::NAME, bind::typed(&Arc::new(()), handler), false)
    }

    /// Handles an event by name.
    pub fn on_raw<T, H>(&self, name: &str, handler: H) -> ListenerId
    where
        H: Handler<T>,
        T: Extractors<()>,
        H::Returned: Future<Output: IntoRawAnswer> + Send + 'static,
    {
        self.listen(name, bind::raw(&Arc::new(()), handler), false)
    }

    /// As [`on`](Self::on), for the next such event only.
    pub fn once<T, H>(&self, handler: H) -> ListenerId
    where
        H: Handler<T>,
        T: EventArguments<()>,
        H::Returned: Future<Output: IntoAnswer<<T::Event as Event>::Ack>> + Send + 'static,
    {
        self.listen(T::Event::NAME, bind::typed(&Arc::new(()), handler), true)
    }

    /// As [`on_raw`](Self::on_raw), for the next such event only.
    pub fn once_raw<T, H>(&self, name: &str, handler: H) -> ListenerId
    where
        H: Handler<T>,
        T: Extractors<()>,
        H::Returned: Future<Output: IntoRawAnswer> + Send + 'static,
    {
        self.listen(name, bind::raw(&Arc::new(()), handler), true)
    }

    /// Removes one listener of this socket, of any kind; whether there was one. Those of the namespace stay.
    pub fn off(&self, listener: ListenerId) -> bool {
        self.member.remove_listener(listener)
    }

    /// Removes all handlers of an event that were added to this socket; whether there were any.
    pub fn off_event(&self, name: &str) -> bool {
        let removed = self.member.with_listeners(|overlay| overlay.events.remove(name));
        removed.flatten().is_some()
    }

    /// Adds a hook that hears every event of this client, before its middleware and handlers. It must not
    /// block.
    pub fn on_any(&self, hook: impl Fn(&Socket, &str, &Args) + Send + Sync + 'static) -> ListenerId {
        self.add(|overlay, id| overlay.any.push((id, Arc::new(hook))))
    }

    /// As [`on_any`](Self::on_any), before the hooks that this socket has already.
    pub fn prepend_any(&self, hook: impl Fn(&Socket, &str, &Args) + Send + Sync + 'static) -> ListenerId {
        self.add(|overlay, id| overlay.any.insert(0, (id, Arc::new(hook))))
    }

    /// Adds a hook that hears every event queued for this client, broadcasts too; acknowledgements are no
    /// events. It is called after the event was queued, on the thread that emits, and must not block.
    pub fn on_any_outgoing(&self, hook: impl Fn(&Socket, &str, &Args) + Send + Sync + 'static) -> ListenerId {
        self.add(|overlay, id| overlay.any_outgoing.push((id, Arc::new(hook))))
    }

    /// As [`on_any_outgoing`](Self::on_any_outgoing), before the hooks that this socket has already.
    pub fn prepend_any_outgoing(
        &self,
        hook: impl Fn(&Socket, &str, &Args) + Send + Sync + 'static,
    ) -> ListenerId {
        self.add(|overlay, id| overlay.any_outgoing.insert(0, (id, Arc::new(hook) as AnyHook)))
    }

    /// Adds a middleware for the events of this client: see [`Namespace::middleware`](crate::Namespace::middleware),
    /// whose middleware runs first.
    pub fn middleware<T, H, E>(&self, middleware: H) -> ListenerId
    where
        H: Handler<T>,
        T: Extractors<()>,
        H::Returned: Future<Output = Result<(), E>> + Send + 'static,
        E: Into<EventError>,
    {
        let middleware = bind::middleware(&Arc::new(()), middleware);
        self.add(|overlay, id| overlay.middleware.push((id, middleware)))
    }

    /// Adds a hook that hears of the events of this client that a middleware has refused.
    pub fn on_error(&self, hook: impl Fn(&Socket, &str, &EventError) + Send + Sync + 'static) -> ListenerId {
        self.add(|overlay, id| overlay.on_error.push((id, Arc::new(hook))))
    }

    /// Adds a hook that runs when this client leaves, while it is still in its rooms. It must not block.
    pub fn on_disconnecting(
        &self,
        hook: impl Fn(&Socket, DisconnectReason) + Send + Sync + 'static,
    ) -> ListenerId {
        self.add(|overlay, id| overlay.on_disconnecting.push((id, Arc::new(hook))))
    }

    /// Adds a hook that runs when this client has left; [`DisconnectReason`] extracts why.
    pub fn on_disconnect<T, H>(&self, hook: H) -> ListenerId
    where
        H: Handler<T>,
        T: Extractors<()>,
        H::Returned: Future<Output = ()> + Send + 'static,
    {
        let hook = bind::hook(&Arc::new(()), hook);
        self.add(|overlay, id| overlay.on_disconnect.push((id, hook)))
    }

    fn listen(&self, name: &str, handler: Bound<Answer>, once: bool) -> ListenerId {
        if is_reserved(name) {
            tracing::error!(event = name, "a handler of an event with a reserved name was not added");
            return ListenerId::NONE;
        }
        self.add(|overlay, id| {
            let listeners = overlay.events.entry(name.to_owned()).or_default();
            listeners.push((id, Listener { handler, once }));
        })
    }

    fn add(&self, add: impl FnOnce(&mut Overlay, ListenerId)) -> ListenerId {
        self.member.add_listener(add).unwrap_or(ListenerId::NONE)
    }
}
