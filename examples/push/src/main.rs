//! Pushing events to browsers: from an HTTP request to one room, and from a task to everybody.
//!
//! `cargo run -p example-push`, open <http://127.0.0.1:3000/?topic=news>, then
//! `curl -d 'hello' http://127.0.0.1:3000/publish/news`

use std::time::Duration;

use axum::Router;
use axum::extract::{Path, State as Shared};
use axum::response::Html;
use axum::routing::{get, post};
use roomful::prelude::*;

/// A client names its topic in the address with which it connects: `io({ query: { topic: "news" } })`.
async fn subscribe(socket: Socket) {
    if let Some(topic) = socket.handshake().query_value("topic") {
        socket.join(topic);
    }
}

/// Whoever may call this route may push. Put your own check in front of it.
async fn publish(Shared(server): Shared<Server>, Path(topic): Path<String>, text: String) -> String {
    let delivery = server.main().to(topic).emit_raw("published", (text,));
    format!("reached {} of {} clients\n", delivery.queued, delivery.matched)
}

/// Emitting needs no request and no socket: any task or thread with a `Server` can do it.
async fn tick(server: Server) {
    let mut every = tokio::time::interval(Duration::from_secs(1));
    for n in 0_u64.. {
        every.tick().await;
        server.main().everyone().volatile().emit_raw("tick", (n,));
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = Server::builder().namespace(Namespace::main().on_connect(subscribe)).build()?;
    tokio::spawn(tick(server.clone()));
    let app = Router::new()
        .route("/", get(async || Html(include_str!("index.html"))))
        .route("/publish/{topic}", post(publish))
        .merge(server.router())
        .with_state(server);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    println!("open http://{}/?topic=news", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use roomful_test::{TestClient, assert_push, refute_push};

    #[tokio::test(start_paused = true)]
    async fn what_is_published_reaches_who_has_subscribed_to_it() {
        let server = Server::builder().namespace(Namespace::main().on_connect(subscribe)).build().unwrap();
        let news = TestClient::of(&server).query("topic", "news").join().await;
        let sport = TestClient::of(&server).query("topic", "sport").join().await;
        let answer = publish(Shared(server), Path("news".to_owned()), "hello".to_owned()).await;
        assert_eq!(answer, "reached 1 of 1 clients\n");
        assert_push!(news, "published", "hello");
        refute_push!(sport);
    }
}
