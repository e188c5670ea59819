//! What a program hears of rooms.

use roomful_core::{NamespaceHandle, RoomEvent, Socket};
use roomful_protocol::link::TransportEnd;

use crate::support::{Client, Probe, server};

/// Notes each event, with the socket's id as `me`.
fn noting(probe: &Probe) -> impl Fn(&NamespaceHandle, &RoomEvent) + Send + Sync + 'static {
    let probe = probe.clone();
    move |_, event| {
        probe.note(match event {
            RoomEvent::Created { room } => format!("created {room}"),
            RoomEvent::Joined { room, socket } => format!("{socket} joined {room}"),
            RoomEvent::Left { room, socket } => format!("{socket} left {room}"),
            RoomEvent::Deleted { room } => format!("deleted {room}"),
            other => format!("{other:?}"),
        });
    }
}

#[tokio::test(start_paused = true)]
async fn a_room_is_made_by_the_first_who_joins_and_removed_with_the_last() {
    let probe = Probe::default();
    let hook = noting(&probe);
    let (server, _) = server(|main| main.on_room_event(hook));
    let (first, second) = (Client::join(&server).await, Client::join(&server).await);
    probe.notes();
    let (a, b) = (first.sid(), second.sid());
    first.socket().join("room");
    second.socket().join("room");
    first.socket().join("room");
    assert_eq!(
        probe.notes(),
        ["created room".to_owned(), format!("{a} joined room"), format!("{b} joined room")]
    );
    first.socket().leave("room");
    second.socket().leave("room");
    second.socket().leave("room");
    assert_eq!(
        probe.notes(),
        [format!("{a} left room"), format!("{b} left room"), "deleted room".to_owned()]
    );
}

#[tokio::test(start_paused = true)]
async fn a_socket_that_comes_and_goes_makes_and_removes_its_own_room() {
    let probe = Probe::default();
    let hook = noting(&probe);
    let (server, _) = server(|main| {
        main.guard(async |socket: Socket| {
            socket.join("room");
            Ok::<_, roomful_core::ConnectError>(())
        })
        .on_room_event(hook)
    });
    let mut client = Client::join(&server).await;
    let me = client.sid().to_owned();
    assert_eq!(
        probe.notes(),
        [
            format!("created {me}"),
            format!("{me} joined {me}"),
            "created room".to_owned(),
            format!("{me} joined room")
        ]
    );
    client.hang_up(TransportEnd::Closed);
    client.ended().await;
    assert_eq!(
        probe.notes(),
        [
            format!("{me} left {me}"),
            format!("deleted {me}"),
            format!("{me} left room"),
            "deleted room".to_owned()
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_hook_of_rooms_may_join_others_and_hears_of_it_in_order() {
    let probe = Probe::default();
    let hook = noting(&probe);
    let (server, _) = server(|main| {
        main.on_room_event(move |namespace, event| {
            hook(namespace, event);
            if matches!(event, RoomEvent::Created { room } if room == "first") {
                namespace.everyone().join("second");
            }
        })
    });
    let client = Client::join(&server).await;
    let me = client.sid();
    probe.notes();
    client.socket().join("first");
    assert_eq!(
        probe.notes(),
        [
            "created first".to_owned(),
            format!("{me} joined first"),
            "created second".to_owned(),
            format!("{me} joined second")
        ]
    );
}

#[test]
fn threads_that_join_and_leave_at_once_are_told_in_the_order_of_the_room() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let probe = Probe::default();
    let hook = noting(&probe);
    let (server, _) = server(|main| main.on_room_event(hook));
    let clients = runtime.block_on(async { [Client::join(&server).await, Client::join(&server).await] });
    let sockets = clients.each_ref().map(Client::socket);
    probe.notes();
    std::thread::scope(|scope| {
        for socket in &sockets {
            scope.spawn(move || {
                for _ in 0..500 {
                    socket.join("room");
                    socket.leave("room");
                }
            });
        }
    });
    let mut members = 0_usize;
    let mut exists = false;
    for note in probe.notes() {
        match note.as_str() {
            "created room" => assert!(!std::mem::replace(&mut exists, true) && members == 0),
            "deleted room" => assert!(std::mem::replace(&mut exists, false) && members == 0),
            joined if joined.contains(" joined ") => members += 1,
            _ => members = members.checked_sub(1).expect("who leaves has joined"),
        }
        assert!(exists || members == 0);
    }
    assert!(!exists);
}
