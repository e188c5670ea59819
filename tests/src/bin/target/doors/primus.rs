//! Primus on each of its transformers, and with plugins.

use std::time::Duration;

use axum::Router;
use roomful::prelude::*;
use roomful::{Cors, Origins, Primus, PrimusProtocol, Server, ServerBuilder, Transformer};
use serde_json::{Value, json};

use super::libraries;
use super::sockjs::CLIENT;
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
        let door = door.cors(Cors::new(Origins::Any).with_credentials()).sockjs_client_url(CLIENT);
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

async fn answer(socket: Socket, message: RawArgs) {
    match message.parse_first::<Value>() {
        Ok(Value::String(word)) if word == "bye" => socket.disconnect(),
        // Without a goodbye the client comes back.
        Ok(Value::String(word)) if word == "kick" => socket.close_connection(),
        Ok(Value::Object(mut object)) if object.contains_key("echo") => {
            _ = socket.emit_raw("message", (object.remove("echo"),));
        }
        _ => _ = socket.emit_args("message", &message),
    }
}

// Arguments that do not fit are to be ignored, so the answer is in the handlers' hands.

async fn echo(value: Option<Args<(Value,)>>, ack: AckSender) {
    if let Some(Args((value,))) = value {
        let _ = ack.send(&value);
    }
}

async fn join(socket: Socket, room: Option<Args<(String,)>>, ack: AckSender) {
    if let Some(Args((room,))) = room {
        socket.join(&room);
        let _ = ack.send(&room);
    }
}

async fn say(socket: Socket, said: Option<Args<(String, Value)>>, _ack: AckSender) {
    if let Some(Args((room, what))) = said {
        socket.within(room).emit_raw("said", (what,));
    }
}

async fn regard(socket: Socket, Args((message,)): Args<(Value,)>) {
    socket.emit_raw("message", json!({ "re": message }));
}
