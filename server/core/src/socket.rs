//! A client in one namespace, as handlers see it.

mod listening;

use std::fmt;
use std::sync::Arc;

use bytestring::ByteString;
use roomful_protocol::args::Args;
use roomful_protocol::close::{CloseFrame, CloseReason};
use roomful_protocol::engineio::TransportKind;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ack::{Request, parse_answer, parse_typed_answer};
use crate::emit::{Broadcast, Delivery, IntoRooms, unicast};
use crate::event::Event;
use crate::handshake::Handshake;
use crate::id::SocketId;
use crate::member::Member;
use crate::namespace::NamespaceHandle;
use crate::recovery::Recovered;

/// A client in one namespace. Cheap to clone.
///
/// A handle may be kept for as long as one likes: after the disconnect it is a small husk, and what is emitted
/// to it goes nowhere and is counted.
#[derive(Clone)]
pub struct Socket {
    member: Arc<Member>,
}

impl Socket {
    pub(crate) fn new(member: Arc<Member>) -> Self {
        Self { member }
    }

    pub(crate) fn member(&self) -> &Arc<Member> {
        &self.member
    }

    /// The public id of this socket: other clients may see it.
    pub fn id(&self) -> SocketId {
        self.member.id.clone()
    }

    /// Whether packets can still reach it.
    pub fn is_connected(&self) -> bool {
        self.member.is_connected()
    }

    /// The namespace it is in.
    pub fn namespace(&self) -> NamespaceHandle {
        NamespaceHandle::new(self.member.namespace.clone())
    }

    /// The request that opened its connection.
    pub fn handshake(&self) -> &Handshake {
        &self.member.connection.handshake
    }

    /// The auth payload of its CONNECT as JSON text of an object; `{}` when the client sent none.
    pub fn auth_json(&self) -> &str {
        self.member.auth.as_deref().unwrap_or("{}")
    }

    /// The transport that carries it at this moment.
    pub fn transport(&self) -> TransportKind {
        self.member.connection.transport()
    }

    /// The version of Engine.IO that its client speaks; 4 also for clients of other protocols.
    pub fn engine_version(&self) -> u8 {
        self.member.connection.framing.version.number()
    }

