//! The vocabulary that every protocol is translated to and from.

use std::sync::Arc;

use bytestring::ByteString;

use crate::args::Args;

/// One packet of the messaging layer as a client sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// The namespace it belongs to, with its leading `/`.
    pub namespace: ByteString,
    /// By what the client tells its sockets in this namespace apart, where it may have several.
    pub lane: Option<Lane>,
    /// What it says.
    pub body: Body,
}

/// What the client calls one of its sockets, in the form in which it stands in messages. Protocols with channels have
/// such a name, and a client may be in one channel several times.
pub type Lane = Arc<str>;

impl Packet {
    /// A packet of a client that is in a namespace once.
    pub fn new(namespace: ByteString, body: Body) -> Self {
        Self { namespace, lane: None, body }
    }
}

/// What a [`Packet`] says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// A client asks to join the namespace.
    Connect {
        /// The auth payload as JSON text of an object; `None` when the client sent none.
        auth: Option<ByteString>,
    },
    /// One side leaves the namespace.
    Disconnect,
    /// An event.
    Event {
        /// Its name.
        name: ByteString,
        /// Its arguments, the name not among them.
        args: Args,
        /// The id to answer with when an acknowledgement is asked for.
        ack: Option<u64>,
    },
    /// The answer to an event.
    Ack {
        /// The id of the event that is answered.
        id: u64,
        /// The answer.
        args: Args,
    },
}

/// A packet on its way to a client, borrowed: it lives only until it is encoded.
#[derive(Clone, Copy, Debug)]
pub enum Outbound<'a> {
    /// The client has joined the namespace.
    Connected {
        /// The public id of its socket.
        sid: &'a str,
        /// The secret id of its session, where the server can recover it.
        pid: Option<&'a str>,
    },
    /// The client may not join the namespace.
    Refused {
        /// Why, for people.
        message: &'a str,
        /// Why, for programs: JSON text.
        data: Option<&'a str>,
    },
    /// The server makes the client leave the namespace.
    Disconnect,
    /// An event.
    Event {
        /// Its name.
        name: &'a str,
        /// Its arguments, the name not among them.
        args: &'a Args,
        /// The id under which an answer is awaited.
        ack: Option<u64>,
        /// Its place among the events of the namespace, where the server can recover sessions: one more argument
        /// for Socket.IO's clients, which name the last one that they have when they come back.
        offset: Option<&'a str>,
    },
    /// The answer to an event.
    Ack {
        /// The id that came with the event.
        id: u64,
        /// The answer.
        args: &'a Args,
    },
}

/// The name of the event that stands for a message, where a protocol has messages and no events.
pub const MESSAGE: ByteString = ByteString::from_static("message");

/// The main namespace's name.
pub const MAIN: ByteString = ByteString::from_static("/");

/// Event names with a meaning of their own in Socket.IO: they can be neither sent nor received as events.
pub fn is_reserved(name: &str) -> bool {
    matches!(
        name,
        "connect" | "connect_error" | "disconnect" | "disconnecting" | "newListener" | "removeListener"
    )
}
