//! `target clients`: what client libraries talk to.

use std::time::Duration;

use roomful::prelude::*;
use roomful::{Broadcast, Cors, EngineIo, Limits, NoAck, Origins};
use serde_json::{Value, json};

use super::settings::Settings;
use super::{Failure, Target};

pub(crate) fn target(settings: &Settings) -> Result<Target, Failure> {
    let limits = settings.limits(Limits {
        ping_interval: Duration::from_millis(3000),
        ping_timeout: Duration::from_millis(2000),
        ..Limits::default()
    });
    let echo = Namespace::main().on_raw("message", async |socket: Socket, message: RawArgs| {
        socket.emit_args("message", &message);
    });
    let engine = Server::builder().limits(limits.clone()).namespace(echo).build()?;
    let server = settings
        .server()
        .limits(limits)
        .namespace(handlers(Namespace::main()))
        .namespace(handlers(Namespace::new("/chat")))
        .namespace(handlers(Namespace::new("/admin").guard(only_with_token)))
        .build()?;
    let any = || Cors::new(Origins::Any);
    let router = settings
        .door(EngineIo::socketio(server.clone()))
        .allow_eio3(true)
        .cors(any())
        .mount("/socket.io")
        .merge(
            settings.door(EngineIo::bare(engine.clone())).allow_eio3(true).cors(any()).mount("/engine.io"),
        );
    Ok(Target { router, servers: vec![server, engine] })
}

fn handlers(namespace: Namespace) -> Namespace {
    namespace
        .on_raw("echo", echo)
        .on_raw("join", async |socket: Socket, Args((room,)): Args<(String,)>| {
            socket.join(room);
            Args(("ok",))
        })
        .on_raw("leave", async |socket: Socket, Args((room,)): Args<(String,)>| {
            socket.leave(room);
            Args(("ok",))
        })
        .on_raw("room", async |socket: Socket, args: RawArgs| {
            let (room, rest) = args.split_first().ok_or("`room` needs a room")?;
            let room: String = room.parse_first()?;
            first_to(&socket.within(room), "room", &rest)
        })
        .on_raw("others", async |socket: Socket, args: RawArgs| {
            first_to(&socket.broadcast(), "others", &args)
        })
        .on_raw("ask", ask)
        .on_raw("kick", async |socket: Socket| socket.disconnect())
        .on_raw("auth", async |socket: Socket| {
            serde_json::from_str::<Value>(socket.auth_json())
                .map(|auth| Args((auth,)))
                .map_err(|e| e.to_string())
        })
        .on_raw("info", async |socket: Socket| {
            Args((json!({
                "id": socket.id().as_str(),
                "eio": socket.engine_version(),
                "transport": socket.transport().as_str(),
                "nsp": socket.namespace().name(),
            }),))
        })
        .on_raw("burst", async |socket: Socket, Args((n,)): Args<(u32,)>| {
            for i in 0..n {
                socket.emit_raw("b", (i,));
            }
        })
}

/// Acks what came, or emits it when no ack is asked for.
async fn echo(socket: Socket, ack: AckSender, args: RawArgs) -> NoAck {
    if ack.is_expected() {
        ack.send_args(&args);
    } else {
        socket.emit_args("echo", &args);
    }
    NoAck
}

fn first_to(to: &Broadcast, event: &str, args: &RawArgs) -> Result<(), EventError> {
    let (message, _) = args.split_first().ok_or("a message is missing")?;
    to.emit_args(event, &message);
    Ok(())
}

async fn ask(socket: Socket) -> Result<(), EventError> {
    let question = RawArgs::new(&(41,)).map_err(|error| error.to_string())?;
    let answer = socket.request_args("question", &question).await.map_err(|error| error.to_string())?;
    first_to(&socket.within(socket.id()), "answer", &answer)
}

async fn only_with_token(socket: Socket, auth: Option<Auth<Value>>) -> Result<(), ConnectError> {
    let from_auth = auth.as_ref().and_then(|Auth(auth)| auth.get("token")).and_then(Value::as_str);
    match from_auth.or_else(|| socket.handshake().query_value("token")) {
        Some("secret") => Ok(()),
        _ => Err(ConnectError::new("unauthorized").with_data(json!({"code": 401}))),
    }
}
