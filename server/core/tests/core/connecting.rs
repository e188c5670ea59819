//! From an open connection to a member of a namespace.

use std::time::Duration;

use roomful_core::{ConnectError, Limits, Namespace, Server, Socket, State};
use serde_json::json;
use tokio::time::sleep;

use crate::support::{Client, Probe, server, settle};

#[tokio::test(start_paused = true)]
async fn the_first_heartbeat_comes_after_one_interval() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    sleep(Duration::from_millis(24_990)).await;
    assert!(client.heard().await.is_empty());
    sleep(Duration::from_millis(20)).await;
    client.expect("2").await;
}

#[tokio::test(start_paused = true)]
async fn a_second_connect_to_one_namespace_ends_the_connection() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    client.send("0");
    client.expect("close").await;
    client.ended().await;
    assert_eq!(server.metrics().violations, 1);
}

#[tokio::test(start_paused = true)]
async fn a_second_connect_while_the_guards_run_ends_the_connection() {
    let (server, _) = server(|main| main.guard(wait));
    let mut client = Client::open(&server).await;
    client.send("0");
    client.send("0");
    client.expect("close").await;
}

async fn wait(State(probe): State<Probe>) -> Result<(), ConnectError> {
    probe.wait().await;
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn ids_of_sockets_are_public_and_differ_in_each_namespace() {
    let server = Server::builder::<()>().namespace(Namespace::new("/other")).build().unwrap();
    let mut client = Client::join(&server).await;
    let first = client.sid().to_owned();
    client.send("0/other,");
    client.joined("40/other,").await;
    assert_ne!(first, client.sid());
    // The connection's own secret id is in the door's hands alone: the open packet of these tests has none.
    assert_eq!(first.len(), 20);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_namespace_is_refused_in_the_references_words() {
    let (server, _) = server(|main| main);
    let mut client = Client::open(&server).await;
    client.send("0/nowhere,");
    client.expect(r#"44/nowhere,{"message":"Invalid namespace"}"#).await;
}

#[tokio::test(start_paused = true)]
async fn a_guard_refuses_with_a_message_and_details() {
    let (server, _) = server(|main| {
        main.guard(async || Err::<(), _>(ConnectError::new("no").with_data(json!({"code": 401}))))
    });
    let mut client = Client::open(&server).await;
    client.send("0");
    client.expect(r#"44{"message":"no","data":{"code":401}}"#).await;
    assert_eq!(server.main().socket_count(), 0);
}

#[tokio::test(start_paused = true)]
async fn guards_run_in_order_until_one_refuses() {
    let (server, probe) = server(|main| {
        main.guard(async |State(probe): State<Probe>| {
            probe.note("first");
            Ok::<_, ConnectError>(())
        })
        .guard(async |State(probe): State<Probe>| {
            probe.note("second");
            Err::<(), _>("no")
        })
        .guard(async |State(probe): State<Probe>| {
            probe.note("third");
            Ok::<_, ConnectError>(())
        })
    });
    let mut client = Client::open(&server).await;
    client.send("0");
    client.expect(r#"44{"message":"no"}"#).await;
    assert_eq!(probe.notes(), ["first", "second"]);
}

#[tokio::test(start_paused = true)]
async fn a_guard_that_panics_lets_nobody_in_and_tells_nothing() {
    let (server, _) =
        server(|main| main.guard(async || if true { panic!("secret") } else { Ok::<_, ConnectError>(()) }));
    let mut client = Client::open(&server).await;
    client.send("0");
    client.expect(r#"44{"message":"internal error"}"#).await;
    assert_eq!(server.metrics().handler_panics, 1);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_was_refused_may_try_again() {
    let (server, probe) = server(|main| {
        main.guard(async |State(probe): State<Probe>| if probe.is_open() { Ok(()) } else { Err("not yet") })
    });
    let mut client = Client::open(&server).await;
    client.send("0");
    client.send(r#"2["sent before the refusal was heard"]"#);
    client.expect(r#"44{"message":"not yet"}"#).await;
    probe.let_through(1);
    client.send("0");
    client.joined("40").await;
}

#[tokio::test(start_paused = true)]
async fn events_that_come_while_the_guards_run_are_kept() {
    let (server, probe) = server(|main| {
        main.guard(wait).on_raw("event", async |State(probe): State<Probe>| probe.note("event"))
    });
    let mut client = Client::open(&server).await;
    client.send("0");
    client.send(r#"2["event"]"#);
    settle().await;
    assert!(probe.notes().is_empty());
    probe.let_through(1);
    client.joined("40").await;
    settle().await;
    assert_eq!(probe.notes(), ["event"]);
}

#[tokio::test(start_paused = true)]
async fn events_of_a_client_that_is_refused_are_dropped_and_counted() {
    let (server, probe) = server(|main| {
        main.guard(async |State(probe): State<Probe>| {
            probe.wait().await;
            Err::<(), _>("no")
        })
        .on_raw("event", async |State(probe): State<Probe>| probe.note("event"))
    });
    let mut client = Client::open(&server).await;
    client.send("0");
    client.send(r#"2["event"]"#);
    settle().await;
    probe.let_through(1);
    client.expect(r#"44{"message":"no"}"#).await;
    client.send(r#"2["event"]"#);
    settle().await;
    assert!(probe.notes().is_empty());
    assert_eq!(server.metrics().events_dropped, 2);
    assert!(!client.has_ended());
}

#[tokio::test(start_paused = true)]
async fn a_connect_hook_that_takes_long_lets_events_flow_after_five_seconds() {
    let (server, probe) = server(|main| {
        main.on_connect(wait_in_hook).on_raw("event", async |State(probe): State<Probe>| probe.note("event"))
    });
    let client = Client::join(&server).await;
    client.send(r#"2["event"]"#);
    sleep(Duration::from_millis(4900)).await;
    assert!(probe.notes().is_empty());
    sleep(Duration::from_millis(200)).await;
    assert_eq!(probe.notes(), ["event"]);
    probe.let_through(1);
    settle().await;
    client.send(r#"2["event"]"#);
    settle().await;
    assert_eq!(probe.notes(), ["event"]);
}

async fn wait_in_hook(State(probe): State<Probe>) {
    probe.wait().await;
}

#[tokio::test(start_paused = true)]
async fn a_connect_hook_that_panics_lets_events_flow() {
    let (server, probe) = server(|main| {
        main.on_connect(async || {
            if true {
                panic!("as the test wants it")
            }
        })
        .on_raw("event", async |State(probe): State<Probe>| probe.note("event"))
    });
    let client = Client::join(&server).await;
    client.send(r#"2["event"]"#);
    settle().await;
    assert_eq!(probe.notes(), ["event"]);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_joins_nothing_in_time_is_closed() {
    let (server, _) = server(|main| main);
    let mut client = Client::open(&server).await;
    sleep(Duration::from_secs(26)).await;
    client.expect("2").await;
    client.raw("3");
    sleep(Duration::from_millis(18_900)).await;
    assert!(!client.has_ended());
    sleep(Duration::from_millis(200)).await;
    client.expect("close").await;
    client.ended().await;
}

#[tokio::test(start_paused = true)]
async fn a_client_that_has_joined_is_not_closed_by_the_connect_timeout() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    for _ in 0..4 {
        sleep(Duration::from_secs(25)).await;
        client.expect("2").await;
        client.raw("3");
    }
    assert!(!client.has_ended());
}

#[tokio::test(start_paused = true)]
async fn a_client_whose_guard_took_its_time_is_not_closed_by_the_connect_timeout() {
    let (server, _) = server(|main| {
        main.guard(async || {
            sleep(Duration::from_secs(1)).await;
            Ok::<_, ConnectError>(())
        })
    });
    let mut client = Client::join(&server).await;
    for _ in 0..2 {
        sleep(Duration::from_secs(25)).await;
        client.expect("2").await;
        client.raw("3");
    }
    assert!(!client.has_ended());
}

#[tokio::test(start_paused = true)]
async fn too_many_namespaces_on_one_connection_are_refused() {
    let limits = Limits { max_namespaces: 2, ..Limits::default() };
    let server = Server::builder::<()>().limits(limits).namespace(Namespace::new("/n/*")).build().unwrap();
    let mut client = Client::open(&server).await;
    client.send("0/n/1,");
    client.joined("40/n/1,").await;
    client.send("0/n/2,");
    client.joined("40/n/2,").await;
    client.send("0/n/3,");
    client.expect(r#"44/n/3,{"message":"Too many namespaces"}"#).await;
    client.send("1/n/1,");
    client.send("0/n/3,");
    client.joined("40/n/3,").await;
}

#[tokio::test(start_paused = true)]
async fn a_guard_that_disconnects_its_socket_lets_nobody_in() {
    let (server, probe) = server(|main| {
        main.guard(async |socket: Socket| {
            socket.disconnect();
            Ok::<_, ConnectError>(())
        })
        .on_connect(async |State(probe): State<Probe>| probe.note("connected"))
    });
    let mut client = Client::open(&server).await;
    client.send("0");
    client.expect("41").await;
    settle().await;
    assert!(probe.notes().is_empty());
    assert_eq!(server.main().socket_count(), 0);
}
