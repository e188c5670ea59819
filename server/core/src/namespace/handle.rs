//! The handle by which one emits to a namespace and asks what is in it.

use std::fmt;
use std::sync::Arc;

use roomful_protocol::args::Args;
use serde::Serialize;

use super::active::ActiveNamespace;
use crate::emit::{Broadcast, Delivery, IntoRooms};
use crate::event::Event;
use crate::id::SocketId;
use crate::socket::Socket;

/// A namespace that exists. Cheap to clone; works from any thread, with or without a runtime.
#[derive(Clone)]
pub struct NamespaceHandle {
    namespace: Arc<ActiveNamespace>,
}

impl NamespaceHandle {
    pub(crate) fn new(namespace: Arc<ActiveNamespace>) -> Self {
        Self { namespace }
    }

    /// Its name, with the leading `/`.
    pub fn name(&self) -> &str {
        &self.namespace.path
    }

    /// Everybody in the namespace.
    pub fn everyone(&self) -> Broadcast {
        Broadcast::new(self.namespace.clone())
    }

    /// Everybody in these rooms.
    pub fn to(&self, rooms: impl IntoRooms) -> Broadcast {
        self.everyone().to(rooms)
    }

    /// Everybody but those in these rooms.
    pub fn except(&self, rooms: impl IntoRooms) -> Broadcast {
        self.everyone().except(rooms)
    }

    /// Emits an event to everybody.
    pub fn emit<E: Event + Serialize>(&self, event: E) -> Delivery {
        self.everyone().emit(event)
    }

    /// Emits an event to everybody by name: a tuple is several arguments, anything else one.
    pub fn emit_raw<T: Serialize>(&self, name: &str, args: T) -> Delivery {
        self.everyone().emit_raw(name, args)
    }

    /// Emits to everybody arguments that are already in the form in which they travel.
    pub fn emit_args(&self, name: &str, args: &Args) -> Delivery {
        self.everyone().emit_args(name, args)
    }

    /// The socket with this id, if it is on this node.
    pub fn socket(&self, id: SocketId) -> Option<Socket> {
        self.namespace.registry.get(id.as_str()).map(Socket::new)
    }

    /// The number of sockets on this node.
    pub fn socket_count(&self) -> usize {
        self.namespace.everyone.len()
    }

    /// The number of rooms on this node that are not a socket's own.
    pub fn room_count(&self) -> usize {
        self.namespace.rooms.len()
    }

    /// The number of members that a room has on this node.
    pub fn room_size(&self, name: &str) -> usize {
        self.namespace.rooms.get(name).map_or(0, |room| room.len())
    }

    /// The members that a room has on this node.
    pub fn room_members(&self, name: &str) -> Vec<Socket> {
        let members = self.namespace.rooms.get(name).map(|room| room.members()).unwrap_or_default();
        members.into_iter().map(Socket::new).collect()
    }
}

impl fmt::Debug for NamespaceHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NamespaceHandle({})", self.namespace.path)
    }
}
