//! Plain WebSocket clients, alone and in one room with those of Socket.IO.

use std::time::Duration;

use axum::Router;
use roomful::prelude::*;
use roomful::{EngineIo, Limits, PlainWebSocket};

use crate::support::{How, Serving, WebSocket};

/// Everybody is in one room and hears what anybody else says; the program has something to say for itself.
fn room(namespace: Namespace) -> Namespace {
    namespace
        .on_connect(async |socket: Socket| socket.join("room"))
        .on_raw("message", async |socket: Socket, args: RawArgs| {
            socket.to("room").emit_args("message", &args);
        })
        .on_raw("say", async |socket: Socket, args: RawArgs| {
            socket.to("room").emit_args("said", &args);
        })
        .on_raw("leave", async |socket: Socket| socket.disconnect())
        .on_raw("quit", async |socket: Socket| socket.disconnect_connection())
}

fn server(limits: Limits) -> Server {
    let refusing = Namespace::new("/guarded").guard(async |socket: Socket| {
        match socket.handshake().query_value("token") {
            Some("secret") => Ok(()),
            _ => Err(ConnectError::new("no")),
        }
    });
    Server::builder()
        .limits(limits)
        .namespace(room(Namespace::main()))
        .namespace(room(Namespace::new("/chat")))
        .namespace(room(refusing))
        .build()
        .expect("a server that can be built")
}

/// One server, with a door for each kind of client.
fn doors(server: &Server) -> Router {
    let plain = || PlainWebSocket::new(server.clone());
    server
        .router()
        .merge(plain().mount("/ws"))
        .merge(plain().events().mount("/events"))
        .merge(plain().namespace("chat").mount("/chat"))
        .merge(plain().namespace("/guarded").events().mount("/guarded"))
        .merge(plain().namespace("/nowhere").mount("/nowhere"))
}

fn serve() -> (Server, Serving) {
    let server = server(Limits::default());
    let serving = Serving::start(How::Workers(2), doors(&server));
    (server, serving)
}

/// A plain client that is in its namespace: it hears what another one there says.
async fn joined(serving: &Serving, server: &Server, path: &str) -> WebSocket {
    let before = server.main().socket_count();
    let client = WebSocket::plain(serving.address, path).await;
    let joins = async {
        while server.main().socket_count() == before {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), joins).await.expect("it joins");
    client
}

