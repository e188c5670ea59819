//! The chat of docs/from-socketio-node.md and docs/from-socketioxide.md on Roomful.
//!
//! `cargo run -p example-migration`

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State as Shared};
use axum::http::StatusCode;
use axum::routing::post;
use roomful::prelude::*;
use roomful::{Cors, EngineIo, Origins};
use serde::{Deserialize, Serialize};
use serde_json::json;

type Messages = Arc<AtomicU64>;

#[derive(Deserialize)]
struct Credentials {
    name: String,
    token: String,
}

/// Attached to a socket by its guard.
#[derive(Clone)]
struct Name(String);

#[derive(Event, Serialize)]
struct Said {
    name: String,
    text: String,
}

async fn authenticate(Auth(credentials): Auth<Credentials>) -> Result<Name, ConnectError> {
    if credentials.token != "secret" {
        return Err(ConnectError::new("not authorized").with_data(json!({ "code": 401 })));
    }
    Ok(Name(credentials.name))
}

async fn join(socket: Socket, Ext(Name(name)): Ext<Name>, Args((room,)): Args<(String,)>) -> Args<(usize,)> {
    socket.join(&room);
    socket.to(&room).emit_raw("joined", (name,));
    Args((socket.namespace().room_size(&room),))
}

async fn say(
    socket: Socket,
    State(messages): State<Messages>,
    Ext(Name(name)): Ext<Name>,
    Args((room, text)): Args<(String, String)>,
) -> Result<Args<(u64,)>, EventError> {
    if !socket.rooms().iter().any(|joined| *joined == room) {
        return Err("join the room first".into());
    }
    socket.within(room).emit(Said { name, text });
    Ok(Args((messages.fetch_add(1, Ordering::Relaxed) + 1,)))
}

async fn typing(socket: Socket, Ext(Name(name)): Ext<Name>, Args((room,)): Args<(String,)>) {
    socket.to(room).volatile().emit_raw("typing", (name,));
}

async fn clear(socket: Socket, Ext(Name(name)): Ext<Name>, Args((room,)): Args<(String,)>) {
    let question = socket.request_raw::<(bool,)>("sure", (&room,)).timeout(Duration::from_secs(5));
    if let Ok((true,)) = question.await {
        socket.within(room).emit_raw("cleared", (name,));
    }
}

fn leaving(socket: &Socket, reason: DisconnectReason) {
    let Some(Name(name)) = socket.get() else { return };
    for room in socket.rooms() {
        socket.to(room).emit_raw("left", (&name, reason.as_str()));
    }
}

#[derive(Deserialize)]
struct Announcement {
    text: String,
}

async fn announce(Shared(server): Shared<Server>, Query(announcement): Query<Announcement>) -> StatusCode {
    if let Some(chat) = server.namespace("/chat") {
        chat.everyone().emit_raw("announcement", (announcement.text,));
    }
    StatusCode::NO_CONTENT
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let chat = Namespace::new("/chat")
        .guard(authenticate)
        .on_raw("join", join)
        .on_raw("say", say)
        .on_raw("typing", typing)
        .on_raw("clear", clear)
        .on_disconnecting(leaving);
    let server = Server::builder().namespace(chat).build_with(Messages::default())?;
    let door = EngineIo::socketio(server.clone()).cors(Cors::new(Origins::Any));
    let app = Router::new().route("/announce", post(announce)).merge(door.mount("/socket.io"));

    let port: u16 = std::env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("LISTEN {}", listener.local_addr()?.port());
    axum::serve(listener, app.with_state(server)).await?;
    Ok(())
}
