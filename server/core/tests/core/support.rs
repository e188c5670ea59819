//! A client that says and hears packets as they stand on the wire, and what handlers note down. The tests of what
//! handlers see use the clients of `roomful-test`.

mod bus;
mod client;
mod probe;

pub(crate) use bus::{Bus, OnBus, cluster, servers};
pub(crate) use client::{Client, settle};
pub(crate) use probe::Probe;
pub(crate) use roomful_core::door::TransportEvent as Feed;
pub(crate) use roomful_test::Flow;

use roomful_core::{Limits, Namespace, Server};

/// A server with these handlers in its main namespace, and what they note.
pub(crate) fn server(handlers: impl FnOnce(Namespace<Probe>) -> Namespace<Probe>) -> (Server, Probe) {
    server_with(Limits::default(), handlers)
}

/// The same with other limits.
pub(crate) fn server_with(
    limits: Limits,
    handlers: impl FnOnce(Namespace<Probe>) -> Namespace<Probe>,
) -> (Server, Probe) {
    let probe = Probe::default();
    let server = Server::builder()
        .limits(limits)
        .namespace(handlers(Namespace::main()))
        .build_with(probe.clone())
        .expect("a server that can be built");
    (server, probe)
}
