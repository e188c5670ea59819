//! `target engine-client`: what the tests of the official Engine.IO client talk to.

use std::time::{Duration, SystemTime};

use axum::http::header::SET_COOKIE;
use axum::http::{HeaderMap, HeaderValue};
use roomful::prelude::*;
use roomful::{EngineIo, Handshake, Limits};

use super::settings::Settings;
use super::{Failure, Target};

pub(crate) fn target(settings: &Settings) -> Result<Target, Failure> {
    let limits = settings.limits(Limits {
        ping_interval: Duration::from_millis(500),
        max_payload: 100,
        ..Limits::default()
    });
    let main = Namespace::main()
        .on_connect(async |socket: Socket| {
            socket.emit_raw("message", ("hi",));
        })
        .on_raw("message", answer);
    let server = Server::builder().limits(limits).namespace(main).build()?;
    let door = settings
        .door(EngineIo::bare(server.clone()))
        .messages_with_headers(true)
        .allow_request(async |request: Handshake| match request.query_value("deny") {
            Some(_) => Err("denied, as was asked for"),
            None => Ok(()),
        })
        .initial_headers(|headers, _| set_cookies(headers));
    Ok(Target { router: door.mount("/engine.io"), servers: vec![server] })
}

/// Each message comes with the headers of its request.
async fn answer(socket: Socket, args: RawArgs) -> Result<(), EventError> {
    let (message, headers) = args.split_first().ok_or("a message is missing")?;
    match message.parse_first::<String>().as_deref() {
        Ok("give binary") => socket.emit_raw("message", (Bytes::from_static(&[0, 1, 2, 3, 4]),)),
        Ok("give utf8") => socket.emit_raw("message", ("пойду спать всем спокойной ночи",)),
        Ok("sendHeaders") => socket.emit_raw("message", (headers.elements(),)),
        _ => socket.emit_args("message", &message),
    };
    Ok(())
}

fn set_cookies(headers: &mut HeaderMap) {
    let now = httpdate::fmt_http_date(SystemTime::now());
    let cookies = [
        "1=1; Max-Age=86400",
        "2=2; Path=/; HttpOnly; Secure; SameSite=Strict",
        "3=3; Max-Age=0",
        &format!("4=4; Expires={now}"),
    ];
    for cookie in cookies {
        match HeaderValue::from_str(cookie) {
            Ok(cookie) => {
                headers.append(SET_COOKIE, cookie);
            }
            Err(error) => eprintln!("target: {cookie} is no header: {error}"),
        }
    }
}
