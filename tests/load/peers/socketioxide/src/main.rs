//! socketioxide on axum, with the handlers that `roomful bench` needs. Listens on `127.0.0.1:$PORT`.
//!
//! It runs on tokio's current-thread runtime: on the one core that a server gets here, the multi-thread runtime costs it
//! up to half of its speed. TCP_NODELAY is set, as other servers do by themselves; `axum::serve` does not, and small
//! frames would wait for up to 40 ms.

use std::error::Error;

use axum::Router;
use axum::serve::ListenerExt as _;
use socketioxide::SocketIo;
use socketioxide::extract::{AckSender, Data, SocketRef};
use tokio::net::TcpListener;

fn main() -> Result<(), Box<dyn Error>> {
    let port: u16 = std::env::var("PORT").unwrap_or_else(|_| "3000".into()).parse()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(serve(port))
}

async fn serve(port: u16) -> Result<(), Box<dyn Error>> {
    let (layer, io) = SocketIo::new_layer();
    io.ns("/", async |socket: SocketRef| connected(&socket));
    let listener = TcpListener::bind(("127.0.0.1", port)).await?.tap_io(|stream| {
        // Where it is not supported, it is only slower.
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, Router::new().layer(layer)).await?;
    Ok(())
}

fn connected(socket: &SocketRef) {
    // What cannot be sent is for a client that has gone.
    socket.on("echo", async |Data::<String>(text), ack: AckSender| {
        let _ = ack.send(&text);
    });
    socket.on("join", async |socket: SocketRef, Data::<String>(room), ack: AckSender| {
        socket.join(room);
        let _ = ack.send(&());
    });
    socket.on("say", async |io: SocketIo, Data::<(String, String)>((room, text))| {
        let _ = io.to(room).emit("said", &text).await;
    });
}
