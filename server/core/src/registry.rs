//! The sockets of a namespace by their public id.

use std::sync::Arc;

use dashmap::DashMap;

use crate::id::SocketId;
use crate::member::Member;

const SHARDS: usize = 8;

pub(crate) struct Registry {
    by_id: DashMap<SocketId, Arc<Member>>,
}

impl Registry {
    pub(crate) fn new() -> Self {
        Self { by_id: DashMap::with_shard_amount(SHARDS) }
    }

    pub(crate) fn insert(&self, member: Arc<Member>) {
        self.by_id.insert(member.id, member);
    }

    pub(crate) fn remove(&self, id: &SocketId) {
        self.by_id.remove(id);
    }

    pub(crate) fn get(&self, id: &SocketId) -> Option<Arc<Member>> {
        self.by_id.get(id).map(|member| member.value().clone())
    }
}
