//! Which connections a door has.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use roomful_core::ConnectionId;

/// The connections of a door.
#[derive(Default)]
pub(super) struct Present {
    count: AtomicUsize,
    /// Ids that the application has made. Random ones need no look.
    made: DashMap<ConnectionId, ()>,
}

/// One of them, for as long as this lives.
pub(super) struct Presence {
    of: Arc<Present>,
    made: Option<Box<ConnectionId>>,
}

impl Present {
    pub(super) fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// A connection with a random id.
    pub(super) fn enter(self: &Arc<Self>) -> Presence {
        self.count.fetch_add(1, Ordering::Relaxed);
        Presence { of: self.clone(), made: None }
    }

    /// A connection with an id that the application has made; `None` when another one has it.
    pub(super) fn enter_as(self: &Arc<Self>, id: &ConnectionId) -> Option<Presence> {
        match self.made.entry(id.clone()) {
            Entry::Occupied(_) => return None,
            Entry::Vacant(free) => drop(free.insert(())),
        }
        let mut presence = self.enter();
        presence.made = Some(Box::new(id.clone()));
        Some(presence)
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        self.of.count.fetch_sub(1, Ordering::Relaxed);
        if let Some(id) = &self.made {
            self.of.made.remove(&**id);
        }
    }
}