    /// Attaches a value, which handlers extract with [`Ext`](crate::Ext). One of each type; a new one replaces
    /// the old.
    pub fn insert<T: Clone + Send + Sync + 'static>(&self, value: T) {
        self.member.insert_extension(value);
    }

    /// A value attached before.
    pub fn get<T: Clone + Send + Sync + 'static>(&self) -> Option<T> {
        self.member.extension()
    }

    /// Whether it goes on where it was before its client lost the connection, and if not, why.
    pub fn recovered(&self) -> Recovered {
        self.member.recovered()
    }

    // --- data ---

    /// Its data: a JSON object that, unlike what [`insert`](Self::insert) attaches, other nodes see when they
    /// fetch the socket.
    pub fn data(&self) -> Map<String, Value> {
        self.member.data()
    }

    /// Its data as one value.
    ///
    /// # Errors
    /// When the data does not fit the type.
    pub fn data_as<T: DeserializeOwned>(&self) -> Result<T, serde_json::Error> {
        T::deserialize(Value::Object(self.data()))
    }

    /// Sets one field of its data.
    ///
    /// # Errors
    /// When the value cannot be JSON; nothing is changed then.
    pub fn set_data(&self, key: &str, value: impl Serialize) -> Result<(), serde_json::Error> {
        self.member.set_data(key, serde_json::to_value(value)?);
        Ok(())
    }

    /// Replaces its data by a value that is a JSON object.
    ///
    /// # Errors
    /// When the value is not one; nothing is changed then.
    pub fn replace_data(&self, value: impl Serialize) -> Result<(), serde_json::Error> {
        self.member.replace_data(Map::deserialize(serde_json::to_value(value)?)?);
        Ok(())
    }

    /// Removes a field of its data, and returns it.
    pub fn remove_data(&self, key: &str) -> Option<Value> {
        self.member.remove_data(key)
    }

    // --- rooms ---

    /// Joins rooms. Does nothing after the disconnect, and waits for the guards before it.
    pub fn join(&self, rooms: impl IntoRooms) {
        rooms.for_each_room(&mut |name| self.member.join(name));
    }

    /// Leaves rooms.
    pub fn leave(&self, rooms: impl IntoRooms) {
        rooms.for_each_room(&mut |name| self.member.leave(name));
    }

    /// The rooms it is in, the one of its own id among them.
    pub fn rooms(&self) -> Vec<ByteString> {
        self.member.room_names()
    }

    // --- emitting ---

    /// Emits an event to this client. Never waits.
    pub fn emit<E: Event + Serialize>(&self, event: E) -> Delivery {
        unicast(&self.member, E::NAME, event.to_args(), false)
    }

    /// Emits an event by name: a tuple is several arguments, anything else one.
    pub fn emit_raw<T: Serialize>(&self, name: &str, args: T) -> Delivery {
        unicast(&self.member, name, Args::new(&args), false)
    }

    /// Emits arguments that are already in the form in which they travel, for example as they came.
    pub fn emit_args(&self, name: &str, args: &Args) -> Delivery {
        unicast(&self.member, name, Ok(args.clone()), false)
    }

    /// Emits an event that may be dropped when the client cannot take it right now.
    pub fn emit_volatile<E: Event + Serialize>(&self, event: E) -> Delivery {
        unicast(&self.member, E::NAME, event.to_args(), true)
    }

    /// As [`emit_raw`](Self::emit_raw), but the event may be dropped when the client cannot take it right now.
    pub fn emit_raw_volatile<T: Serialize>(&self, name: &str, args: T) -> Delivery {
        unicast(&self.member, name, Args::new(&args), true)
    }

    /// Asks this client: the event is sent when the request is awaited, and its acknowledgement is the result.
    pub fn request<E>(&self, event: E) -> Request<E::Ack>
    where
        E: Event + Serialize,
        E::Ack: DeserializeOwned + 'static,
    {
        Request::new(self.clone(), E::NAME, event.to_args(), parse_typed_answer)
    }

    /// As [`request`](Self::request), with a name and plain arguments; a tuple takes one value of the answer
    /// per element.
    pub fn request_raw<A: DeserializeOwned + 'static>(
        &self,
        name: impl Into<String>,
        args: impl Serialize,
    ) -> Request<A> {
        Request::new(self.clone(), name.into(), Args::new(&args), parse_answer)
    }

    /// As [`request`](Self::request), with arguments and an answer in the form in which they travel.
    pub fn request_args(&self, name: impl Into<String>, args: &Args) -> Request<Args> {
        Request::new(self.clone(), name.into(), Ok(args.clone()), |answer| Ok(answer.clone()))
    }

    /// Everybody in these rooms but this socket.
    pub fn to(&self, rooms: impl IntoRooms) -> Broadcast {
        self.broadcast().to(rooms)
    }

    /// Everybody in these rooms, this socket too when it is a member.
    pub fn within(&self, rooms: impl IntoRooms) -> Broadcast {
        Broadcast::new(self.member.namespace.clone()).to(rooms)
    }

    /// Everybody in the namespace but this socket.
    pub fn broadcast(&self) -> Broadcast {
        Broadcast::new(self.member.namespace.clone()).but(&self.member)
    }

    // --- leaving ---

    /// Waits until the client's connection has taken everything that is queued for it, or has ended: between the
    /// pieces of something large, so that it does not fill the outbox. What others emit meanwhile counts too.
    pub async fn drained(&self) {
        self.member.connection.outbox.drained().await;
    }

    /// Waits until the socket has disconnected: for tasks that would go on for nobody.
    pub async fn closed(&self) {
        self.member.closed().await;
    }

    /// Disconnects the client from this namespace. Its connection stays, for its other namespaces.
    pub fn disconnect(&self) {
        self.member.disconnect();
    }

    /// Disconnects the client from all its namespaces and ends its connection.
    pub fn disconnect_connection(&self) {
        self.member.disconnect_connection();
    }

    /// Ends the client's connection without a goodbye in any namespace, as the network might have. Clients that come
    /// back by themselves do, and recover their session where that is on. What is queued is still delivered.
    pub fn close_connection(&self) {
        self.member.close_connection(CloseReason::ForcedServerClose, None);
    }

    /// As [`close_connection`](Self::close_connection), with a code and a reason for clients that are told such: those
    /// with a plain WebSocket and those of SockJS.
    pub fn close_connection_with(&self, frame: CloseFrame) {
        self.member.close_connection(CloseReason::ForcedServerClose, Some(Box::new(frame)));
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Socket({} in {})", self.member.id, self.member.namespace.path)
    }
}

impl PartialEq for Socket {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.member, &other.member)
    }
}

impl Eq for Socket {}
