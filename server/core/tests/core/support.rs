//! A client without a network: a scripted transport, a sink that behaves as told, and what handlers note down.

mod client;
mod pipe;
mod probe;
mod transports;

pub(crate) use client::{Client, settle};
pub(crate) use pipe::Flow;
pub(crate) use probe::Probe;
pub(crate) use transports::Feed;

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
