//! Joining servers to one cluster.
//!
//! Without an adapter a server stands alone and nothing here is run. With one, each node does its own part of
//! a broadcast itself and tells the others through the adapter; they do theirs.

pub(crate) mod cluster;

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use bytestring::ByteString;
use roomful_protocol::args::Args;
use uuid::Uuid;

use crate::emit::Broadcast;
use crate::server::{Server, WeakServer};

/// One server of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

/// What one node tells the others. It is typed, not bytes: each broker's adapter has a wire of its own.
#[derive(Clone, Debug)]
pub struct ClusterMessage {
    /// The node that says it.
    pub from: NodeId,
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
    /// Sockets are disconnected from the namespace.
    Disconnect(Target),
}

/// Which sockets: those in at least one of the rooms (all, when there is none) and in no excepted one.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// Rooms.
    pub rooms: Vec<ByteString>,
    /// Excepted rooms.
    pub except: Vec<ByteString>,
}

/// A future that an adapter returns.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Why an adapter could not do something. The text is for the log.
pub type AdapterError = Box<dyn std::error::Error + Send + Sync>;

/// The way to the other nodes.
///
/// Delivery is at most once for each message, and in order between any two nodes. An adapter does not know
/// who is in which room: each node looks that up among its own sockets.
pub trait Adapter: Send + Sync + 'static {
    /// Joins the cluster under this id: from now on what other nodes say goes into the inbox. Messages of this
    /// very node may come back; they are recognised and dropped.
    ///
    /// # Errors
    /// When the cluster cannot be reached.
    fn start(&self, node: NodeId, inbox: Inbox) -> BoxFuture<'_, Result<(), AdapterError>>;

    /// Tells the other nodes. Called for one message after the other, so that order holds.
    ///
    /// # Errors
    /// When the message could not be handed over; it is then counted as failed and not tried again.
    fn publish(&self, message: ClusterMessage) -> BoxFuture<'_, Result<(), AdapterError>>;

    /// Leaves the cluster.
    fn close(&self) -> BoxFuture<'_, ()>;
}

/// Where an adapter puts what other nodes say.
///
/// It does not keep the server alive: what comes after the server has gone is dropped.
#[derive(Clone, Debug)]
pub struct Inbox {
    server: WeakServer,
}

impl Inbox {
    pub(crate) fn new(server: &Server) -> Self {
        Self { server: server.downgrade() }
    }

    /// Does this node's part of what another node has said. Never waits.
    pub fn deliver(&self, message: &ClusterMessage) {
        let Some(server) = self.server.upgrade().filter(|server| server.node() != message.from) else {
            return;
        };
        // A namespace that has no clients here has nobody to tell.
        let Some(namespace) = server.namespace(&message.namespace) else { return };
        let select = |target: &Target| namespace.everyone().local().to(&target.rooms).except(&target.except);
        match &message.body {
            Body::Broadcast { target, event, args, volatile } => {
                let select = select(target);
                let select: Broadcast = if *volatile { select.volatile() } else { select };
                select.deliver(event, args);
            }
            Body::Join(target, rooms) => select(target).join(rooms),
            Body::Leave(target, rooms) => select(target).leave(rooms),
            Body::Disconnect(target) => select(target).disconnect(),
        }
    }
}
