//! What happens to a client for which more is queued than is allowed.

use roomful_core::{DisconnectReason, Limits, Namespace, Overflow, Server, State};

use crate::support::{Client, Flow, Probe, settle};

/// Room for about ten packets of a kilobyte.
fn server(policy: Overflow) -> (Server, Probe) {
    let probe = Probe::default();
    let limits =
        Limits { outbox_soft: 5_000, outbox_hard: 11_000, outbox_budget: 20_000, ..Limits::default() };
    let main =
        Namespace::main().on_disconnect(async |reason: DisconnectReason, State(probe): State<Probe>| {
            probe.note(reason.as_str());
        });
    let server =
        Server::builder().limits(limits).overflow(policy).namespace(main).build_with(probe.clone()).unwrap();
    (server, probe)
}

/// A packet of about a kilobyte.
fn packet(n: usize) -> String {
    format!("{n} {}", "x".repeat(900))
}

/// What such a packet is charged at least.
const CHARGE: usize = 980;

/// The numbers of the packets that came.
async fn numbers(client: &mut Client) -> Vec<usize> {
    let number = |packet: &String| {
        packet.strip_prefix(r#"42["n",""#)?.split_once(' ').map(|(n, _)| n.parse().expect("a number"))
    };
    client.heard().await.iter().filter_map(number).collect()
}

#[tokio::test(start_paused = true)]
async fn an_overflow_closes_with_a_reason_and_is_counted() {
    let (server, probe) = server(Overflow::Disconnect);
    let mut client = Client::join(&server).await;
    client.set_flow(Flow::Stopped);
    let socket = client.socket();
    let dropped: usize = (0..20).map(|n| socket.emit_raw("n", packet(n)).dropped).sum();
    client.ended().await;
    assert_eq!(probe.notes(), ["forced close"]);
    let metrics = server.metrics();
    assert_eq!((metrics.overflows, dropped), (1, 9));
    // One met the bound, the others a connection that was closing.
    assert_eq!(metrics.refused_closing, 8);
    // The eleven that had room, and the Close behind them.
    assert_eq!(metrics.undelivered, 12);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_is_closed_for_an_overflow_is_not_waited_for() {
    let (server, _) = server(Overflow::Disconnect);
    let client = Client::join(&server).await;
    client.set_flow(Flow::Stopped);
    for n in 0..20 {
        client.socket().emit_raw("n", packet(n));
    }
    settle().await;
    assert!(client.has_ended());
    assert!(client.pipe.is_released());
    assert_eq!(server.main().socket_count(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_newest_are_dropped_and_counted_where_that_is_the_policy() {
    let (server, _) = server(Overflow::DropNewest);
    let mut client = Client::join(&server).await;
    client.set_flow(Flow::Stopped);
    let socket = client.socket();
    let dropped: usize = (0..20).map(|n| socket.emit_raw("n", packet(n)).dropped).sum();
    client.set_flow(Flow::Open);
    let came = numbers(&mut client).await;
    assert_eq!(came, (0..came.len()).collect::<Vec<_>>());
    assert_eq!((came.len() + dropped, dropped as u64), (20, server.metrics().overflow_dropped));
    assert!(dropped > 0);
    assert!(!client.has_ended());
}

#[tokio::test(start_paused = true)]
async fn the_oldest_are_dropped_and_counted_where_that_is_the_policy() {
    let (server, _) = server(Overflow::DropOldest);
    let mut client = Client::join(&server).await;
    client.set_flow(Flow::Stopped);
    let socket = client.socket();
    for n in 0..20 {
        assert_eq!(socket.emit_raw("n", packet(n)).queued, 1);
    }
    client.set_flow(Flow::Open);
    let came = numbers(&mut client).await;
    assert_eq!(came, (20 - came.len()..20).collect::<Vec<_>>());
    assert_eq!(20 - came.len() as u64, server.metrics().overflow_dropped);
    assert!(came.len() < 20);
}

#[tokio::test(start_paused = true)]
async fn attachments_are_dropped_with_their_packet() {
    let (server, _) = server(Overflow::DropOldest);
    let mut client = Client::join(&server).await;
    client.set_flow(Flow::Stopped);
    let data = bytes::Bytes::from(vec![7; 900]);
    for _ in 0..20 {
        client.socket().emit_raw("binary", (&data,));
    }
    client.set_flow(Flow::Open);
    let heard = client.heard().await;
    assert!(!heard.is_empty() && heard.len() % 2 == 0);
    for pair in heard.chunks(2) {
        assert!(pair[0].starts_with("451-") && pair[1].starts_with("b[7"), "{:.20} {:.20}", pair[0], pair[1]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_burst_of_several_megabytes_to_a_client_that_reads_is_no_overflow() {
    let server = Server::builder::<()>().build().unwrap();
    let mut client = Client::join(&server).await;
    let text = "x".repeat(100_000);
    for _ in 0..80 {
        assert_eq!(client.socket().emit_raw("n", &text).dropped, 0);
    }
    assert_eq!(client.heard().await.len(), 80);
}

#[tokio::test(start_paused = true)]
async fn stalled_clients_share_the_servers_budget() {
    let (server, _) = server(Overflow::DropNewest);
    let mut clients = Vec::new();
    for _ in 0..10 {
        let client = Client::join(&server).await;
        client.set_flow(Flow::Stopped);
        clients.push(client);
    }
    for n in 0..20 {
        server.main().emit_raw("n", packet(n));
    }
    let mut bytes = 0;
    for client in &mut clients {
        client.set_flow(Flow::Open);
        let came = numbers(client).await.len();
        assert!(came >= 4, "below the soft bound nobody pays for the others");
        bytes += came * CHARGE;
    }
    assert!(bytes <= 10 * 5_000 + 20_000, "{bytes}");
}

#[tokio::test(start_paused = true)]
async fn the_budget_comes_back_when_stalled_clients_have_gone() {
    let (server, _) = server(Overflow::DropNewest);
    for _ in 0..2 {
        let mut clients = Vec::new();
        for _ in 0..6 {
            let client = Client::join(&server).await;
            client.set_flow(Flow::Stopped);
            clients.push(client);
        }
        for n in 0..20 {
            server.main().emit_raw("n", packet(n));
        }
        for client in &mut clients {
            client.hang_up(roomful_protocol::link::TransportEnd::Failed);
            client.ended().await;
        }
    }
    let mut client = Client::join(&server).await;
    client.set_flow(Flow::Stopped);
    for n in 0..10 {
        client.socket().emit_raw("n", packet(n));
    }
    client.set_flow(Flow::Open);
    assert_eq!(numbers(&mut client).await.len(), 10);
}
