//! Listeners of one socket: added, removed, and found when there is something to hear.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use roomful_protocol::args::Args;

use super::Member;
use crate::connection::running::caught;
use crate::handler::overlay::{ListenerId, Overlay};
use crate::socket::Socket;

/// The listeners of a socket that is or has been connected.
#[derive(Default)]
pub(super) enum Listeners {
    /// Most sockets have none of their own.
    #[default]
    None,
    Some(Box<Overlay>),
    /// The socket has disconnected. What its listeners hold, perhaps the socket itself, has been let go of.
    Ended,
}

impl Member {
    /// Adds listeners; `None` after the disconnect, when nothing would call them.
    pub(crate) fn add_listener(&self, add: impl FnOnce(&mut Overlay, ListenerId)) -> Option<ListenerId> {
        let mut listeners = self.extras().listeners.lock();
        if matches!(*listeners, Listeners::None) {
            *listeners = Listeners::Some(Box::default());
        }
        let Listeners::Some(overlay) = &mut *listeners else { return None };
        let id = overlay.next_id();
        let outgoing = overlay.any_outgoing.len();
        add(overlay, id);
        self.namespace.outgoing.fetch_add(overlay.any_outgoing.len() - outgoing, Ordering::Relaxed);
        Some(id)
    }

    /// Removes a listener; whether there was one.
    pub(crate) fn remove_listener(&self, id: ListenerId) -> bool {
        let removed = self.with_listeners(|overlay| overlay.remove(id)).unwrap_or_default();
        self.namespace.outgoing.fetch_sub(removed.outgoing, Ordering::Relaxed);
        !removed.listeners.is_empty()
    }

    /// Looks at the listeners, if there are any. They are locked: what is found is called afterwards.
    pub(crate) fn with_listeners<T>(&self, look: impl FnOnce(&mut Overlay) -> T) -> Option<T> {
        match &mut *self.extras.get()?.listeners.lock() {
            Listeners::Some(overlay) => Some(look(overlay)),
            Listeners::None | Listeners::Ended => None,
        }
    }

    /// Takes all listeners away for good.
    pub(crate) fn end_listeners(&self) -> Option<Box<Overlay>> {
        let listeners = std::mem::replace(&mut *self.extras.get()?.listeners.lock(), Listeners::Ended);
        let Listeners::Some(overlay) = listeners else { return None };
        self.namespace.outgoing.fetch_sub(overlay.any_outgoing.len(), Ordering::Relaxed);
        Some(overlay)
    }

    /// Tells those who listen to what goes out. No lock may be held.
    pub(crate) fn tell_outgoing(self: &Arc<Self>, name: &str, args: &Args) {
        let own = self.with_listeners(|overlay| hooks(&overlay.any_outgoing)).unwrap_or_default();
        let socket = Socket::new(self.clone());
        for hook in self.namespace.table.on_any_outgoing.iter().chain(&own) {
            if caught(|| hook(&socket, name, args)).is_none() {
                self.namespace.shared.metrics.handler_panics.increment();
            }
        }
    }
}

/// The hooks themselves, to be called when the lock has been released.
pub(crate) fn hooks<T: ?Sized>(listeners: &[(ListenerId, Arc<T>)]) -> Vec<Arc<T>> {
    listeners.iter().map(|(_, hook)| hook.clone()).collect()
}
