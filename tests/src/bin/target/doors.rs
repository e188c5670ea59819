//! `target doors`: the entrances beside Socket.IO's.

mod events;
mod libraries;
mod multiplex;
mod primus;
mod sockjs;

use axum::Router;
use roomful::prelude::*;
use roomful::{Limits, PlainWebSocket, Server};

use super::settings::Settings;
use super::{Failure, Target};

pub(crate) fn target(settings: &Settings) -> Result<Target, Failure> {
    let limits = settings.limits(Limits::default());
    // Whatever may come in has to fit on its way out.
    let outbox_hard = limits.outbox_hard.max(2 * limits.max_payload);
    let limits = Limits { outbox_hard, ..limits };
    let builder = Server::builder().limits(limits).namespace(echo("/"));
    let builder = events::namespaces(primus::namespaces(multiplex::namespaces(sockjs::namespaces(builder))));
    let server = builder.build()?;
    let router = Router::new()
        .merge(websocket(settings, &server))
        .merge(sockjs::mounts(&server))
        .merge(events::mount(&server))
        .merge(multiplex::mount(&server))
        .merge(primus::mounts(&server)?)
        .merge(libraries::scripts());
    Ok(Target { router, servers: vec![server] })
}

/// A namespace in which every message goes back to whoever sent it.
fn echo(name: &str) -> Namespace {
    Namespace::new(name).on_raw("message", async |socket: Socket, message: RawArgs| {
        socket.emit_args("message", &message);
    })
}

fn websocket(settings: &Settings, server: &Server) -> Router {
    let door = PlainWebSocket::new(server.clone()).subprotocols(["chat"]);
    let door = match settings.deflate() {
        Some(deflate) => door.per_message_deflate(deflate),
        None => door,
    };
    door.mount("/ws")
}
