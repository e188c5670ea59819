//! Primus on each of its transformers, and with plugins.

use std::time::Duration;

use axum::Router;
use roomful::prelude::*;
use roomful::{Cors, Origins, Primus, PrimusProtocol, Server, ServerBuilder, Transformer};
use serde_json::{Value, json};

use super::libraries;
use crate::Failure;
use crate::settings::number;

const ECHO: &str = "/primus";
const PLUGINS: &str = "/primus-plugins";
const CHANNEL: &str = "/primus-channel";

pub(super) fn namespaces(server: ServerBuilder) -> ServerBuilder {
    let plugins = Namespace::new(PLUGINS).on_raw("echo", echo).on_raw("join", join).on_raw("say", say);
    server
        .namespace(Namespace::new(ECHO).on_raw("message", answer))
        .namespace(plugins)
        .namespace(Namespace::new(CHANNEL).on_raw("message", regard))
}

pub(super) fn mounts(server: &Server) -> Result<Router, Failure> {
    let interval = Duration::from_millis(number("PRIMUS_PING")?.unwrap_or(500));
    let protocol = PrimusProtocol::new().ping_interval(interval);
    let echo = protocol.clone().namespace(ECHO);
    let plugins = protocol.namespace(PLUGINS).emitter().channel("a", CHANNEL);
    let mount = |name: &str, transformer, protocol: &PrimusProtocol| {
        let door = Primus::new(server.clone(), transformer, protocol.clone());
        let door = door.cors(Cors::new(Origins::Any).with_credentials());
        let door = match libraries::read(&format!("{name}.js")) {
            Some(source) => door.library(source),
            None => door,
        };
        door.mount(&format!("/{name}"))
    };
    Ok(Router::new()
        .merge(mount("primus-websockets", Transformer::WebSockets, &echo))
        .merge(mount("primus-faye", Transformer::Faye, &echo))
        .merge(mount("primus-engineio", Transformer::EngineIo, &echo))
        .merge(mount("primus-sockjs", Transformer::SockJs, &echo))
        .merge(mount("primus-plugins", Transformer::WebSockets, &plugins)))
}

async fn answer(socket: Socket, Args((message,)): Args<(Value,)>) {
    match message {
        Value::String(word) if word == "bye" => socket.disconnect(),
        // Without a goodbye the client comes back.
        Value::String(word) if word == "kick" => socket.close_connection(),
        Value::Object(mut object) if object.contains_key("echo") => {
            _ = socket.emit_raw("message", object.remove("echo"));
        }
        other => _ = socket.emit_raw("message", (other,)),
    }
}

async fn echo(Args((value,)): Args<(Value,)>) -> Args<(Value,)> {
    Args((value,))
}

async fn join(socket: Socket, Args((room,)): Args<(String,)>) -> Args<(String,)> {
    socket.join(&room);
    Args((room,))
}

async fn say(socket: Socket, Args((room, what)): Args<(String, Value)>) {
    socket.within(room).emit_raw("said", (what,));
}

async fn regard(socket: Socket, Args((message,)): Args<(Value,)>) {
    socket.emit_raw("message", json!({ "re": message }));
}
