//! What a program keeps with a socket. Most sockets have none of it, so it is one box, made when it is needed.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};

use roomful_protocol::packet::Lane;
use serde_json::{Map, Value};
use tokio::sync::Notify;

use super::Member;
use super::listeners::Listeners;
use crate::sync::Mutex;

#[derive(Default)]
pub(super) struct Extras {
    /// What the client calls this one of its sockets in the namespace.
    pub(super) lane: Option<Lane>,
    extensions: Mutex<Option<Box<Extensions>>>,
    pub(super) listeners: Mutex<Listeners>,
    /// Told when the socket has disconnected.
    closed: Notify,
}

/// What stays with a client that comes back.
#[derive(Clone, Default)]
pub(crate) struct Extensions {
    by_type: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
    data: Map<String, Value>,
}

impl Extensions {
    /// What a restart of the server leaves.
    pub(crate) fn with_data(data: Map<String, Value>) -> Self {
        Self { data, ..Self::default() }
    }

    pub(crate) fn data(&self) -> &Map<String, Value> {
        &self.data
    }
}

impl Extras {
    pub(super) fn with(kept: Box<Extensions>) -> Self {
        Self { extensions: Mutex::new(Some(kept)), ..Self::default() }
    }

    pub(super) fn in_lane(lane: Lane) -> Self {
        Self { lane: Some(lane), ..Self::default() }
    }
}

impl Member {
    pub(super) fn extras(&self) -> &Extras {
        self.extras.get_or_init(Box::default)
    }

    pub(crate) fn insert_extension<T: Send + Sync + 'static>(&self, value: T) {
        let mut extensions = self.extras().extensions.lock();
        let old = extensions.get_or_insert_default().by_type.insert(TypeId::of::<T>(), Arc::new(value));
        drop(extensions);
        // The old value's drop is the user's code: not under the lock.
        drop(old);
    }

    pub(crate) fn extension<T: Clone + Send + Sync + 'static>(&self) -> Option<T> {
        // So is `clone`.
        let found = self.extras.get()?.extensions.lock().as_ref()?.by_type.get(&TypeId::of::<T>())?.clone();
        found.downcast_ref::<T>().cloned()
    }

    // --- data, which other nodes can see ---

    pub(crate) fn data(&self) -> Map<String, Value> {
        self.kept().data
    }

    pub(crate) fn replace_data(&self, data: Map<String, Value>) {
        self.extras().extensions.lock().get_or_insert_default().data = data;
    }

    pub(crate) fn set_data(&self, key: &str, value: Value) {
        self.extras().extensions.lock().get_or_insert_default().data.insert(key.to_owned(), value);
    }

    pub(crate) fn remove_data(&self, key: &str) -> Option<Value> {
        self.extras.get()?.extensions.lock().as_mut()?.data.remove(key)
    }

    /// A copy of all that stays with the client when it comes back.
    pub(super) fn kept(&self) -> Extensions {
        let kept = self.extras.get().and_then(|extras| extras.extensions.lock().as_deref().cloned());
        kept.unwrap_or_default()
    }

    // --- the end ---

    /// Waits until the socket has disconnected.
    pub(crate) async fn closed(&self) {
        let closed = self.extras().closed.notified();
        // Either this sees that the socket has gone, or who ends it sees these extras.
        fence(Ordering::SeqCst);
        if self.is_connected() {
            closed.await;
        }
    }

    /// Tells those who wait for the end.
    pub(super) fn tell_closed(&self) {
        fence(Ordering::SeqCst);
        if let Some(extras) = self.extras.get() {
            extras.closed.notify_waiters();
        }
    }
}
