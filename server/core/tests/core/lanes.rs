//! Clients that are in a namespace several times, by channels of their own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use roomful_core::{ConnectError, Limits, Namespace, RawArgs, Server, Socket};
use roomful_protocol::multiplex::{Channels, MultiplexMessages};
use roomful_protocol::primus::{ClientId, Events, Options, PrimusMessages};

use crate::support::{Client, settle};

async fn echo(socket: Socket, message: RawArgs) {
    socket.emit_args("message", &message);
}

fn server_with(limits: Limits) -> Server {
    let refused = async |_: Socket| Err::<(), _>(ConnectError::new("nobody"));
    let namespaces = [
        Namespace::new("/home").on_raw("message", echo),
        Namespace::new("/a").on_raw("message", echo),
        Namespace::new("/b").on_raw("message", echo),
        Namespace::new("/closed").guard(refused),
    ];
    let builder = Server::builder().limits(limits);
    namespaces.into_iter().fold(builder, |builder, namespace| builder.namespace(namespace)).build().unwrap()
}

fn server() -> Server {
    server_with(Limits::default())
}

/// A client of Primus whose channels are `a`, `b` and `closed`.
async fn primus(server: &Server) -> Client {
    let channels = ["a", "b", "closed"].map(|name| (name.into(), format!("/{name}").into()));
    let options = Options {
        namespace: "/home".into(),
        events: Events::Emitter,
        channels: channels.into_iter().collect(),
        ..Options::default()
    };
    let id = ClientId::Public("id".into());
    Client::open_as(server, PrimusMessages::new(Instant::now(), Duration::ZERO, Arc::new(options), id)).await
}

/// A client of websocket-multiplex whose channels are `a`, `b` and `closed`.
async fn multiplex(server: &Server) -> Client {
    let mut channels = Channels::default();
    for name in ["a", "b", "closed"] {
        channels.insert(name, format!("/{name}").into());
    }
    Client::open_as(server, MultiplexMessages::new(Arc::new(channels))).await
}

fn sockets(server: &Server, namespace: &str) -> Option<usize> {
    server.namespace(namespace).map(|it| it.socket_count())
}

