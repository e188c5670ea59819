//! What SockJS's own tests and those of its client talk to.

use std::time::Duration;

use axum::Router;
use roomful::prelude::*;
use roomful::{CloseFrame, Server, ServerBuilder, SockJs};

use super::echo;

/// Where the pages for iframes find the client.
pub(super) const CLIENT: &str = "/lib/sockjs.js";

pub(super) fn namespaces(server: ServerBuilder) -> ServerBuilder {
    server
        .namespace(echo("/echo"))
        .namespace(Namespace::new("/close").on_connect(go_away))
        .namespace(Namespace::new("/ticker").on_connect(tick))
        .namespace(Namespace::new("/amplify").on_raw("message", amplify))
        .namespace(Namespace::new("/broadcast").on_raw("message", tell_all))
        .namespace(Namespace::new("/shoe").on_raw("message", shout))
}

pub(super) fn mounts(server: &Server) -> Router {
    let door = SockJs::new(server.clone()).client_url(CLIENT).heartbeat(server.limits().ping_interval);
    let echo = door.clone().namespace("/echo").response_limit(4096);
    Router::new()
        .merge(echo.clone().websocket(false).mount("/disabled_websocket_echo"))
        .merge(echo.clone().cookie(true).mount("/cookie_needed_echo"))
        .merge(echo.mount("/echo"))
        .merge(door.clone().namespace("/close").mount("/close"))
        .merge(door.clone().namespace("/ticker").mount("/ticker"))
        .merge(door.clone().namespace("/amplify").mount("/amplify"))
        .merge(door.clone().namespace("/broadcast").mount("/broadcast"))
        .merge(door.namespace("/shoe").mount("/shoe"))
}

async fn go_away(socket: Socket) {
    if let Ok(frame) = CloseFrame::new(3000, "Go away!") {
        socket.close_connection_with(frame);
    }
}

async fn tick(socket: Socket) {
    tokio::spawn(async move {
        loop {
            tokio::select! {
                () = tokio::time::sleep(Duration::from_secs(1)) => {}
                () = socket.closed() => return,
            }
            socket.emit_raw("message", "tick!");
        }
    });
}

async fn amplify(socket: Socket, Args((power,)): Args<(String,)>) {
    let power = power.trim().parse().ok().filter(|power| (1..=18).contains(power)).unwrap_or(1);
    socket.emit_raw("message", "x".repeat(1 << power));
}

async fn tell_all(socket: Socket, message: RawArgs) {
    socket.namespace().everyone().emit_args("message", &message);
}

async fn shout(socket: Socket, Args((text,)): Args<(String,)>) {
    socket.emit_raw("message", text.to_uppercase());
}
