//! The handle by which one emits to a namespace and asks what is in it.

use std::fmt;
use std::sync::Arc;

use bytestring::ByteString;
use roomful_protocol::args::Args;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::active::ActiveNamespace;
use crate::ack::parse_typed_answer;
use crate::emit::{Broadcast, BroadcastRequest, Delivery, EmitError, FetchedSockets, IntoRooms};
use crate::event::Event;
use crate::id::SocketId;
use crate::server_event::{self, ServerRequest};
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

    /// Asks everybody: see [`Broadcast::request`].
    pub fn request<E>(&self, event: E) -> BroadcastRequest<E::Ack>
    where
        E: Event + Serialize,
        E::Ack: DeserializeOwned + 'static,
    {
        self.everyone().request(event)
    }

    /// Asks everybody: see [`Broadcast::request_raw`].
    pub fn request_raw<A: DeserializeOwned + 'static>(
        &self,
        name: impl Into<String>,
        args: impl Serialize,
    ) -> BroadcastRequest<A> {
        self.everyone().request_raw(name, args)
    }

    /// The sockets of all nodes: see [`Broadcast::fetch_sockets`].
    pub async fn fetch_sockets(&self) -> FetchedSockets {
        self.everyone().fetch_sockets().await
    }

    /// Sends an event to the other servers of the cluster, which handle it with
    /// [`Namespace::on_server_event`](crate::Namespace::on_server_event). Without others nothing happens.
    ///
    /// # Errors
    /// When the event's name is reserved (`connect`, `connection`, `new_namespace`), or it cannot be JSON.
    pub fn server_side_emit<E: Event + Serialize>(&self, event: E) -> Result<(), EmitError> {
        server_event::emit(&self.namespace, E::NAME, event.to_args())
    }

    /// As [`server_side_emit`](Self::server_side_emit), with a name and plain arguments.
    ///
    /// # Errors
    /// As there.
    pub fn server_side_emit_raw<T: Serialize>(&self, name: &str, args: T) -> Result<(), EmitError> {
        server_event::emit(&self.namespace, name, Args::new(&args))
    }

    /// Asks the other servers of the cluster: the event is sent when the request is awaited, and the result is
    /// what they answer. Without others there are no answers.
    pub fn server_side_request<E>(&self, event: E) -> ServerRequest<E::Ack>
    where
        E: Event + Serialize,
        E::Ack: DeserializeOwned + 'static,
    {
        ServerRequest::new(self.namespace.clone(), E::NAME, event.to_args(), parse_typed_answer)
    }

    /// As [`server_side_request`](Self::server_side_request), with a name and plain arguments. `A` is the first
    /// argument of an answer.
    pub fn server_side_request_raw<A: DeserializeOwned + 'static>(
        &self,
        name: impl Into<String>,
        args: impl Serialize,
    ) -> ServerRequest<A> {
        ServerRequest::new(self.namespace.clone(), name.into(), Args::new(&args), parse_typed_answer)
    }

    /// The sockets of this node.
    pub fn sockets(&self) -> Vec<Socket> {
        self.namespace.everyone.members().into_iter().map(Socket::new).collect()
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

    /// The names of the rooms on this node that are not a socket's own.
    pub fn rooms(&self) -> Vec<ByteString> {
        self.namespace.rooms.names()
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
