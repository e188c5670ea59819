//! Packets that may be dropped.

use roomful_core::{Limits, TransportKind};

use crate::support::{Client, Flow, server, server_with, settle};

#[tokio::test(start_paused = true)]
async fn it_is_delivered_to_a_client_that_can_take_it() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    let socket = client.socket();
    socket.emit_raw("first", ());
    // The first merely waits for the flusher.
    assert_eq!(socket.emit_raw_volatile("second", ()).queued, 1);
    assert_eq!(server.main().everyone().volatile().emit_raw("third", ()).queued, 1);
    assert_eq!(client.heard().await, [r#"42["first"]"#, r#"42["second"]"#, r#"42["third"]"#]);
}

#[tokio::test(start_paused = true)]
async fn it_is_dropped_and_counted_for_a_client_whose_stream_is_full() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    let socket = client.socket();
    client.set_flow(Flow::Stopped);
    socket.emit_raw("first", ());
    settle().await;
    let delivery = server.main().everyone().volatile().emit_raw("second", ());
    assert_eq!((delivery.matched, delivery.queued, delivery.dropped), (1, 0, 1));
    assert_eq!(server.metrics().volatile_dropped, 1);
    client.set_flow(Flow::Open);
    assert_eq!(client.heard().await, [r#"42["first"]"#]);
    assert_eq!(socket.emit_raw_volatile("third", ()).queued, 1);
}

#[tokio::test(start_paused = true)]
async fn it_is_dropped_where_no_poll_waits() {
    let (server, _) = server(|main| main);
    let client = Client::open_polling(&server);
    client.send("0");
    settle().await;
    assert_eq!(server.main().everyone().local_sockets()[0].transport(), TransportKind::Polling);
    assert_eq!(server.main().everyone().volatile().emit_raw("event", ()).dropped, 1);
    assert_eq!(server.main().emit_raw("event", ()).queued, 1);
}

#[tokio::test(start_paused = true)]
async fn it_is_dropped_above_the_soft_bound() {
    let limits = Limits { outbox_soft: 1000, ..Limits::default() };
    let (server, _) = server_with(limits, |main| main);
    let client = Client::join(&server).await;
    let socket = client.socket();
    assert_eq!(socket.emit_raw("large", "x".repeat(2000)).queued, 1);
    assert_eq!(socket.emit_raw_volatile("event", ()).dropped, 1);
    assert_eq!(socket.emit_raw("event", ()).queued, 1);
    settle().await;
    assert_eq!(socket.emit_raw_volatile("event", ()).queued, 1);
}
