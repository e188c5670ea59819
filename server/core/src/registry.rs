//! The sockets of a namespace by their public id.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use dashmap::DashMap;

use crate::id::SocketId;
use crate::member::Member;

const SHARDS: usize = 8;

pub(crate) struct Registry {
    by_id: DashMap<SocketId, Arc<Member>>,
    /// Whether there has been an id that is no random one. Without, most names are known at a glance to be none.
    any_shape: AtomicBool,
}

impl Registry {
    pub(crate) fn new() -> Self {
        Self { by_id: DashMap::with_shard_amount(SHARDS), any_shape: AtomicBool::new(false) }
    }

    pub(crate) fn insert(&self, member: Arc<Member>) {
        if member.id.is_made() {
            self.any_shape.store(true, Ordering::Relaxed);
        }
        self.by_id.insert(member.id.clone(), member);
    }

    pub(crate) fn remove(&self, id: &SocketId) {
        self.by_id.remove(id);
    }

    pub(crate) fn get(&self, id: &str) -> Option<Arc<Member>> {
        let is_looked_up = SocketId::is_shaped(id) || self.any_shape.load(Ordering::Relaxed);
        is_looked_up.then(|| self.by_id.get(id).map(|member| member.value().clone())).flatten()
    }
}
