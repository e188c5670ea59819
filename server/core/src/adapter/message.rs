//! What nodes tell each other.

use std::fmt;
use std::time::Duration;

use bytestring::ByteString;
use roomful_protocol::args::Args;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::handshake::Handshake;
use crate::id::SocketId;

/// One server of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId(Uuid);

impl NodeId {
    pub(crate) fn random() -> Self {
        Self(Uuid::new_v4())
    }
}

impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.as_simple())
    }
}

/// Tells one question to other nodes from another. It is text, as other implementations choose its form.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestId(ByteString);

impl RequestId {
    /// The id that a node has chosen for its question.
    pub fn new(text: impl Into<ByteString>) -> Self {
        Self(text.into())
    }

    pub(crate) fn random() -> Self {
        let (high, _) = Uuid::new_v4().as_u64_pair();
        Self(format!("{high:016x}").into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What one node tells the others. It is typed, not bytes: each broker's adapter has a wire of its own.
#[derive(Clone, Debug)]
pub struct ClusterMessage {
    /// The node that says it.
    pub from: NodeId,
    /// The one node that it is for; `None` for all. Others may get it too: they ignore it.
    pub to: Option<NodeId>,
    /// The namespace it is about.
    pub namespace: ByteString,
    /// What is said.
    pub body: Body,
}

/// What a [`ClusterMessage`] says.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Body {
    /// An event for sockets.
    Broadcast {
        /// Which sockets.
        target: Target,
        /// The event's name.
        event: ByteString,
        /// Its arguments.
        args: Args,
        /// Whether it may be dropped for clients that cannot take it at once.
        volatile: bool,
    },
    /// Sockets join rooms.
    Join(Target, Vec<ByteString>),
    /// Sockets leave rooms.
    Leave(Target, Vec<ByteString>),
    /// Sockets are disconnected.
    Disconnect {
        /// Which sockets.
        target: Target,
        /// Whether their connections are closed, with all their namespaces, or only this namespace is left.
        close: bool,
    },
    /// An event for sockets that are to answer it. Each node says first how many it has asked
    /// ([`Asked`](Self::Asked)), then passes on what they answer.
    Request {
        /// The question.
        request: RequestId,
        /// Which sockets.
        target: Target,
        /// The event's name.
        event: ByteString,
        /// Its arguments.
        args: Args,
        /// Whether it may be dropped for clients that cannot take it at once.
        volatile: bool,
        /// How long the asking node waits for answers.
        timeout: Duration,
    },
    /// A node has asked so many of its sockets.
    Asked {
        /// The question.
        request: RequestId,
        /// How many sockets were asked.
        clients: usize,
    },
    /// A socket has answered. May overtake [`Asked`](Self::Asked).
    Answer {
        /// The question.
        request: RequestId,
        /// Which socket, where the node's wire says so.
        socket: Option<SocketId>,
        /// What it has answered.
        args: Args,
    },
    /// A socket that was asked has gone without an answer. A wire that cannot say so leaves it out: the asking
    /// node then waits until its time is up.
    Gone {
        /// The question.
        request: RequestId,
    },
    /// Asks which sockets there are.
    Fetch {
        /// The question.
        request: RequestId,
        /// Which sockets.
        target: Target,
    },
    /// The sockets of a node.
    Fetched {
        /// The question.
        request: RequestId,
        /// The sockets.
        sockets: Vec<SocketDetails>,
    },
    /// An event for the servers themselves.
    ServerEvent {
        /// The question, when an answer is awaited.
        request: Option<RequestId>,
        /// The event's name.
        event: ByteString,
        /// Its arguments.
        args: Args,
    },
    /// The answer of a server to a [`ServerEvent`](Self::ServerEvent).
    ServerAnswer {
        /// The question.
        request: RequestId,
        /// The answer; `None` when the server has none to give.
        answer: Option<Args>,
    },
}

/// Which sockets: those in at least one of the rooms (all, when there is none) and in no excepted one.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// Rooms.
    pub rooms: Vec<ByteString>,
    /// Excepted rooms.
    pub except: Vec<ByteString>,
}

/// What a node knows about one of its sockets.
#[derive(Clone, Debug)]
pub struct SocketDetails {
    /// Its id.
    pub id: SocketId,
    /// The request that opened its connection.
    pub handshake: Handshake,
    /// The auth payload of its CONNECT: JSON text of an object.
    pub auth: ByteString,
    /// The rooms it is in, the one of its own id among them.
    pub rooms: Vec<ByteString>,
    /// What the program has attached to it with [`Socket::set_data`](crate::Socket::set_data).
    pub data: Map<String, Value>,
}

/// The other nodes that a question goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Peers {
    /// So many others, whose names are not known.
    Counted(usize),
    /// These others.
    Named(Vec<NodeId>),
}

impl Peers {
    /// No other node.
    pub(crate) const NONE: Self = Self::Named(Vec::new());

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Counted(count) => *count,
            Self::Named(nodes) => nodes.len(),
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Nodes that were asked and have not answered in time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MissingNodes {
    /// Those whose names are known, sorted.
    pub named: Vec<NodeId>,
    /// How many more there are. At least one when the adapter could not tell who is there.
    pub unnamed: usize,
}

impl MissingNodes {
    /// Whether all have answered.
    pub fn is_empty(&self) -> bool {
        self.named.is_empty() && self.unnamed == 0
    }
}
