//! Channels over SockJS.

use axum::Router;
use roomful::prelude::*;
use roomful::{Multiplex, Server, ServerBuilder, SockJs};

use super::sockjs::CLIENT;

/// Channels that greet, each with its namespace.
const GREETERS: [(&str, &str); 2] = [("ann", "/multiplex/ann"), ("bob,smith", "/multiplex/bob")];
const CLOSER: &str = "/multiplex/closer";

pub(super) fn namespaces(server: ServerBuilder) -> ServerBuilder {
    let greeters = GREETERS.map(|(name, namespace)| {
        let greeting = format!("{name} says hi");
        let greet = move |socket: Socket| {
            let greeting = greeting.clone();
            async move { _ = socket.emit_raw("message", greeting) }
        };
        Namespace::new(namespace).on_connect(greet).on_raw("message", answer)
    });
    let server = greeters.into_iter().fold(server, ServerBuilder::namespace);
    server.namespace(Namespace::new(CLOSER).on_connect(close))
}

pub(super) fn mount(server: &Server) -> Router {
    let channels = GREETERS.into_iter().chain([("closer", CLOSER)]);
    let channels = channels.fold(Multiplex::new(), |all, (name, namespace)| all.channel(name, namespace));
    SockJs::new(server.clone()).client_url(CLIENT).multiplex(channels).mount("/multiplex")
}

async fn answer(socket: Socket, Args((text,)): Args<(String,)>) {
    socket.emit_raw("message", format!("re:{text}"));
}

async fn close(socket: Socket) {
    socket.emit_raw("message", "last");
    socket.disconnect();
}
