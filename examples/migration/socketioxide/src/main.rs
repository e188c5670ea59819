//! The chat of docs/from-socketioxide.md on socketioxide 0.18.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State as Shared};
use axum::http::StatusCode;
use axum::routing::post;
use serde::{Deserialize, Serialize};
use socketioxide::SocketIo;
use socketioxide::extract::{AckSender, Data, Extension, SocketRef, State};
use socketioxide::handler::ConnectHandler;
use socketioxide::socket::DisconnectReason;

type Messages = Arc<AtomicU64>;

#[derive(Deserialize)]
struct Credentials {
    name: String,
    token: String,
}

#[derive(Clone)]
struct Name(String);

#[derive(Serialize)]
struct Said {
    name: String,
    text: String,
}

#[derive(Serialize)]
struct Failure {
    error: &'static str,
}

struct NotAuthorized;

impl fmt::Display for NotAuthorized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not authorized")
    }
}

async fn authenticate(socket: SocketRef, Data(credentials): Data<Credentials>) -> Result<(), NotAuthorized> {
    if credentials.token != "secret" {
        return Err(NotAuthorized);
    }
    socket.extensions.insert(Name(credentials.name));
    Ok(())
}

async fn join(
    socket: SocketRef,
    Extension(Name(name)): Extension<Name>,
    Data((room,)): Data<(String,)>,
    ack: AckSender,
) {
    socket.join(room.clone());
    let _ = socket.to(room.clone()).emit("joined", &name).await;
    let _ = ack.send(&socket.within(room).sockets().len());
}

async fn say(
    socket: SocketRef,
    State(messages): State<Messages>,
    Extension(Name(name)): Extension<Name>,
    Data((room, text)): Data<(String, String)>,
    ack: AckSender,
) {
    if !socket.rooms().iter().any(|joined| **joined == *room) {
        let _ = ack.send(&Failure { error: "join the room first" });
        return;
    }
    let _ = socket.within(room).emit("said", &Said { name, text }).await;
    let _ = ack.send(&(messages.fetch_add(1, Ordering::Relaxed) + 1));
}

async fn typing(socket: SocketRef, Extension(Name(name)): Extension<Name>, Data((room,)): Data<(String,)>) {
    let _ = socket.to(room).volatile().emit("typing", &name).await;
}

async fn clear(socket: SocketRef, Extension(Name(name)): Extension<Name>, Data((room,)): Data<(String,)>) {
    let question = socket.timeout(Duration::from_secs(5)).emit_with_ack::<_, (bool,)>("sure", &room);
    let Ok(answer) = question else { return };
    if let Ok((true,)) = answer.await {
        let _ = socket.within(room).emit("cleared", &name).await;
    }
}

async fn leaving(socket: SocketRef, Extension(Name(name)): Extension<Name>, reason: DisconnectReason) {
    for room in socket.rooms() {
        let _ = socket.to(room).emit("left", &(&name, reason.to_string())).await;
    }
}

async fn connected(socket: SocketRef) {
    socket.on("join", join);
    socket.on("say", say);
    socket.on("typing", typing);
    socket.on("clear", clear);
    socket.on_disconnect(leaving);
}

#[derive(Deserialize)]
struct Announcement {
    text: String,
}

async fn announce(Shared(io): Shared<SocketIo>, Query(announcement): Query<Announcement>) -> StatusCode {
    if let Some(chat) = io.of("/chat") {
        let _ = chat.emit("announcement", &announcement.text).await;
    }
    StatusCode::NO_CONTENT
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (layer, io) = SocketIo::builder().with_state(Messages::default()).build_layer();
    io.ns("/chat", connected.with(authenticate));
    let app = Router::new().route("/announce", post(announce)).with_state(io).layer(layer);

    let port: u16 = std::env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("LISTEN {}", listener.local_addr()?.port());
    axum::serve(listener, app).await?;
    Ok(())
}
