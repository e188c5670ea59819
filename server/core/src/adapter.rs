//! Joining servers to one cluster.
//!
//! Without an adapter a server stands alone and nothing here is run. With one, each node does its own part of
//! a broadcast itself and tells the others through the adapter; they do theirs.

pub(crate) mod cluster;
pub(crate) mod gather;
mod inbox;
mod message;

use std::future::Future;
use std::pin::Pin;

pub use inbox::Inbox;
pub use message::{Body, ClusterMessage, MissingNodes, NodeId, Peers, RequestId, SocketDetails, Target};

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

    /// The other nodes that take part in this namespace: a question waits for the answers of so many, or of
    /// these. Better too few than too many: a node that has died would be waited for until the time is up.
    ///
    /// # Errors
    /// When that cannot be told now; a question then waits until its time is up.
    fn peers(&self, namespace: &str) -> BoxFuture<'_, Result<Peers, AdapterError>>;

    /// Leaves the cluster.
    fn close(&self) -> BoxFuture<'_, ()>;
}
