//! One room, and in it clients of every kind: Socket.IO, plain WebSocket, server-sent events, SockJS,
//! websocket-multiplex and Primus. What one of them says, all of them hear.
//!
//! `cargo run -p example-one-room`, and open <http://127.0.0.1:3000>; `PORT=4000` takes another port.

use std::net::TcpListener;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use roomful::prelude::*;
use roomful::{Multiplex, PlainWebSocket, Primus, PrimusProtocol, ServerSentEvents, SockJs, Transformer};

const ROOM: &str = "lobby";

/// Messages are events called `message`, whatever brings them.
async fn say(socket: Socket, Args((text,)): Args<(String,)>) {
    socket.within(ROOM).emit_raw("message", text);
}

async fn enter(socket: Socket) {
    socket.join(ROOM);
}

/// All doors open to the same namespace, so to the same rooms.
fn app(server: &Server) -> Router {
    let channels = Multiplex::new().channel("lobby", "/");
    let primus = Primus::new(server.clone(), Transformer::WebSockets, PrimusProtocol::new());
    Router::new()
        .route("/", get(async || Html(include_str!("index.html"))))
        .merge(server.router())
        .merge(PlainWebSocket::new(server.clone()).mount("/ws"))
        .merge(ServerSentEvents::new(server.clone()).mount("/events"))
        .merge(SockJs::new(server.clone()).mount("/sockjs"))
        .merge(SockJs::new(server.clone()).multiplex(channels).mount("/channels"))
        .merge(primus.mount("/primus"))
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let lobby = Namespace::main().on_connect(enter).on_raw("message", say);
    let server = Server::builder().namespace(lobby).build()?;
    let port = std::env::var("PORT").unwrap_or_else(|_| "3000".to_owned()).parse()?;
    let listener = TcpListener::bind(("127.0.0.1", port))?;
    println!("open http://{}", listener.local_addr()?);
    roomful::serve(listener, app(&server)).until(async { _ = tokio::signal::ctrl_c().await }).run()?;
    Ok(())
}
