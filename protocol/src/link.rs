//! The state machine of one connection, without I/O.
//!
//! A driver hands in what happened (`handle_*`, with the time) and then takes out what has to be done
//! ([`Link::poll_output`]) until there is nothing more.

use std::fmt;
use std::time::{Duration, Instant};

use bytes::Bytes;
use bytestring::ByteString;

use crate::close::CloseReason;
use crate::engineio::Framing;
use crate::packet::Packet;
use crate::wire::{Unit, Wire};

/// One transport of a connection. A connection has one, and a second one while it upgrades.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TransportId(pub u32);

/// Something whole that came in: a WebSocket message, or one packet of a polling body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Frame {
    /// Text.
    Text(ByteString),
    /// Binary data.
    Binary(Bytes),
}

/// How a transport ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportEnd {
    /// The peer closed it in order.
    Closed,
    /// It broke, or the peer broke its rules.
    Failed,
}

/// Something a client must not do. The link has already decided what follows; this is for the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Violation(pub &'static str);

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Violation {}

/// What a link wants done, in order.
#[derive(Debug)]
pub enum Output {
    /// Send this on that transport. On the main transport it takes its place behind all that is queued.
    Send(TransportId, Unit),
    /// A packet for the messaging core.
    Inbound(Packet),
    /// Answer a waiting poll, and every poll until the switch, without delay: an upgrade is under way, or the
    /// client closes.
    Release,
    /// From now on that transport carries the connection; the old one is done.
    Switch(TransportId),
    /// Close that transport. The connection lives on without it, unless its end follows.
    Close(TransportId),
    /// The connection is over.
    Closed(CloseReason),
}

/// How clients of a protocol come into namespaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joining {
    /// They ask to, and the connection ends when they are in none in time. A packet for a namespace that the client
    /// is not in, or asks for twice, is a violation.
    ByPacket,
    /// They ask to, whenever they like. What makes no sense means nothing: it is counted and dropped. The connection
    /// ends with the namespace that they are in from the start, if there is one.
    AtWill,
    /// They are in one from the start, and the connection ends when they leave it or are refused there.
    AtHome,
}

/// A protocol's side of a connection.
pub trait Link: Send + 'static {
    /// A frame came in on `from`.
    ///
    /// # Errors
    /// When the peer broke the protocol. The consequence (often the end of the connection) is in the output.
    fn handle_frame(&mut self, now: Instant, from: TransportId, frame: Frame) -> Result<(), Violation>;

    /// The time of [`poll_timeout`](Self::poll_timeout) has come. Calling it early does nothing.
    fn handle_timeout(&mut self, now: Instant);

    /// Something came in on `from` that is no frame for the link and yet shows that the peer is there: a ping or
    /// pong of WebSocket, or a part of a message. Only protocols whose heartbeat is the transport's care.
    fn heard(&mut self, _now: Instant, _from: TransportId) {}

    /// A second transport appeared which wants to take over the connection.
    ///
    /// # Errors
    /// When the connection cannot be upgraded now; the transport is to be refused.
    fn transport_opened(&mut self, now: Instant, which: TransportId) -> Result<(), Violation>;

    /// Whether a second transport may take over at any moment. A client that is on its way there listens nowhere, so a
    /// connection that the server ends waits until this is over.
    fn is_upgrading(&self) -> bool {
        false
    }

    /// A transport has ended.
    fn transport_closed(&mut self, now: Instant, which: TransportId, how: TransportEnd);

    /// The one instant at which [`handle_timeout`](Self::handle_timeout) must be called.
    fn poll_timeout(&self) -> Option<Instant>;

    /// Nothing was read for that long: deadlines that wait for the peer move by as much.
    fn extend(&mut self, by: Duration);

    /// The next thing to be done.
    fn poll_output(&mut self) -> Option<Output>;

    /// How packets are encoded for this client.
    fn wire(&self) -> Wire;

    /// How a client comes into namespaces.
    fn joining(&self) -> Joining;

    /// The namespace that a client is in from the start, if there is one.
    fn home(&self) -> Option<ByteString> {
        None
    }

    /// What the client says of itself as it enters that one, as JSON text of an object: what others have in their
    /// CONNECT.
    fn auth(&self) -> Option<ByteString> {
        None
    }

    /// How binary data travels to this client.
    fn framing(&self) -> Framing {
        Framing::default()
    }

    /// The id from which those of the client's sockets are made, where the protocol says so. `None`: they are random.
    fn public_id(&self) -> Option<&str> {
        None
    }

    /// What a client is told before the server goes, so that not all of them come back at once: over which time they
    /// should spread. `None` where the protocol has no words for that.
    fn farewell(&self, _within: Duration) -> Option<Unit> {
        None
    }

    /// The headers of the request that carries what comes in from now on, as JSON text of an object. Only called
    /// where somebody wants to know.
    fn carried_by(&mut self, _headers: &ByteString) {}
}
