//! `target protocol`: a bare Engine.IO echo, and what the Socket.IO protocol's own suite needs.

use std::time::Duration;

use roomful::prelude::*;
use roomful::{Cors, EngineIo, Limits, Origins};
use serde_json::value::RawValue;

use super::settings::Settings;
use super::{Failure, Target};

pub(crate) fn target(settings: &Settings) -> Result<Target, Failure> {
    let limits = settings.limits(Limits {
        ping_interval: Duration::from_millis(300),
        ping_timeout: Duration::from_millis(200),
        connect_timeout: Duration::from_secs(1),
        ..Limits::default()
    });
    let echo = Namespace::main().on_raw("message", async |socket: Socket, message: RawArgs| {
        socket.emit_args("message", &message);
    });
    let engine = Server::builder().limits(limits.clone()).namespace(echo).build()?;
    let main = Namespace::main()
        .on_connect(tell_auth)
        .on_raw("message", async |socket: Socket, args: RawArgs| {
            socket.emit_args("message-back", &args);
        })
        .on_raw("message-with-ack", async |args: RawArgs| args);
    let custom = Namespace::new("/custom").on_connect(tell_auth);
    let server = Server::builder().limits(limits).namespace(main).namespace(custom).build()?;
    let any = || Cors::new(Origins::Any);
    let router = settings
        .door(EngineIo::bare(engine.clone()))
        .cors(any())
        .mount("/engine.io")
        .merge(settings.door(EngineIo::socketio(server.clone())).cors(any()).mount("/socket.io"));
    Ok(Target { router, servers: vec![engine, server] })
}

async fn tell_auth(socket: Socket) {
    match RawValue::from_string(socket.auth_json().to_owned()) {
        Ok(auth) => {
            socket.emit_raw("auth", (auth,));
        }
        Err(error) => eprintln!("target: an auth payload that is no JSON was let through: {error}"),
    }
}