#[tokio::test(start_paused = true)]
async fn each_of_a_clients_places_in_a_channel_is_a_socket_of_its_own() {
    let server = server();
    let mut client = primus(&server).await;
    for id in ["x", "y"] {
        client.send(&format!(r#"[1,"{id}","a"]"#));
    }
    settle().await;
    assert_eq!(sockets(&server, "/a"), Some(2));
    client.send(r#"[0,"y","a",{"hi":1}]"#);
    client.expect(r#"[0,"y","a",{"hi":1}]"#).await;
    client.send(r#"[2,"y","a"]"#);
    client.expect(r#"[2,"y","a"]"#).await;
    client.send(r#"[2,"y","a"]"#);
    client.send(r#"[0,"y","a",1]"#);
    client.send(r#"[0,"x","a",2]"#);
    client.expect(r#"[0,"x","a",2]"#).await;
    assert_eq!(sockets(&server, "/a"), Some(1));
    // The first socket is the client's own, outside of all channels.
    client.send("3");
    client.expect("3").await;
}

#[tokio::test(start_paused = true)]
async fn a_channel_of_websocket_multiplex_is_left_without_a_word() {
    let server = server();
    let mut client = multiplex(&server).await;
    client.send("sub,a");
    client.send("uns,a");
    client.send("sub,b");
    client.send("msg,b,there");
    client.expect("msg,b,there").await;
    assert_eq!(sockets(&server, "/a"), Some(0));
}

#[tokio::test(start_paused = true)]
async fn a_broadcast_reaches_every_place_under_its_own_name() {
    let server = server();
    let (mut ann, mut bob) = (primus(&server).await, multiplex(&server).await);
    for id in ["x", "y"] {
        ann.send(&format!(r#"[1,"{id}","a"]"#));
    }
    bob.send("sub,a");
    settle().await;
    let delivery = server.namespace("/a").unwrap().everyone().emit_raw("message", "hi");
    assert_eq!((delivery.matched, delivery.queued), (3, 3));
    let mut heard = ann.heard().await;
    heard.sort();
    assert_eq!(heard, [r#"[0,"x","a","hi"]"#, r#"[0,"y","a","hi"]"#]);
    assert_eq!(bob.heard().await, ["msg,a,hi"]);
}

#[tokio::test(start_paused = true)]
async fn a_place_does_not_hear_what_it_says_to_the_others() {
    let tell = async |socket: Socket, message: RawArgs| {
        socket.broadcast().emit_args("message", &message);
    };
    let namespaces = [Namespace::new("/home"), Namespace::new("/a").on_raw("message", tell)];
    let builder = namespaces.into_iter().fold(Server::builder(), |all, it| all.namespace(it));
    let mut client = primus(&builder.build().unwrap()).await;
    for id in ["x", "y"] {
        client.send(&format!(r#"[1,"{id}","a"]"#));
    }
    client.send(r#"[0,"x","a","from x"]"#);
    assert_eq!(client.heard().await, [r#"[0,"y","a","from x"]"#]);
}

#[tokio::test(start_paused = true)]
async fn an_acknowledgement_goes_back_to_the_place_that_asked() {
    let answer = async |_: Socket| roomful_core::Args(("done",));
    let namespaces = [Namespace::new("/home"), Namespace::new("/a").on_raw("do", answer)];
    let builder = namespaces.into_iter().fold(Server::builder(), |all, it| all.namespace(it));
    let mut client = primus(&builder.build().unwrap()).await;
    client.send(r#"[1,"x","a"]"#);
    client.send(r#"[0,"x","a",{"type":0,"data":["do"],"id":7}]"#);
    client.expect(r#"[0,"x","a",{"id":7,"type":1,"data":["done"]}]"#).await;
}

#[tokio::test(start_paused = true)]
async fn a_socket_that_the_program_disconnects_ends_its_place_alone() {
    let server = server();
    let (mut ann, mut bob) = (primus(&server).await, multiplex(&server).await);
    ann.send(r#"[1,"x","a"]"#);
    bob.send("sub,a");
    bob.send("sub,b");
    settle().await;
    server.namespace("/a").unwrap().everyone().disconnect();
    assert_eq!(ann.heard().await, [r#"[2,"x","a"]"#]);
    assert_eq!(bob.heard().await, ["uns,a"]);
    ann.send("1");
    ann.expect("1").await;
    bob.send("msg,b,still here");
    bob.expect("msg,b,still here").await;
    // And it may be taken again.
    ann.send(r#"[1,"x","a"]"#);
    ann.send(r#"[0,"x","a",1]"#);
    ann.expect(r#"[0,"x","a",1]"#).await;
}

#[tokio::test(start_paused = true)]
async fn a_channel_whose_guard_says_no_ends_at_once() {
    let server = server();
    let (mut ann, mut bob) = (primus(&server).await, multiplex(&server).await);
    ann.send(r#"[1,"x","closed"]"#);
    bob.send("sub,closed");
    assert_eq!(ann.heard().await, [r#"[2,"x","closed"]"#]);
    assert_eq!(bob.heard().await, ["uns,closed"]);
}

#[tokio::test(start_paused = true)]
async fn places_count_against_the_namespaces_that_a_connection_may_be_in() {
    let server = server_with(Limits { max_namespaces: 3, ..Limits::default() });
    let mut client = primus(&server).await;
    for id in 0..4 {
        client.send(&format!(r#"[1,{id},"a"]"#));
    }
    assert_eq!(client.heard().await, [r#"[2,2,"a"]"#, r#"[2,3,"a"]"#]);
    assert_eq!(sockets(&server, "/a"), Some(2));
}

#[tokio::test(start_paused = true)]
async fn all_places_go_with_their_connection() {
    let server = server();
    let mut client = primus(&server).await;
    for id in 0..20 {
        client.send(&format!(r#"[1,{id},"a"]"#));
    }
    settle().await;
    assert_eq!(sockets(&server, "/a"), Some(20));
    client.hang_up(roomful_protocol::link::TransportEnd::Closed);
    client.ended().await;
    assert_eq!((sockets(&server, "/a"), sockets(&server, "/home")), (Some(0), Some(0)));
}

#[tokio::test(start_paused = true)]
async fn what_a_channel_cannot_say_is_counted() {
    let server = server();
    let mut client = multiplex(&server).await;
    client.send("sub,a");
    settle().await;
    let room = server.namespace("/a").unwrap();
    for delivery in [room.everyone().emit_raw("other", "x"), room.everyone().emit_raw("message", 7)] {
        assert_eq!((delivery.matched, delivery.queued), (1, 0));
    }
    assert_eq!(client.heard().await, [""; 0]);
    assert_eq!(server.metrics().inexpressible, 2);
}
