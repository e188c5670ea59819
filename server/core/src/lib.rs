//! The messaging core: namespaces, rooms, sockets, acknowledgements and handlers.
//!
//! It knows protocols (as [`Link`](roomful_protocol::link::Link)s) but no stream, no HTTP and no web framework:
//! those are [`door`]s. Start reading at [`server`], `connection/driver.rs` and `rooms.rs`.
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod ack;
pub mod adapter;
mod connection;
pub mod door;
mod emit;
mod envelope;
mod error;
mod event;
mod extract;
mod handler;
mod handshake;
mod id;
mod member;
mod metrics;
mod namespace;
mod once;
mod recovery;
mod registry;
mod remote;
mod rooms;
pub mod server;
mod server_event;
mod shared;
mod socket;
mod sync;

pub use ack::{AckSender, Request, RequestError};
pub use adapter::MissingNodes;
pub use connection::outbox::Overflow;
pub use emit::{
    Broadcast, BroadcastRequest, Delivery, EmitError, FetchedSockets, IntoRooms, Response, Responses,
};
pub use error::{ConnectError, EventError};
pub use event::Event;
pub use extract::{
    Args, Auth, Context, EventName, Ext, FromContext, FromRef, OptionalFromContext, Rejection, State,
};
pub use handler::answer::{Answer, IntoAnswer, IntoRawAnswer, NoAck};
pub use handler::overlay::ListenerId;
pub use handler::{EventArguments, Extractors, Handler, IncomingEvent};
pub use handshake::{Handshake, Headers};
pub use id::{ConnectionId, SocketId};
pub use metrics::MetricsSnapshot;
pub use namespace::{GuardOutput, Namespace, NamespaceHandle, NamespaceRequest};
pub use once::last_text;
pub use recovery::{FileSnapshot, MemorySnapshot, NotRecovered, Recovered, Recovery, SnapshotStore};
pub use remote::{RemoteRequest, RemoteSocket};
pub use roomful_protocol::args::Args as RawArgs;
pub use roomful_protocol::close::{BadCloseFrame, CloseFrame, CloseReason, DisconnectReason};
pub use roomful_protocol::engineio::TransportKind;
pub use roomful_protocol::limits::Limits;
pub use rooms::RoomEvent;
pub use server::{BuildError, DynamicNamespace, NodeId, Server, ServerBuilder};
pub use server_event::{ServerEvent, ServerEventArguments, ServerRequest, ServerResponses};
pub use socket::Socket;
