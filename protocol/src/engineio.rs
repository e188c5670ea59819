//! Engine.IO 4 and 3: one connection over long-polling, WebSocket, WebTransport, or first the one and then the other.

mod framing;
pub mod jsonp;
mod link;
pub mod messages;
mod open;
pub mod payload;
pub mod payload_v3;
mod refusal;
pub mod webtransport;

pub use framing::{Framing, Texts, Version};
pub use link::{EngineLink, Start};
pub use open::Open;
pub use refusal::Refusal;

/// The transports by which a client can reach the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TransportKind {
    /// HTTP long-polling.
    Polling,
    /// WebSocket.
    WebSocket,
    /// One stream of a WebTransport session.
    WebTransport,
    /// One long answer over HTTP, and requests in the other direction. Not Engine.IO's own, but of the other doors.
    Streaming,
}

impl TransportKind {
    /// The name in a client's query and in `upgrades`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Polling => "polling",
            Self::WebSocket => "websocket",
            Self::WebTransport => "webtransport",
            Self::Streaming => "streaming",
        }
    }
}

/// Packet types, as they stand on the wire.
pub(crate) mod kind {
    pub(crate) const CLOSE: u8 = b'1';
    pub(crate) const PING: u8 = b'2';
    pub(crate) const PONG: u8 = b'3';
    pub(crate) const MESSAGE: u8 = b'4';
}

/// The packet that answers a poll when there is nothing else to say.
pub const NOOP: &str = "6";

/// The packet by which the server ends a connection.
pub const CLOSE: &str = "1";
