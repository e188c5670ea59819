//! Leaving a namespace, for whatever reason.

use std::time::Duration;

use roomful_core::{DisconnectReason, Limits, Namespace, Server, Socket, State};
use roomful_protocol::link::{Frame, TransportEnd, TransportId};
use tokio::time::sleep;

use crate::support::{Client, Feed, Flow, Probe, server, server_with, settle};

async fn note_reason(reason: DisconnectReason, State(probe): State<Probe>) {
    probe.note(reason.as_str());
}

#[tokio::test(start_paused = true)]
async fn every_end_has_the_references_reason() {
    type End = fn(&Client);
    let table: [(End, &str); 12] = [
        (|client| client.send("1"), "client namespace disconnect"),
        (|client| client.socket().disconnect(), "server namespace disconnect"),
        (|client| client.socket().disconnect_connection(), "server namespace disconnect"),
        (|client| client.socket().close_connection(), "forced server close"),
        (|client| client.hang_up(TransportEnd::Closed), "transport close"),
        (|client| client.hang_up(TransportEnd::Failed), "transport error"),
        (|client| client.raw("1"), "transport close"),
        (|client| client.raw("9"), "parse error"),
        (|client| client.raw(""), "parse error"),
        (|client| client.send("x"), "forced close"),
        (|client| client.send(r#"2/elsewhere,["event"]"#), "forced close"),
        (|client| client.send_binary(b"unasked"), "forced close"),
    ];
    for (end, reason) in table {
        let (server, probe) = server(|main| main.on_disconnect(note_reason));
        let client = Client::join(&server).await;
        end(&client);
        settle().await;
        assert_eq!(probe.notes(), [reason]);
        assert_eq!(server.main().socket_count(), 0, "{reason}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_does_not_answer_a_heartbeat_is_closed_for_it() {
    let (server, probe) = server(|main| main.on_disconnect(note_reason));
    let mut client = Client::join(&server).await;
    sleep(Duration::from_millis(44_900)).await;
    assert!(probe.notes().is_empty());
    client.ended().await;
    assert_eq!(probe.notes(), ["ping timeout"]);
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_breaks_ends_the_connection() {
    let (server, probe) = server(|main| main.on_disconnect(note_reason));
    let mut client = Client::join(&server).await;
    client.set_flow(Flow::Broken);
    client.socket().emit_raw("event", ());
    client.ended().await;
    assert_eq!(probe.notes(), ["transport error"]);
    // The event, and the Close behind it.
    assert_eq!(server.metrics().undelivered, 2);
}

#[tokio::test(start_paused = true)]
async fn on_disconnecting_sees_the_rooms_and_on_disconnect_does_not() {
    let (server, probe) = server(|main| {
        main.on_connect(async |socket: Socket, State(probe): State<Probe>| {
            socket.insert(probe);
            socket.join("room");
        })
        .on_disconnecting(|socket, reason| {
            let probe: Probe = socket.get().expect("a probe");
            probe.note(format!("disconnecting, rooms: {}, {reason}", socket.rooms().len()));
        })
        .on_disconnect(async |socket: Socket, State(probe): State<Probe>| {
            let size = socket.namespace().room_size("room");
            probe.note(format!("disconnect, rooms: {}, left behind: {size}", socket.rooms().len()));
        })
    });
    let client = Client::join(&server).await;
    client.hang_up(TransportEnd::Closed);
    settle().await;
    let wanted = ["disconnecting, rooms: 2, transport close", "disconnect, rooms: 0, left behind: 0"];
    assert_eq!(probe.notes(), wanted);
}

#[tokio::test(start_paused = true)]
async fn a_hook_may_broadcast_to_the_rooms_that_are_being_left() {
    let (server, _) = server(|main| {
        main.on_connect(async |socket: Socket| socket.join("room")).on_disconnecting(|socket, _| {
            socket.to("room").emit_raw("gone", ());
        })
    });
    let mut stays = Client::join(&server).await;
    let goes = Client::join(&server).await;
    goes.send("1");
    stays.expect(r#"42["gone"]"#).await;
}

#[tokio::test(start_paused = true)]
async fn the_last_client_of_a_namespace_may_be_kicked_from_its_own_disconnect_hook() {
    let probe = Probe::default();
    let kicks = Namespace::new("/dyn/*").on_disconnect(async |socket: Socket, State(probe): State<Probe>| {
        socket.disconnect();
        socket.namespace().everyone().disconnect();
        probe.note("ended");
    });
    let server = Server::builder().namespace(kicks).build_with(probe.clone()).unwrap();
    let client = Client::join_namespace(&server, "/dyn/a").await;
    client.send("1/dyn/a,");
    settle().await;
    assert_eq!(probe.notes(), ["ended"]);
    assert!(server.namespace("/dyn/a").is_none());
}

#[tokio::test(start_paused = true)]
async fn nothing_follows_a_disconnect_by_the_server() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    let socket = client.socket();
    socket.emit_raw("before", ());
    socket.disconnect();
    let after = socket.emit_raw("after", ());
    assert_eq!((after.queued, after.dropped), (0, 1));
    server.main().emit_raw("after", ());
    assert_eq!(client.heard().await, [r#"42["before"]"#, "41"]);
    assert_eq!(server.metrics().refused_closing, 2);
}

#[tokio::test(start_paused = true)]
async fn events_in_flight_to_a_socket_that_was_kicked_are_ignored_and_counted() {
    let (server, probe) =
        server(|main| main.on_raw("event", async |State(probe): State<Probe>| probe.note("event")));
    let mut client = Client::join(&server).await;
    client.socket().disconnect();
    client.send(r#"2["event"]"#);
    client.expect("41").await;
    client.send(r#"2["event"]"#);
    client.send("1");
    settle().await;
    assert!(probe.notes().is_empty());
    assert!(!client.has_ended(), "the client could not know");
    client.send("0");
    client.joined("40").await;
    client.send(r#"2["event"]"#);
    settle().await;
    assert_eq!(probe.notes(), ["event"]);
}

#[tokio::test(start_paused = true)]
async fn a_disconnect_from_one_namespace_leaves_the_others() {
    let server = Server::builder::<()>().namespace(Namespace::new("/other")).build().unwrap();
    let mut client = Client::join(&server).await;
    client.send("0/other,");
    client.joined("40/other,").await;
    client.send("1");
    settle().await;
    assert_eq!(server.main().socket_count(), 0);
    server.namespace("/other").unwrap().emit_raw("still", ());
    client.expect(r#"42/other,["still"]"#).await;
}

#[tokio::test(start_paused = true)]
async fn disconnecting_the_connection_tells_the_client_for_each_namespace() {
    let server = Server::builder::<()>().namespace(Namespace::new("/other")).build().unwrap();
    let mut client = Client::join(&server).await;
    let main = client.socket();
    client.send("0/other,");
    client.joined("40/other,").await;
    main.disconnect_connection();
    let mut heard = client.heard().await;
    heard.sort();
    assert_eq!(heard, ["41", "41/other,", "close"]);
    client.ended().await;
}

#[tokio::test(start_paused = true)]
async fn a_handle_kept_after_the_disconnect_is_a_husk() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    let socket = client.socket();
    client.hang_up(TransportEnd::Closed);
    client.ended().await;
    assert!(!socket.is_connected());
    assert!(socket.rooms().is_empty());
    assert_eq!(socket.emit_raw("event", ()).dropped, 1);
    assert!(server.main().socket(socket.id()).is_none());
    assert!(client.pipe.is_released());
}

#[tokio::test(start_paused = true)]
async fn what_was_queued_when_the_connection_ended_is_counted() {
    let limits = Limits { close_timeout: Duration::from_secs(2), ..Limits::default() };
    let (server, _) = server_with(limits, |main| main);
    let mut client = Client::join(&server).await;
    client.set_flow(Flow::Stopped);
    for n in 0..3 {
        client.socket().emit_raw("n", n);
    }
    settle().await;
    client.hang_up(TransportEnd::Closed);
    client.ended().await;
    // The three, and the Close behind them.
    assert_eq!(server.metrics().undelivered, 4);
}

#[tokio::test(start_paused = true)]
async fn what_was_queued_before_a_close_still_goes_out() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    client.set_flow(Flow::Trickle);
    let socket = client.socket();
    socket.emit_raw("last words", "x".repeat(100));
    socket.disconnect_connection();
    let wanted = [format!(r#"42["last words","{}"]"#, "x".repeat(100)), "41".into(), "close".into()];
    assert_eq!(client.heard().await, wanted);
}

/// A client that polls and is on its way to a WebSocket when its message makes the server end its connection.
async fn ended_while_upgrading() -> (Server, Client) {
    let bye = async |socket: Socket| {
        socket.emit_raw("last words", ());
        socket.disconnect_connection();
    };
    let (server, _) = server(|main| main.on_raw("bye", bye));
    let client = Client::open_polling(&server);
    client.send("0");
    client.feed(Feed::Opened(TransportId(1)));
    client.feed(Feed::Frame(TransportId(1), Frame::Text("2probe".into())));
    settle().await;
    client.send(r#"2["bye"]"#);
    settle().await;
    assert_eq!(server.main().socket_count(), 0);
    (server, client)
}

#[tokio::test(start_paused = true)]
async fn a_client_in_the_middle_of_an_upgrade_hears_the_end_where_it_goes() {
    let (_server, mut client) = ended_while_upgrading().await;
    assert!(!client.has_ended());
    client.feed(Feed::Frame(TransportId(1), Frame::Text("5".into())));
    client.expect("0open").await;
    client.joined("40").await;
    client.expect(r#"42["last words"]"#).await;
    client.expect("41").await;
    client.expect("close").await;
    client.ended().await;
}

#[tokio::test(start_paused = true)]
async fn an_upgrade_that_does_not_come_keeps_no_connection_that_was_ended() {
    let (server, mut client) = ended_while_upgrading().await;
    client.feed(Feed::Closed(TransportId(1), TransportEnd::Closed));
    // What is queued waits for a poll.
    sleep(Duration::from_secs(31)).await;
    client.ended().await;
    assert_eq!(server.connection_count(), 0);
}
