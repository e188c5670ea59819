//! The classic chat: names, messages, who is typing, who comes and goes.
//!
//! `cargo run -p example-chat`, then open <http://127.0.0.1:3000> in two windows.

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use roomful::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Joining {
    name: String,
}

#[derive(Clone)]
struct Name(String);

#[derive(Event, Deserialize)]
#[event(ack)]
struct Say(String);

#[derive(Event, Deserialize)]
struct Typing;

#[derive(Event, Serialize)]
struct Said {
    name: String,
    text: String,
}

#[derive(Event, Serialize)]
struct IsTyping {
    name: String,
}

/// Decides who may come in; what it returns is `Ext<Name>` from then on.
async fn with_a_name(Auth(joining): Auth<Joining>) -> Result<Name, ConnectError> {
    match joining.name.trim() {
        "" => Err("choose a name".into()),
        name => Ok(Name(name.chars().take(32).collect())),
    }
}

async fn welcome(socket: Socket, Ext(Name(name)): Ext<Name>) {
    socket.broadcast().emit(Said { name, text: "has joined".into() });
}

async fn say(socket: Socket, Ext(Name(name)): Ext<Name>, Say(text): Say) {
    socket.broadcast().emit(Said { name, text });
}

async fn typing(socket: Socket, Ext(Name(name)): Ext<Name>, _: Typing) {
    socket.broadcast().volatile().emit(IsTyping { name });
}

async fn goodbye(socket: Socket, Ext(Name(name)): Ext<Name>) {
    socket.broadcast().emit(Said { name, text: "has left".into() });
}

fn chat() -> Namespace {
    Namespace::main().guard(with_a_name).on_connect(welcome).on(say).on(typing).on_disconnect(goodbye)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let server = Server::builder().namespace(chat()).build()?;
    let app = Router::new().route("/", get(async || Html(include_str!("index.html")))).merge(server.router());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
    println!("chat on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

#[cfg(test)]
mod tests;
