//! Clients that read slowly, or not at all.

use std::time::Duration;

use bytes::Bytes;
use roomful_core::{DisconnectReason, Socket, State};
use roomful_protocol::link::TransportEnd;
use tokio::time::{Instant, sleep};

use crate::support::{Client, Flow, Probe, server, settle};

#[tokio::test(start_paused = true)]
async fn frames_never_mix_on_a_stream_that_takes_one_byte_at_a_time() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    client.set_flow(Flow::Trickle);
    let socket = client.socket();
    let mut wanted = Vec::new();
    let mut pings = 0;
    for n in 0..60 {
        let text = "x".repeat(n * 7);
        wanted.push(format!(r#"42["n",{n},"{text}"]"#));
        socket.emit_raw("n", (n, text));
        // Heartbeats come in between.
        sleep(Duration::from_secs(1)).await;
        client.raw("3");
    }
    let heard = client.heard().await;
    pings += heard.iter().filter(|packet| *packet == "2").count();
    let events: Vec<_> = heard.into_iter().filter(|packet| packet != "2").collect();
    assert_eq!(events, wanted);
    assert_eq!(pings, 0, "each answer moves the next heartbeat");
}

#[tokio::test(start_paused = true)]
async fn heartbeats_take_their_place_among_events_on_a_trickle() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    client.set_flow(Flow::Trickle);
    let socket = client.socket();
    sleep(Duration::from_millis(24_999)).await;
    for n in 0..30 {
        socket.emit_raw("n", (n, Bytes::from_static(b"attached")));
        tokio::task::yield_now().await;
        tokio::time::advance(Duration::from_micros(50)).await;
    }
    let heard = client.heard().await;
    assert_eq!(heard.iter().filter(|packet| *packet == "2").count(), 1);
    let rest: Vec<_> = heard.iter().filter(|packet| *packet != "2").collect();
    assert_eq!(rest.len(), 60);
    assert!(rest.chunks(2).all(|pair| pair[0].starts_with("451-") && pair[1].starts_with("b[")));
}

#[tokio::test(start_paused = true)]
async fn a_client_that_takes_nothing_for_one_ping_timeout_is_closed_although_it_still_talks() {
    let (server, probe) = server(|main| {
        main.on_connect(async |socket: Socket| socket.join("room")).on_disconnect(
            async |reason: DisconnectReason, State(probe): State<Probe>| probe.note(reason.as_str()),
        )
    });
    let client = Client::join(&server).await;
    client.set_flow(Flow::Stopped);
    let began = Instant::now();
    server.main().to("room").emit_raw("event", ());
    while !client.has_ended() && began.elapsed().as_secs() < 60 {
        client.raw("3");
        sleep(Duration::from_secs(1)).await;
    }
    let seconds = began.elapsed().as_secs();
    assert!((20..=21).contains(&seconds), "{seconds}");
    assert_eq!(probe.notes(), ["ping timeout"]);
    assert_eq!((server.main().room_size("room"), server.main().socket_count()), (0, 0));
    // The event, and the Close behind it.
    assert_eq!(server.metrics().undelivered, 2);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reads_slowly_but_steadily_stays() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    client.set_flow(Flow::Stopped);
    client.socket().emit_raw("event", "x".repeat(100));
    for _ in 0..10 {
        for _ in 0..10 {
            client.raw("3");
            sleep(Duration::from_millis(1500)).await;
        }
        client.set_flow(Flow::Trickle);
        tokio::task::yield_now().await;
        client.set_flow(Flow::Stopped);
    }
    assert!(!client.has_ended());
    client.set_flow(Flow::Open);
    assert_eq!(client.heard().await.len(), 1);
}

#[tokio::test(start_paused = true)]
async fn one_slow_member_does_not_hold_up_the_others() {
    let (server, _) = server(|main| main);
    let (mut quick, slow) = (Client::join(&server).await, Client::join(&server).await);
    slow.set_flow(Flow::Stopped);
    for n in 0..1000 {
        server.main().emit_raw("n", n);
        if n % 100 == 0 {
            settle().await;
        }
    }
    assert_eq!(quick.heard().await.len(), 1000);
    assert!(!slow.has_ended());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_stalled_for_a_while_gets_everything_afterwards() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    for round in 0..10 {
        client.set_flow(Flow::Stopped);
        for n in 0..50 {
            client.socket().emit_raw("n", (round, n));
            if n % 7 == 0 {
                settle().await;
            }
        }
        client.set_flow(Flow::Open);
        let wanted: Vec<_> = (0..50).map(|n| format!(r#"42["n",{round},{n}]"#)).collect();
        assert_eq!(client.heard().await, wanted);
    }
}

#[tokio::test(start_paused = true)]
async fn who_sends_much_can_wait_until_it_has_gone_out() {
    let (server, _) = server(|main| main);
    let client = Client::join(&server).await;
    client.set_flow(Flow::Stopped);
    let socket = client.socket();
    socket.emit_raw("large", "x".repeat(100_000));
    let waiting = tokio::spawn(async move { socket.drained().await });
    settle().await;
    assert!(!waiting.is_finished());
    client.set_flow(Flow::Open);
    settle().await;
    assert!(waiting.is_finished());
    client.socket().drained().await;
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_client_that_has_gone_to_take_something() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    client.set_flow(Flow::Stopped);
    let socket = client.socket();
    socket.emit_raw("large", "x".repeat(100_000));
    let waiting = tokio::spawn(async move { socket.drained().await });
    settle().await;
    client.hang_up(TransportEnd::Failed);
    client.ended().await;
    waiting.await.unwrap();
}
