//! `target bench`: echo, join, say; and figures about what exists.

use axum::Json;
use axum::routing::get;
use roomful::prelude::*;
use roomful::{EngineIo, Limits};
use serde_json::{Value, json};

use super::settings::Settings;
use super::{Failure, Target};

pub(crate) fn target(settings: &Settings) -> Result<Target, Failure> {
    let server = Server::builder()
        .limits(settings.limits(Limits::default()))
        .namespace(handlers(Namespace::main()))
        .namespace(handlers(Namespace::new("/dyn/*")))
        .build()?;
    let stats = {
        let server = server.clone();
        get(async move || Json(stats(&server)))
    };
    let router = settings.door(EngineIo::socketio(server.clone())).mount("/socket.io").route("/stats", stats);
    Ok(Target { router, servers: vec![server] })
}

fn handlers(namespace: Namespace) -> Namespace {
    namespace.on_raw("echo", async |args: RawArgs| args).on_raw("join", join).on_raw("say", say)
}

async fn join(socket: Socket, Args((room,)): Args<(String,)>) -> Args<()> {
    socket.join(room);
    Args(())
}

/// `say room payload`, or `say payload` to the room named `room`.
async fn say(socket: Socket, args: RawArgs) -> Result<Args<(bool,)>, EventError> {
    let (first, rest) = args.split_first().ok_or("`say` needs a payload")?;
    let (room, payload) = match rest.split_first() {
        Some((payload, _)) => (first.parse_first::<String>()?, payload),
        None => ("room".to_owned(), first),
    };
    socket.within(room).emit_args("said", &payload);
    Ok(Args((true,)))
}

fn stats(server: &Server) -> Value {
    let main = server.main();
    json!({
        "sockets": main.socket_count(),
        "rooms": main.room_count() + main.socket_count(),
        "in_room": main.room_size("room"),
        "nsps": server.namespaces().len(),
    })
}
