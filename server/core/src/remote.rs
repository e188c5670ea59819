//! A socket that may be on another node.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytestring::ByteString;
use roomful_protocol::args::Args;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::ack::RequestError;
use crate::adapter::{NodeId, SocketDetails};
use crate::emit::{Broadcast, BroadcastRequest, Delivery, IntoRooms};
use crate::event::Event;
use crate::handshake::Handshake;
use crate::id::SocketId;
use crate::namespace::active::ActiveNamespace;

/// A client of any node, as it was when it was fetched. What is done with it goes through its node.
///
/// Cheap to clone.
#[derive(Clone)]
pub struct RemoteSocket {
    node: NodeId,
    details: Arc<SocketDetails>,
    namespace: Arc<ActiveNamespace>,
}

impl RemoteSocket {
    pub(crate) fn new(node: NodeId, details: SocketDetails, namespace: &Arc<ActiveNamespace>) -> Self {
        Self { node, details: Arc::new(details), namespace: namespace.clone() }
    }

    /// The public id of this socket.
    pub fn id(&self) -> SocketId {
        self.details.id.clone()
    }

    /// The node whose client it is.
    pub fn node(&self) -> NodeId {
        self.node
    }

    /// The request that opened its connection.
    pub fn handshake(&self) -> &Handshake {
        &self.details.handshake
    }

    /// The auth payload of its CONNECT as JSON text of an object; `{}` when the client sent none.
    pub fn auth_json(&self) -> &str {
        &self.details.auth
    }

    /// The rooms it was in, the one of its own id among them.
    pub fn rooms(&self) -> &[ByteString] {
        &self.details.rooms
    }

    /// What was attached to it with [`Socket::set_data`](crate::Socket::set_data).
    pub fn data(&self) -> &Map<String, Value> {
        &self.details.data
    }

    /// Its data as one value.
    ///
    /// # Errors
    /// When the data does not fit the type.
    pub fn data_as<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(Value::Object(self.details.data.clone()))
    }

    /// Emits an event to it. `Delivery` counts this node's clients only.
    pub fn emit<E: Event + Serialize>(&self, event: E) -> Delivery {
        self.select().emit(event)
    }

    /// Emits an event by name: a tuple is several arguments, anything else one.
    pub fn emit_raw<T: Serialize>(&self, name: &str, args: T) -> Delivery {
        self.select().emit_raw(name, args)
    }

    /// Emits arguments that are already in the form in which they travel.
    pub fn emit_args(&self, name: &str, args: &Args) -> Delivery {
        self.select().emit_args(name, args)
    }

    /// Asks it: the event is sent when the request is awaited, and the first argument of its answer is the
    /// result.
    pub fn request<E>(&self, event: E) -> RemoteRequest<E::Ack>
    where
        E: Event + Serialize,
        E::Ack: DeserializeOwned + 'static,
    {
        RemoteRequest { request: self.select().request(event) }
    }

    /// As [`request`](Self::request), with a name and plain arguments.
    pub fn request_raw<A: DeserializeOwned + 'static>(
        &self,
        name: impl Into<String>,
        args: impl Serialize,
    ) -> RemoteRequest<A> {
        RemoteRequest { request: self.select().request_raw(name, args) }
    }

    /// Lets it join rooms.
    pub fn join(&self, rooms: impl IntoRooms) {
        self.select().join(rooms);
    }

    /// Lets it leave rooms.
    pub fn leave(&self, rooms: impl IntoRooms) {
        self.select().leave(rooms);
    }

    /// Disconnects it from the namespace.
    pub fn disconnect(&self) {
        self.select().disconnect();
    }

    /// Disconnects its client from all its namespaces and ends its connection.
    pub fn disconnect_connection(&self) {
        self.select().disconnect_connections();
    }

    fn select(&self) -> Broadcast {
        Broadcast::new(self.namespace.clone()).to(&self.details.id)
    }
}

impl fmt::Debug for RemoteSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RemoteSocket({} in {} on {})", self.details.id, self.namespace.path, self.node)
    }
}

/// An event that asks one client, of any node, for an acknowledgement. Nothing is sent before it is awaited.
#[must_use = "a request is sent when it is awaited"]
pub struct RemoteRequest<A> {
    request: BroadcastRequest<A>,
}

impl<A: 'static> RemoteRequest<A> {
    /// Waits at most this long (default 30 s).
    pub fn timeout(self, timeout: Duration) -> Self {
        Self { request: self.request.timeout(timeout) }
    }
}

impl<A: 'static> IntoFuture for RemoteRequest<A> {
    type Output = Result<A, RequestError>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.request.only())
    }
}
