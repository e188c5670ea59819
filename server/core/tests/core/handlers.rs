//! How handlers run: how many, for how long, and what ends them.

use std::time::Duration;

use roomful_core::{Args, Limits, Socket, State};
use roomful_protocol::link::TransportEnd;
use tokio::time::sleep;

use crate::support::{Client, Probe, server, server_with, settle};

async fn ask(socket: Socket, State(probe): State<Probe>, Args((n,)): Args<(u32,)>) -> Args<(u32,)> {
    probe.note(format!("{n} asks"));
    let patient = Duration::from_secs(1000);
    let (answer,): (u32,) = socket.request_raw("question", n).timeout(patient).await.expect("an answer");
    Args((answer,))
}

/// The id under which a question was asked.
fn id_of(question: &str) -> &str {
    question.strip_prefix("42").and_then(|rest| rest.split_once('[')).expect("a question with an id").0
}

#[tokio::test(start_paused = true)]
async fn handlers_beyond_the_bound_that_await_their_own_client_still_progress() {
    let (server, probe) = server(|main| main.on_raw("ask", ask));
    let mut client = Client::join(&server).await;
    for n in 0..100 {
        client.send(&format!(r#"2{n}["ask",{n}]"#));
    }
    let questions = client.heard().await;
    assert_eq!(questions.len(), 64, "so many run at a time");
    // These answers lie behind 36 events that wait for a handler.
    for question in &questions {
        client.send(&format!("3{}[7]", id_of(question)));
    }
    let heard = client.heard().await;
    let (answers, questions): (Vec<_>, Vec<_>) = heard.iter().partition(|packet| packet.starts_with("43"));
    assert_eq!((answers.len(), questions.len()), (64, 36));
    for question in questions {
        client.send(&format!("3{}[7]", id_of(question)));
    }
    assert_eq!(client.heard().await.len(), 36);
    assert_eq!(probe.notes(), (0..100).map(|n| format!("{n} asks")).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn heartbeats_go_on_while_all_handlers_wait() {
    let (server, _) = server(|main| main.on_raw("ask", ask));
    let mut client = Client::join(&server).await;
    for n in 0..100 {
        client.send(&format!(r#"2["ask",{n}]"#));
    }
    client.heard().await;
    for _ in 0..4 {
        sleep(Duration::from_secs(25)).await;
        client.expect("2").await;
        client.raw("3");
        settle().await;
    }
    assert!(!client.has_ended());
}

#[tokio::test(start_paused = true)]
async fn a_disconnect_behind_waiting_events_is_handled() {
    let (server, _) = server(|main| main.on_raw("ask", ask));
    let client = Client::join(&server).await;
    for n in 0..100 {
        client.send(&format!(r#"2["ask",{n}]"#));
    }
    client.send("1");
    settle().await;
    assert_eq!(server.main().socket_count(), 0);
    assert_eq!(server.metrics().events_dropped, 36);
}

#[tokio::test(start_paused = true)]
async fn one_handler_at_a_time_runs_them_strictly_one_after_another() {
    let limits = Limits { max_running_handlers: 1, ..Limits::default() };
    let (server, probe) = server_with(limits, |main| {
        main.on_raw("n", async |Args((n,)): Args<(u32,)>, State(probe): State<Probe>| {
            probe.note(format!("{n} starts"));
            probe.wait().await;
            probe.note(format!("{n} ends"));
        })
    });
    let client = Client::join(&server).await;
    client.send(r#"2["n",1]"#);
    client.send(r#"2["n",2]"#);
    settle().await;
    assert_eq!(probe.notes(), ["1 starts"]);
    probe.let_through(2);
    settle().await;
    assert_eq!(probe.notes(), ["1 ends", "2 starts", "2 ends"]);
}

#[tokio::test(start_paused = true)]
async fn a_full_backlog_stops_reading_and_its_heartbeat_stands_still() {
    let limits = Limits { max_running_handlers: 1, max_backlog: 10, ..Limits::default() };
    let (server, probe) = server_with(limits, |main| {
        main.on_raw("n", async |Args((n,)): Args<(u32,)>, State(probe): State<Probe>| {
            probe.note(n.to_string());
            probe.wait().await;
        })
    });
    let mut client = Client::join(&server).await;
    for n in 0..20 {
        client.send(&format!(r#"2["n",{n}]"#));
    }
    sleep(Duration::from_secs(26)).await;
    client.expect("2").await;
    client.raw("3");
    sleep(Duration::from_secs(200)).await;
    assert!(!client.has_ended(), "its pong lies behind what is not read");
    probe.let_through(20);
    settle().await;
    assert_eq!(probe.notes(), (0..20).map(|n| n.to_string()).collect::<Vec<_>>());
    sleep(Duration::from_secs(24)).await;
    assert!(!client.has_ended());
}

#[tokio::test(start_paused = true)]
async fn a_backlog_is_bounded_in_bytes_too() {
    let limits = Limits {
        max_running_handlers: 1,
        max_payload: 1000,
        ping_timeout: Duration::from_secs(20),
        ..Limits::default()
    };
    let (server, probe) = server_with(limits, |main| {
        main.on_raw("text", async |State(probe): State<Probe>| probe.wait().await)
    });
    let client = Client::join(&server).await;
    for _ in 0..4 {
        client.send(&format!(r#"2["text","{}"]"#, "x".repeat(600)));
    }
    // The second event in the backlog fills it, so this is not read.
    client.send("1");
    settle().await;
    assert_eq!(server.main().socket_count(), 1);
    probe.let_through(2);
    settle().await;
    assert_eq!(server.main().socket_count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_hundred_thousand_emits_in_one_handler_all_arrive_in_order() {
    let (server, _) = server(|main| {
        main.on_raw("burst", async |socket: Socket| {
            for n in 0..100_000 {
                socket.emit_raw("n", n);
            }
        })
    });
    let mut client = Client::join(&server).await;
    client.send(r#"2["burst"]"#);
    let heard = client.heard().await;
    assert_eq!(heard.len(), 100_000);
    assert!(heard.iter().enumerate().all(|(n, packet)| *packet == format!(r#"42["n",{n}]"#)));
    assert_eq!(server.metrics().overflows, 0);
}

#[tokio::test(start_paused = true)]
async fn a_hundred_thousand_broadcasts_in_one_handler_all_arrive_in_order() {
    let (server, _) = server(|main| {
        main.on_raw("burst", async |socket: Socket| {
            for n in 0..100_000 {
                socket.namespace().emit_raw("n", n);
            }
        })
    });
    let mut clients = [Client::join(&server).await, Client::join(&server).await];
    clients[0].send(r#"2["burst"]"#);
    for client in &mut clients {
        let heard = client.heard().await;
        assert_eq!(heard.len(), 100_000);
        assert!(heard.iter().enumerate().all(|(n, packet)| *packet == format!(r#"42["n",{n}]"#)));
    }
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_has_started_runs_to_its_end_when_its_client_has_gone() {
    let (server, probe) = server(|main| {
        main.on_raw("long", async |socket: Socket, State(probe): State<Probe>| {
            probe.wait().await;
            probe.note(format!("ended, connected: {}", socket.is_connected()));
        })
    });
    let mut client = Client::join(&server).await;
    client.send(r#"2["long"]"#);
    settle().await;
    client.hang_up(TransportEnd::Closed);
    settle().await;
    assert!(client.pipe.is_released(), "the transport is let go of at once");
    assert_eq!(server.main().socket_count(), 0);
    probe.let_through(1);
    client.ended().await;
    assert_eq!(probe.notes(), ["ended, connected: false"]);
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_outlives_its_client_for_too_long_is_dropped_and_counted() {
    let (server, _) =
        server(|main| main.on_raw("forever", async |State(probe): State<Probe>| probe.wait().await));
    let mut client = Client::join(&server).await;
    client.send(r#"2["forever"]"#);
    client.send(r#"2["forever"]"#);
    settle().await;
    client.hang_up(TransportEnd::Closed);
    sleep(Duration::from_secs(29)).await;
    assert!(!client.has_ended());
    client.ended().await;
    assert_eq!(server.metrics().handlers_dropped, 2);
}

#[tokio::test(start_paused = true)]
async fn a_panicking_handler_ends_its_event_only() {
    let (server, probe) = server(|main| {
        main.on_raw("panic", async |State(probe): State<Probe>| {
            if probe.notes().is_empty() {
                panic!("as the test wants it");
            }
            Args(())
        })
        .on_raw("panic later", async |State(probe): State<Probe>| {
            probe.wait().await;
            if probe.notes().is_empty() {
                panic!("as the test wants it");
            }
        })
        .on_raw("fine", async || Args(("fine",)))
    });
    let mut client = Client::join(&server).await;
    client.send(r#"21["panic"]"#);
    client.send(r#"22["panic later"]"#);
    client.send(r#"23["fine"]"#);
    client.expect(r#"433["fine"]"#).await;
    probe.let_through(1);
    settle().await;
    client.send(r#"24["fine"]"#);
    client.expect(r#"434["fine"]"#).await;
    assert_eq!(server.metrics().handler_panics, 2);
}

#[tokio::test(start_paused = true)]
async fn other_listeners_of_an_event_run_when_one_panics() {
    let (server, _) = server(|main| {
        main.on_raw("event", async || {
            if true {
                panic!("as the test wants it")
            }
        })
        .on_raw("event", async || Args(("second",)))
    });
    let mut client = Client::join(&server).await;
    client.send(r#"21["event"]"#);
    client.expect(r#"431["second"]"#).await;
}

#[tokio::test(start_paused = true)]
async fn an_event_without_a_handler_is_counted() {
    let (server, _) = server(|main| main);
    let client = Client::join(&server).await;
    client.send(r#"2["nobody"]"#);
    settle().await;
    assert_eq!(server.metrics().unhandled_events, 1);
}

#[tokio::test(start_paused = true)]
async fn a_connections_task_that_is_dropped_still_leaves_its_rooms() {
    let (server, probe) = server(|main| {
        main.on_connect(async |socket: Socket| socket.join("room")).on_disconnecting(|socket, reason| {
            assert_eq!(socket.rooms().len(), 2);
            assert_eq!(reason.as_str(), "transport error");
            socket.get::<Probe>().expect("a probe").note("left");
        })
    });
    let mut client = Client::join(&server).await;
    client.socket().insert(probe.clone());
    client.abort().await;
    assert_eq!((server.main().socket_count(), server.main().room_count()), (0, 0));
    assert_eq!(server.connection_count(), 0);
    assert_eq!(probe.notes(), ["left"]);
}
