//! Who hears a broadcast.

use roomful_core::{EmitError, Server, Socket};

use crate::support::{Client, server};

/// Clients in the rooms of these names.
async fn in_rooms<const N: usize>(server: &Server, rooms: [&[&str]; N]) -> [Client; N] {
    let mut clients = Vec::new();
    for rooms in rooms {
        let client = Client::join(server).await;
        client.socket().join(rooms);
        clients.push(client);
    }
    clients.try_into().unwrap_or_else(|_| unreachable!("as many as there are lists of rooms"))
}

async fn heard<const N: usize>(clients: &mut [Client; N]) -> [usize; N] {
    let mut counts = [0; N];
    for (count, client) in counts.iter_mut().zip(clients) {
        *count = client.heard().await.len();
    }
    counts
}

#[tokio::test(start_paused = true)]
async fn a_socket_in_two_target_rooms_hears_a_broadcast_once() {
    let (server, _) = server(|main| main);
    let mut clients = in_rooms(&server, [&["a", "b"], &["a"], &["b"], &[]]).await;
    let delivery = server.main().to(["a", "b"]).emit_raw("event", ());
    assert_eq!((delivery.matched, delivery.queued), (3, 3));
    assert_eq!(heard(&mut clients).await, [1, 1, 1, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_socket_in_an_excepted_room_hears_nothing() {
    let (server, _) = server(|main| main);
    let mut clients = in_rooms(&server, [&["a", "b", "c"], &["a"], &["b"], &["c"], &[]]).await;
    server.main().to(["a", "b"]).except("c").emit_raw("event", ());
    assert_eq!(heard(&mut clients).await, [0, 1, 1, 0, 0]);
    server.main().to("a").except(["c", "b"]).emit_raw("event", ());
    assert_eq!(heard(&mut clients).await, [0, 1, 0, 0, 0]);
    server.main().except(["a", "c"]).emit_raw("event", ());
    assert_eq!(heard(&mut clients).await, [0, 0, 1, 0, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_socket_can_be_excepted_by_its_id() {
    let (server, _) = server(|main| main);
    let mut clients = in_rooms(&server, [&["a"], &["a"], &[]]).await;
    let first = clients[0].socket().id();
    server.main().to("a").except(&first).emit_raw("event", ());
    assert_eq!(heard(&mut clients).await, [0, 1, 0]);
    server.main().except([first]).emit_raw("event", ());
    assert_eq!(heard(&mut clients).await, [0, 1, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_socket_that_left_its_own_room_is_not_excepted_by_its_id() {
    let (server, _) = server(|main| main);
    let mut clients = in_rooms(&server, [&[], &[]]).await;
    let socket = clients[0].socket();
    socket.leave(socket.id());
    server.main().except(socket.id()).emit_raw("event", ());
    assert_eq!(heard(&mut clients).await, [1, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_broadcast_from_a_socket_excludes_the_sender() {
    let (server, _) = server(|main| main);
    let mut clients = in_rooms(&server, [&["a", "b"], &["a"], &[]]).await;
    let sender = clients[0].socket();
    sender.broadcast().emit_raw("event", ());
    assert_eq!(heard(&mut clients).await, [0, 1, 1]);
    sender.to("a").emit_raw("event", ());
    assert_eq!(heard(&mut clients).await, [0, 1, 0]);
    sender.to(["a", "b"]).emit_raw("event", ());
    assert_eq!(heard(&mut clients).await, [0, 1, 0]);
    sender.to(sender.id()).emit_raw("event", ());
    assert_eq!(heard(&mut clients).await, [0, 0, 0]);
    sender.within("a").emit_raw("event", ());
    assert_eq!(heard(&mut clients).await, [1, 1, 0]);
}

#[tokio::test(start_paused = true)]
async fn a_sender_that_left_its_own_room_is_still_excluded() {
    let (server, _) = server(|main| main);
    let mut clients = in_rooms(&server, [&["a"], &["a"]]).await;
    let sender = clients[0].socket();
    sender.leave(sender.id());
    sender.to("a").emit_raw("event", ());
    sender.to(["a", "b"]).emit_raw("event", ());
    assert_eq!(heard(&mut clients).await, [0, 2]);
}

#[tokio::test(start_paused = true)]
async fn several_sockets_are_reached_by_their_ids() {
    let (server, _) = server(|main| main);
    let mut clients = in_rooms(&server, [&[], &[], &["a"]]).await;
    let ids = [clients[0].socket().id(), clients[1].socket().id()];
    server.main().to(&ids).to(&ids).to("a").emit_raw("event", ());
    assert_eq!(heard(&mut clients).await, [1, 1, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_room_that_does_not_exist_has_nobody_in_it() {
    let (server, _) = server(|main| main);
    let mut clients = in_rooms(&server, [&["a"]]).await;
    assert_eq!(server.main().to("nobody").emit_raw("event", ()).matched, 0);
    assert_eq!(server.main().to(["a"]).except("nobody").emit_raw("event", ()).matched, 1);
    // No room at all is everybody, as in the reference.
    assert_eq!(server.main().to(Vec::<String>::new()).emit_raw("event", ()).matched, 1);
    assert_eq!(heard(&mut clients).await, [2]);
}

#[tokio::test(start_paused = true)]
async fn a_broadcast_stays_in_its_namespace() {
    let server = Server::builder::<()>().namespace(roomful_core::Namespace::new("/other")).build().unwrap();
    let mut main = Client::join(&server).await;
    let mut other = Client::join_namespace(&server, "/other").await;
    main.socket().join("room");
    server.namespace("other").unwrap().to("room").emit_raw("event", ());
    server.namespace("other").unwrap().emit_raw("event", ());
    assert_eq!(other.heard().await, [r#"42/other,["event"]"#]);
    assert!(main.heard().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_broadcast_can_be_kept_and_used_again() {
    let (server, _) = server(|main| main);
    let mut clients = in_rooms(&server, [&["a"], &["b"]]).await;
    let to_a = server.main().to("a");
    let to_both = to_a.clone().to("b");
    to_a.emit_raw("event", ());
    to_both.emit_raw("event", ());
    to_a.emit_raw("event", ());
    assert_eq!(heard(&mut clients).await, [3, 1]);
}

#[tokio::test(start_paused = true)]
async fn a_reserved_name_is_sent_to_nobody() {
    let (server, _) = server(|main| main);
    let mut clients = in_rooms(&server, [&[]]).await;
    for name in ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"] {
        let delivery = server.main().emit_raw(name, ());
        assert!(matches!(delivery.error, Some(EmitError::ReservedName)), "{name}");
    }
    assert!(server.main().emit_raw("error", ()).error.is_none());
    assert_eq!(clients[0].heard().await, [r#"42["error"]"#]);
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_json_is_sent_to_nobody_and_counted() {
    let (server, _) = server(|main| main);
    let mut clients = in_rooms(&server, [&[]]).await;
    let broken = std::collections::HashMap::from([(vec![1], 1)]);
    assert!(matches!(server.main().emit_raw("event", &broken).error, Some(EmitError::Arguments(_))));
    assert!(clients[0].socket().emit_raw("event", &broken).error.is_some());
    assert_eq!(heard(&mut clients).await, [0]);
    assert_eq!(server.metrics().unserialisable, 2);
}

#[tokio::test(start_paused = true)]
async fn one_can_emit_from_a_thread_without_a_runtime() {
    let (server, _) = server(|main| main.on_connect(async |socket: Socket| socket.join("room")));
    let mut client = Client::join(&server).await;
    let main = server.main();
    std::thread::spawn(move || main.to("room").emit_raw("event", ())).join().unwrap();
    client.expect(r#"42["event"]"#).await;
}
