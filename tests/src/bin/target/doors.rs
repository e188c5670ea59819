//! `target doors`: the entrances beside Socket.IO's. For now a plain WebSocket.

use roomful::prelude::*;
use roomful::{Limits, PlainWebSocket};

use super::settings::Settings;
use super::{Failure, Target};

pub(crate) fn target(settings: &Settings) -> Result<Target, Failure> {
    let limits = settings.limits(Limits::default());
    // Whatever may come in has to fit on its way out.
    let outbox_hard = limits.outbox_hard.max(2 * limits.max_payload);
    let limits = Limits { outbox_hard, ..limits };
    let echo = Namespace::main().on_raw("message", async |socket: Socket, message: RawArgs| {
        socket.emit_args("message", &message);
    });
    let server = Server::builder().limits(limits).namespace(echo).build()?;
    let door = PlainWebSocket::new(server.clone()).subprotocols(["chat"]);
    let door = match settings.deflate() {
        Some(deflate) => door.per_message_deflate(deflate),
        None => door,
    };
    Ok(Target { router: door.mount("/ws"), servers: vec![server] })
}
