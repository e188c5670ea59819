//! Who is in which room.

use roomful_core::{ConnectError, Server, Socket, State};
use roomful_protocol::link::TransportEnd;

use crate::support::{Client, Probe, server, settle};

fn names(socket: &Socket) -> Vec<String> {
    let mut names: Vec<_> = socket.rooms().iter().map(ToString::to_string).collect();
    names.sort();
    names
}

/// How many a broadcast to these rooms is meant for.
fn reach(server: &Server, room: &str) -> usize {
    server.main().to(room).emit_raw("event", ()).matched
}

#[tokio::test(start_paused = true)]
async fn a_socket_hears_the_rooms_it_joins_until_it_leaves_them() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    let socket = client.socket();
    socket.join(["a", "b"]);
    assert_eq!((reach(&server, "a"), reach(&server, "b")), (1, 1));
    socket.leave("a");
    assert_eq!((reach(&server, "a"), reach(&server, "b")), (0, 1));
    assert_eq!(client.heard().await.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn joining_twice_is_joining_once() {
    let (server, _) = server(|main| main);
    let client = Client::join(&server).await;
    client.socket().join(["a", "a"]);
    client.socket().join("a");
    assert_eq!(reach(&server, "a"), 1);
    client.socket().leave("a");
    assert_eq!(reach(&server, "a"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_socket_lists_its_rooms_its_own_among_them() {
    let (server, _) = server(|main| main);
    let client = Client::join(&server).await;
    let socket = client.socket();
    socket.join("a");
    let mut wanted = vec!["a".to_owned(), client.sid().to_owned()];
    wanted.sort();
    assert_eq!(names(&socket), wanted);
}

#[tokio::test(start_paused = true)]
async fn a_socket_is_reached_by_its_own_id_until_it_leaves_that_room() {
    let (server, _) = server(|main| main);
    let client = Client::join(&server).await;
    let socket = client.socket();
    assert_eq!(reach(&server, client.sid()), 1);
    socket.leave(client.sid());
    assert_eq!(reach(&server, client.sid()), 0);
    assert!(names(&socket).is_empty());
    socket.join(client.sid());
    assert_eq!(reach(&server, client.sid()), 1);
}

#[tokio::test(start_paused = true)]
async fn others_may_join_a_room_named_like_a_socket() {
    let (server, _) = server(|main| main);
    let mut first = Client::join(&server).await;
    let mut second = Client::join(&server).await;
    second.socket().join(first.sid());
    assert_eq!(reach(&server, first.sid()), 2);
    assert_eq!((first.heard().await.len(), second.heard().await.len()), (1, 1));
    first.socket().leave(first.sid());
    assert_eq!(reach(&server, first.sid()), 1);
    assert_eq!((first.heard().await.len(), second.heard().await.len()), (0, 1));
}

#[tokio::test(start_paused = true)]
async fn a_room_named_like_a_socket_that_has_gone_stays_for_the_others() {
    let (server, _) = server(|main| main);
    let mut first = Client::join(&server).await;
    let second = Client::join(&server).await;
    second.socket().join(first.sid());
    first.hang_up(TransportEnd::Closed);
    first.ended().await;
    assert_eq!(reach(&server, first.sid()), 1);
}

#[tokio::test(start_paused = true)]
async fn a_room_is_removed_with_its_last_member() {
    let (server, _) = server(|main| main);
    let (mut first, second) = (Client::join(&server).await, Client::join(&server).await);
    first.socket().join("a");
    second.socket().join("a");
    assert_eq!((server.main().room_count(), server.main().room_size("a")), (1, 2));
    first.hang_up(TransportEnd::Closed);
    first.ended().await;
    assert_eq!(server.main().room_count(), 1);
    second.socket().leave("a");
    assert_eq!((server.main().room_count(), server.main().room_size("a")), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn a_join_after_the_disconnect_does_nothing() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    let socket = client.socket();
    client.hang_up(TransportEnd::Closed);
    client.ended().await;
    socket.join("late");
    assert_eq!(server.main().room_count(), 0);
    assert!(names(&socket).is_empty());
}

#[tokio::test(start_paused = true)]
async fn what_a_guard_joins_takes_effect_when_the_client_is_accepted() {
    let (server, probe) = server(|main| {
        main.guard(async |socket: Socket, State(probe): State<Probe>| {
            socket.join(["kept", "left again"]);
            socket.leave("left again");
            probe.wait().await;
            Ok::<_, ConnectError>(())
        })
        .on_connect(async |socket: Socket, State(probe): State<Probe>| {
            probe.note(socket.rooms().len().to_string());
        })
    });
    let mut client = Client::open(&server).await;
    client.send("0");
    settle().await;
    assert_eq!((reach(&server, "kept"), server.main().room_count()), (0, 0));
    probe.let_through(1);
    client.joined("40").await;
    assert_eq!((reach(&server, "kept"), reach(&server, "left again")), (1, 0));
    assert_eq!(probe.notes(), ["2"]);
}

#[tokio::test(start_paused = true)]
async fn what_a_guard_joins_is_forgotten_when_the_client_is_refused() {
    let (server, _) = server(|main| {
        main.guard(async |socket: Socket| {
            socket.join("a");
            Err::<(), _>("no")
        })
    });
    let mut client = Client::open(&server).await;
    client.send("0");
    client.expect(r#"44{"message":"no"}"#).await;
    assert_eq!(server.main().room_count(), 0);
}

#[tokio::test(start_paused = true)]
async fn many_sockets_join_leave_and_disconnect_at_once() {
    let (server, _) = server(|main| main);
    let mut clients = Vec::new();
    for n in 0..4 {
        let client = Client::join(&server).await;
        client.socket().join(["all", if n % 2 == 0 { "even" } else { "odd" }]);
        clients.push(client);
    }
    server.main().to("even").join(["x", "y"]);
    assert_eq!((server.main().room_size("x"), server.main().room_size("y")), (2, 2));
    server.main().to("all").except("odd").leave("x");
    assert_eq!(server.main().room_size("x"), 0);
    server.main().to("odd").disconnect();
    settle().await;
    assert_eq!((server.main().socket_count(), server.main().room_size("odd")), (2, 0));
    assert_eq!(server.main().room_members("even").len(), 2);
    assert_eq!(server.main().everyone().local_sockets().len(), 2);
}
