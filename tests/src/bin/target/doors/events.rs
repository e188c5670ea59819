//! Server-sent events.

use std::time::Duration;

use axum::Router;
use roomful::prelude::*;
use roomful::{Cors, Origins, Server, ServerBuilder, ServerSentEvents};
use serde_json::json;

const NAMESPACE: &str = "/es";

pub(super) fn namespaces(server: ServerBuilder) -> ServerBuilder {
    server.namespace(Namespace::new(NAMESPACE).on_connect(tell))
}

pub(super) fn mount(server: &Server) -> Router {
    let cors = Cors::new(Origins::Any).with_credentials();
    let door = ServerSentEvents::new(server.clone()).namespace(NAMESPACE);
    door.retry(Duration::from_millis(200)).cors(cors).mount("/es")
}

async fn tell(socket: Socket) {
    let last = socket.handshake().headers().get("last-event-id").unwrap_or_default().to_owned();
    socket.emit_raw("message", "hello\nworld");
    socket.emit_raw("last", json!({ "last": last }));
    tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(150)).await;
        socket.close_connection();
    });
}
