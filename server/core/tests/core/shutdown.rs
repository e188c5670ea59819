//! The end of a server.

use std::time::Duration;

use roomful_core::{DisconnectReason, Server, State};
use tokio::time::Instant;

use crate::support::{Client, Flow, Probe, server, settle};

const PATIENCE: Duration = Duration::from_secs(10);

#[tokio::test(start_paused = true)]
async fn clients_are_closed_without_being_told_to_stay_away() {
    let (server, probe) = server(|main| {
        main.on_disconnect(async |reason: DisconnectReason, State(probe): State<Probe>| {
            probe.note(reason.as_str());
        })
    });
    let mut client = Client::join(&server).await;
    client.socket().emit_raw("last words", ());
    assert!(server.close(PATIENCE).await);
    assert_eq!(client.heard().await, [r#"42["last words"]"#, "close"]);
    assert_eq!(probe.notes(), ["server shutting down"]);
    assert_eq!(server.connection_count(), 0);
}

#[tokio::test(start_paused = true)]
async fn clients_are_asked_not_to_come_back_all_at_once() {
    let within = Duration::from_secs(10);
    let server = Server::builder::<()>().reconnect_within(within).build().unwrap();
    let mut client = Client::join(&server).await;
    client.socket().emit_raw("last words", ());
    assert!(server.close(PATIENCE).await);
    let heard = [r#"42["last words"]"#, r#"6{"reconnectWithin":10000}"#, "close"];
    assert_eq!(client.heard().await, heard);
}

#[tokio::test(start_paused = true)]
async fn handlers_are_waited_for() {
    let (server, probe) = server(|main| {
        main.on_raw("long", async |State(probe): State<Probe>| {
            tokio::time::sleep(Duration::from_secs(5)).await;
            probe.note("ended");
        })
    });
    let client = Client::join(&server).await;
    client.send(r#"2["long"]"#);
    settle().await;
    assert!(server.close(PATIENCE).await);
    assert_eq!(probe.notes(), ["ended"]);
}

#[tokio::test(start_paused = true)]
async fn disconnect_hooks_are_waited_for() {
    let (server, probe) = server(|main| {
        main.on_disconnect(async |State(probe): State<Probe>| {
            tokio::time::sleep(Duration::from_secs(5)).await;
            probe.note("stored");
        })
    });
    let _client = Client::join(&server).await;
    assert!(server.close(PATIENCE).await);
    assert_eq!(probe.notes(), ["stored"]);
}

#[tokio::test(start_paused = true)]
async fn patience_ends() {
    let (server, _) =
        server(|main| main.on_raw("forever", async |State(probe): State<Probe>| probe.wait().await));
    let client = Client::join(&server).await;
    client.send(r#"2["forever"]"#);
    settle().await;
    let began = Instant::now();
    assert!(!server.close(PATIENCE).await);
    assert_eq!(began.elapsed().as_secs(), PATIENCE.as_secs());
}

#[tokio::test(start_paused = true)]
async fn a_client_that_reads_nothing_does_not_keep_the_server_from_closing() {
    let (server, _) = server(|main| main);
    let client = Client::join(&server).await;
    client.set_flow(Flow::Stopped);
    client.socket().emit_raw("event", ());
    settle().await;
    assert!(server.close(Duration::from_secs(31)).await);
}

#[tokio::test(start_paused = true)]
async fn a_connection_that_opens_while_the_server_closes_is_closed() {
    let (server, _) = server(|main| main);
    assert!(server.close(PATIENCE).await);
    assert!(server.is_closing());
    let mut client = Client::open(&server).await;
    client.send("0");
    client.expect("close").await;
    client.ended().await;
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_breaks_while_its_connection_closes_is_not_waited_for() {
    let (server, _) = server(|main| main);
    let client = Client::join(&server).await;
    client.set_flow(Flow::Broken);
    let began = Instant::now();
    assert!(server.close(PATIENCE).await);
    assert!(began.elapsed() < Duration::from_secs(1));
}