#[tokio::test]
async fn plain_clients_and_those_of_socketio_hear_each_other_in_one_room() {
    let (server, serving) = serve();
    let mut plain = joined(&serving, &server, "/ws").await;
    let mut events = joined(&serving, &server, "/events").await;
    let mut socketio = WebSocket::join(serving.address).await;

    plain.send("a \"text\"").await;
    events.expect(r#"["message","a \"text\""]"#).await;
    socketio.expect(r#"42["message","a \"text\""]"#).await;

    socketio.send(r#"42["message","from Socket.IO"]"#).await;
    plain.expect("from Socket.IO").await;
    events.expect(r#"["message","from Socket.IO"]"#).await;

    events.send(r#"["message","from events"]"#).await;
    plain.expect("from events").await;
    socketio.expect(r#"42["message","from events"]"#).await;

    plain.send_binary(&[1, 2]).await;
    events.expect("b[1, 2]").await;
    socketio.expect(r#"451-["message",{"_placeholder":true,"num":0}]"#).await;
    socketio.expect("b[1, 2]").await;
}

#[tokio::test]
async fn what_a_plain_client_cannot_be_told_is_counted_and_nothing_else_is() {
    let (server, serving) = serve();
    let mut plain = joined(&serving, &server, "/ws").await;
    let mut events = joined(&serving, &server, "/events").await;
    let mut socketio = WebSocket::join(serving.address).await;
    assert_eq!(server.metrics().inexpressible, 0, "to join is not told, and not counted");
    socketio.send(r#"42["say",1,{"two":[3]}]"#).await;
    events.expect(r#"["said",1,{"two":[3]}]"#).await;
    socketio.send(r#"42["message","after"]"#).await;
    plain.expect("after").await;
    assert_eq!(server.metrics().inexpressible, 1);
}

#[tokio::test]
async fn a_client_is_in_the_namespace_of_its_door() {
    let (_server, serving) = serve();
    let mut socketio = WebSocket::open(serving.address, "").await;
    assert!(socketio.next().await.starts_with("0{"));
    socketio.send("40/chat,").await;
    assert!(socketio.next().await.starts_with("40/chat,"));
    let mut plain = WebSocket::plain(serving.address, "/chat").await;
    plain.send("hello").await;
    socketio.expect(r#"42/chat,["message","hello"]"#).await;
    socketio.send(r#"42/chat,["message","hello yourself"]"#).await;
    plain.expect("hello yourself").await;
}

#[tokio::test]
async fn a_guard_sees_the_handshake_and_whom_it_refuses_is_closed_with_1008() {
    let (_server, serving) = serve();
    let mut refused = WebSocket::plain(serving.address, "/guarded?token=guess").await;
    refused.send(r#"["say","too early"]"#).await;
    assert_eq!(refused.close_code().await, 1008);
    assert_eq!(WebSocket::plain(serving.address, "/nowhere").await.close_code().await, 1008);
    let mut one = WebSocket::plain(serving.address, "/guarded?token=secret").await;
    one.send(r#"["quit"]"#).await;
    assert_eq!(one.close_code().await, 1000, "it was let in");
}

#[tokio::test]
async fn a_client_that_the_program_disconnects_is_closed_with_1000() {
    let (server, serving) = serve();
    for how in ["leave", "quit"] {
        let mut client = joined(&serving, &server, "/events").await;
        client.send(&format!(r#"["{how}"]"#)).await;
        assert_eq!(client.close_code().await, 1000, "{how}");
    }
}

#[tokio::test]
async fn a_bare_engine_io_client_is_closed_too_when_it_has_left_its_one_namespace() {
    let namespace = Namespace::main().on_raw("message", async |socket: Socket| socket.disconnect());
    let server = Server::builder::<()>().namespace(namespace).build().expect("a server that can be built");
    let serving = Serving::start(How::Workers(1), EngineIo::bare(server).mount("/engine.io"));
    let mut client = WebSocket::plain(serving.address, "/engine.io/?EIO=4&transport=websocket").await;
    assert!(client.next().await.starts_with("0{"));
    client.send("4goodbye").await;
    client.expect("close").await;
}

#[tokio::test]
async fn a_text_that_is_no_event_closes_with_1007_and_a_large_one_with_1009() {
    let server = server(Limits { max_payload: 100, ..Limits::default() });
    let serving = Serving::start(How::Workers(1), doors(&server));
    for (path, text, code) in [("/events", "hello".to_owned(), 1007), ("/ws", "x".repeat(101), 1009)] {
        let mut client = WebSocket::plain(serving.address, path).await;
        client.send(&text).await;
        assert_eq!(client.close_code().await, code);
    }
    assert_eq!(server.metrics().violations, 1);
}

#[tokio::test]
async fn a_server_that_shuts_down_closes_with_1001() {
    let (server, serving) = serve();
    let mut client = joined(&serving, &server, "/ws").await;
    let closing = tokio::spawn(async move { server.close(Duration::from_secs(5)).await });
    assert_eq!(client.close_code().await, 1001);
    drop(client);
    assert!(closing.await.expect("no panic"));
}

#[tokio::test]
async fn a_client_s_own_code_is_echoed_and_its_handlers_hear_of_the_end() {
    let (told, mut hears) = tokio::sync::mpsc::unbounded_channel();
    let namespace = room(Namespace::main()).on_disconnect(move |reason: DisconnectReason| {
        let told = told.clone();
        async move {
            let _ = told.send(reason);
        }
    });
    let server = Server::builder::<()>().namespace(namespace).build().expect("a server that can be built");
    let serving = Serving::start(How::Workers(1), doors(&server));
    let mut client = joined(&serving, &server, "/ws").await;
    client.close(4321).await;
    assert_eq!(client.close_code().await, 4321);
    let heard = tokio::time::timeout(Duration::from_secs(10), hears.recv()).await.expect("in time");
    assert_eq!(heard, Some(DisconnectReason::TransportClose));
}
