//! What a door needs from the core: hand it a link, transports and a handshake, and run what comes back.
//!
//! A door is an entrance for one family of clients. It answers HTTP requests, makes the
//! [`Transports`] of a connection and chooses the
//! [`Link`] that speaks the client's protocol; everything else happens here.

use std::sync::Arc;

use roomful_protocol::limits::Limits;
use roomful_protocol::link::Link;

use crate::connection::driver::Driver;
use crate::handshake::Handshake;
use crate::server::Server;

pub use crate::connection::outbox::{Mode, Outbox};
pub use crate::connection::sink::Sink;
pub use crate::connection::transports::{TransportEvent, Transports};

/// Makes the outbox of a connection that is about to be driven on this runtime.
///
/// # Panics
/// Outside a tokio runtime.
pub fn outbox(server: &Server) -> Arc<Outbox> {
    let shared = server.shared();
    Outbox::new(shared.bounds.clone(), shared.metrics.clone(), crate::connection::flusher::Flusher::current())
}

/// The limits that hold for every client, shared.
pub fn limits(server: &Server) -> Arc<Limits> {
    server.shared().limits.clone()
}

/// Drives a connection until it has ended. Dropping the future ends it at once: its sockets leave their rooms.
///
/// Must be polled on the runtime on which its outbox was made.
pub fn drive<L: Link, T: Transports>(
    server: Server,
    link: L,
    transports: T,
    handshake: Handshake,
) -> impl Future<Output = ()> + Send {
    Driver::new(server, link, transports, handshake)
}

/// Counts a request that the door has refused.
pub fn count_refused(server: &Server) {
    server.shared().metrics.requests_refused.increment();
}
