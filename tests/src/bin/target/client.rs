//! `target client`: what the official client's own tests talk to.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use roomful::prelude::*;
use roomful::{EngineIo, Limits, Recovery};
use serde_json::{Map, Value, json};

use super::sequence::{Step, sequence};
use super::settings::Settings;
use super::{Failure, Target};

/// How long a handshake waits for its answer: clients are to see that they have to wait.
const DELAY: Duration = Duration::from_millis(10);
const TEXTS: [&str; 5] = ["てすと", "Я Б Г Д Ж Й", "Ä ä Ü ü ß", "utf8 — string", "utf8 — string"];
const PLAIN: Bytes = Bytes::from_static(b"asdfasdf");

pub(crate) fn target(settings: &Settings) -> Result<Target, Failure> {
    let limits = settings.limits(Limits { ping_interval: Duration::from_millis(2000), ..Limits::default() });
    let mut builder = Server::builder().limits(limits).recovery(Recovery::default());
    for name in ["/timeout_socket", "/valid", "/asd"] {
        builder = builder.namespace(Namespace::new(name));
    }
    let server = builder.namespace(foo()).namespace(abc()).namespace(no()).namespace(main()).build()?;
    let router =
        settings.door(EngineIo::socketio(server.clone())).mount("/socket.io").layer(from_fn(late_handshake));
    Ok(Target { router, servers: vec![server] })
}

async fn late_handshake(request: Request, next: Next) -> Response {
    let query = request.uri().query().unwrap_or_default();
    if !query.split('&').any(|pair| pair.starts_with("sid=")) {
        tokio::time::sleep(DELAY).await;
    }
    next.run(request).await
}

fn foo() -> Namespace {
    Namespace::new("/foo").on_raw("getId", async |socket: Socket| Args((socket.id().to_string(),)))
}

fn abc() -> Namespace {
    Namespace::new("/abc").on_connect(async |socket: Socket| {
        socket.emit_raw("handshake", (handshake(&socket),));
    })
}

fn no() -> Namespace {
    Namespace::new("/no").guard(async || -> Result<(), ConnectError> {
        Err(ConnectError::new("Auth failed (custom namespace)"))
    })
}

fn main() -> Namespace {
    let namespace = binary(plain(Namespace::main()));
    namespace.guard(async |socket: Socket| match socket.handshake().query_value("fail") {
        Some(fail) if !fail.is_empty() => Err(ConnectError::new("Auth failed (main namespace)")),
        _ => Ok(()),
    })
}

/// The events without binary.
fn plain(namespace: Namespace) -> Namespace {
    namespace
        .on_raw("hi", async |socket: Socket| emit(&socket, "hi"))
        .on_raw("echo", async |args: RawArgs| args.split_first().map(|(first, _)| first))
        .on_raw("ack", ack)
        .on_raw("getAckDate", async || Args((now(),)))
        .on_raw("getDate", async |socket: Socket| {
            socket.emit_raw("takeDate", (now(),));
        })
        .on_raw("getDateObj", async |socket: Socket| {
            socket.emit_raw("takeDateObj", (json!({ "date": now() }),));
        })
        .on_raw("getUtf8", async |socket: Socket| {
            for text in TEXTS {
                socket.emit_raw("takeUtf8", (text,));
            }
        })
        .on_raw("false", async |socket: Socket| {
            socket.emit_raw("false", (false,));
        })
        .on_raw("getHandshake", async |socket: Socket| Args((handshake(&socket),)))
        .on_raw("getId", async |socket: Socket| Args((socket.id().to_string(),)))
}

/// The events that send binary, or wait for it.
fn binary(namespace: Namespace) -> Namespace {
    let namespace = namespace
        .on_raw("doge", async |socket: Socket| {
            socket.emit_raw("doge", (PLAIN,));
        })
        .on_raw("getbin", async |socket: Socket| {
            socket.emit_raw("takebin", (PLAIN,));
        });
    let sequences: [(&str, &[Step]); 6] = [
        ("buffack", &[("buffa", is_binary)]),
        ("jsonbuff-ack", &[("jsonbuff", is_letter)]),
        ("abuff2-ack", &[("abuff1", is_binary), ("abuff2", |_| true)]),
        ("back", &[("blob", is_binary)]),
        ("jsonblob-ack", &[("jsonblob", is_letter)]),
        ("blob3-ack", &[("blob1", is_binary), ("blob2", is_second), ("blob3", is_binary)]),
    ];
    sequences.into_iter().fold(namespace, |namespace, (reply, steps)| sequence(namespace, reply, steps))
}

/// Whether the first argument is binary, as opposed to `Bytes`, which take a text as well.
fn is_binary(args: &RawArgs) -> bool {
    args.parse_first().is_ok_and(|first| stands_for_binary(&first, args))
}

/// `{hello: "lol", message: binary, goodbye: "gotcha"}`.
fn is_letter(args: &RawArgs) -> bool {
    args.parse_first().is_ok_and(|first: Value| {
        first["hello"] == "lol" && stands_for_binary(&first["message"], args) && first["goodbye"] == "gotcha"
    })
}

fn is_second(args: &RawArgs) -> bool {
    args.parse_first().is_ok_and(|text: String| text == "second")
}

/// In a `Value` a placeholder is all that is seen of binary.
fn stands_for_binary(value: &Value, args: &RawArgs) -> bool {
    value["_placeholder"] == true && !args.attachments().is_empty()
}

fn emit(socket: &Socket, event: &str) {
    socket.emit_raw(event, ());
}

/// Asks the client for two values.
async fn ack(socket: Socket) -> Result<(), EventError> {
    let question = socket.request_args("ack", &RawArgs::default());
    let answer = question.await.map_err(|error| error.to_string())?;
    let (a, b): (Value, Value) = answer.parse()?;
    let test = match &b["test"] {
        Value::Null => false,
        Value::Bool(test) => *test,
        Value::Number(test) => test.as_f64() != Some(0.0),
        Value::String(test) => !test.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    };
    if a == 5 && test {
        emit(&socket, "got it");
    }
    Ok(())
}

/// The handshake as Socket.IO's server shows it.
fn handshake(socket: &Socket) -> Value {
    let handshake = socket.handshake();
    let headers: Map<_, _> =
        handshake.headers().iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    let query: Map<_, _> =
        handshake.query().iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let since = handshake.issued().duration_since(UNIX_EPOCH).unwrap_or_default();
    json!({
        "headers": headers,
        "time": iso(handshake.issued()),
        "address": handshake.address().map(|address| address.ip().to_string()),
        "xdomain": handshake.cross_origin(),
        "secure": handshake.secure(),
        "issued": u64::try_from(since.as_millis()).unwrap_or(u64::MAX),
        "url": handshake.url(),
        "query": query,
        "auth": serde_json::from_str::<Value>(socket.auth_json()).unwrap_or_default(),
    })
}

fn now() -> String {
    iso(SystemTime::now())
}

/// A time as `2026-11-23T05:20:00.123Z`.
fn iso(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let (days, second) = (since.as_secs() / 86_400, since.as_secs() % 86_400);
    let (year, month, day) = civil(days);
    let (hour, minute, second) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}Z", since.subsec_millis())
}

/// Year, month and day of a day since 1970. Years are counted from March, so that a leap day is the last of one.
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (year + era * 400 + u64::from(month <= 2), month, day)
}
