//! The listeners that a program has added to one socket, beside those of its namespace.

use std::collections::HashMap;

use super::answer::Answer;
use super::table::{AnyHook, Bound, ErrorHook, SyncHook};
use crate::error::EventError;

/// Stands for a listener that was added to a socket, to remove it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ListenerId(u64);

impl ListenerId {
    /// Stands for a listener that was not added.
    pub(crate) const NONE: Self = Self(0);
}

/// Listeners of one kind, in the order in which they are called.
pub(crate) type Listeners<T> = Vec<(ListenerId, T)>;

#[derive(Default)]
pub(crate) struct Overlay {
    last: u64,
    pub(crate) events: HashMap<String, Listeners<Listener>>,
    pub(crate) any: Listeners<AnyHook>,
    pub(crate) any_outgoing: Listeners<AnyHook>,
    pub(crate) middleware: Listeners<Bound<Result<(), EventError>>>,
    pub(crate) on_error: Listeners<ErrorHook>,
    pub(crate) on_disconnecting: Listeners<SyncHook>,
    pub(crate) on_disconnect: Listeners<Bound<()>>,
}

pub(crate) struct Listener {
    pub(crate) handler: Bound<Answer>,
    /// Removed when it is called.
    pub(crate) once: bool,
}

/// What has been removed. It is the user's code, so it is dropped where no lock is held.
#[derive(Default)]
pub(crate) struct Removed {
    pub(crate) listeners: Vec<Box<dyn Send>>,
    /// How many of them were listeners of what goes out.
    pub(crate) outgoing: usize,
}

impl Overlay {
    pub(crate) fn next_id(&mut self) -> ListenerId {
        self.last += 1;
        ListenerId(self.last)
    }

    /// How many handlers an event has.
    pub(crate) fn count(&self, name: &str) -> usize {
        self.events.get(name).map_or(0, Vec::len)
    }

    /// The handlers to be called for an event now.
    pub(crate) fn called(&mut self, name: &str) -> Vec<Bound<Answer>> {
        let Some(listeners) = self.events.get_mut(name) else { return Vec::new() };
        let handlers = listeners.iter().map(|(_, listener)| listener.handler.clone()).collect();
        listeners.retain(|(_, listener)| !listener.once);
        if listeners.is_empty() {
            self.events.remove(name);
        }
        handlers
    }

    /// Removes one listener of any kind.
    pub(crate) fn remove(&mut self, id: ListenerId) -> Removed {
        let mut removed = Removed::default();
        let kept = |listeners: &mut Listeners<Listener>, removed: &mut Removed| {
            take(listeners, id, removed);
            !listeners.is_empty()
        };
        self.events.retain(|_, listeners| kept(listeners, &mut removed));
        take(&mut self.any, id, &mut removed);
        take(&mut self.middleware, id, &mut removed);
        take(&mut self.on_error, id, &mut removed);
        take(&mut self.on_disconnecting, id, &mut removed);
        take(&mut self.on_disconnect, id, &mut removed);
        let before = removed.listeners.len();
        take(&mut self.any_outgoing, id, &mut removed);
        removed.outgoing = removed.listeners.len() - before;
        removed
    }
}

fn take<T: Send + 'static>(listeners: &mut Listeners<T>, id: ListenerId, removed: &mut Removed) {
    if let Some(at) = listeners.iter().position(|(other, _)| *other == id) {
        removed.listeners.push(Box::new(listeners.remove(at).1));
    }
}
