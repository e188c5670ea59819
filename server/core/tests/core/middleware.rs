//! What decides whether an event is handled.

use roomful_core::{Args, EventError, EventName, Namespace, RawArgs, Socket, State};
use roomful_protocol::link::TransportEnd;

use crate::support::{Client, Probe, server, settle};

/// Refuses events whose names begin with `bad`, and notes all that it sees.
async fn watch(
    EventName(name): EventName,
    args: RawArgs,
    State(probe): State<Probe>,
) -> Result<(), EventError> {
    probe.note(format!("checks {name} {}", args.elements()));
    if name.starts_with("bad") {
        return Err(EventError::new("not this one").with_data(403));
    }
    Ok(())
}

async fn note(EventName(name): EventName, State(probe): State<Probe>) -> Args<()> {
    probe.note(format!("handles {name}"));
    Args(())
}

fn watched(main: Namespace<Probe>) -> Namespace<Probe> {
    main.middleware(watch).on_raw("good", note).on_raw("bad", note)
}

#[tokio::test(start_paused = true)]
async fn an_event_is_handled_when_its_middleware_lets_it_pass() {
    let (server, probe) = server(watched);
    let mut client = Client::join(&server).await;
    client.send(r#"20["good",1]"#);
    client.expect("430[]").await;
    assert_eq!(probe.notes(), ["checks good 1", "handles good"]);
}

#[tokio::test(start_paused = true)]
async fn a_refused_event_is_not_handled_nor_answered_and_the_client_stays() {
    let (server, probe) = server(watched);
    let mut client = Client::join(&server).await;
    client.send(r#"20["bad"]"#);
    client.send(r#"21["good"]"#);
    assert_eq!(client.heard().await, ["431[]"]);
    assert_eq!(probe.notes(), ["checks bad ", "checks good ", "handles good"]);
    assert_eq!(server.metrics().refused_events, 1);
}

#[tokio::test(start_paused = true)]
async fn hooks_hear_why_an_event_was_refused() {
    let (server, probe) = server(watched);
    let client = Client::join(&server).await;
    client.socket().on_error({
        let probe = probe.clone();
        move |_, name, error| probe.note(format!("{name}: {error} {:?}", error.data()))
    });
    client.send(r#"2["bad"]"#);
    settle().await;
    assert_eq!(probe.notes()[1..], ["bad: not this one Some(Number(403))"]);
}

#[tokio::test(start_paused = true)]
async fn with_everything_acknowledged_a_refused_event_is_answered_with_the_error() {
    let (server, _) = server(|main| watched(main).acknowledge_all());
    let mut client = Client::join(&server).await;
    client.send(r#"20["bad"]"#);
    client.expect(r#"430[{"error":"not this one","data":403}]"#).await;
}

#[tokio::test(start_paused = true)]
async fn middleware_runs_in_order_until_one_refuses() {
    let (server, probe) = server(|main| {
        watched(main).middleware(async |State(probe): State<Probe>| {
            probe.note("second");
            Ok::<_, EventError>(())
        })
    });
    let client = Client::join(&server).await;
    let own = probe.clone();
    client.socket().middleware(move || {
        own.note("own");
        async { Ok::<_, EventError>(()) }
    });
    client.send(r#"2["good"]"#);
    client.send(r#"2["bad"]"#);
    settle().await;
    assert_eq!(probe.notes(), ["checks good ", "second", "own", "handles good", "checks bad "]);
}

/// Every event waits at the gate.
fn gated(main: Namespace<Probe>) -> Namespace<Probe> {
    main.middleware(async |State(probe): State<Probe>| {
        probe.wait().await;
        Ok::<_, EventError>(())
    })
    .on_fallback(note)
}

#[tokio::test(start_paused = true)]
async fn events_behind_one_whose_middleware_waits_keep_their_order() {
    let (server, probe) = server(gated);
    let client = Client::join(&server).await;
    for name in ["a", "b", "c"] {
        client.send(&format!(r#"2["{name}"]"#));
    }
    settle().await;
    assert!(probe.notes().is_empty());
    probe.let_through(2);
    settle().await;
    assert_eq!(probe.notes(), ["handles a", "handles b"]);
    probe.let_through(1);
    settle().await;
    assert_eq!(probe.notes(), ["handles c"]);
}

#[tokio::test(start_paused = true)]
async fn answers_are_heard_while_a_middleware_waits() {
    let (server, probe) = server(|main| {
        main.middleware(async |socket: Socket, State(probe): State<Probe>| {
            let (answer,): (u32,) =
                socket.request_raw("really?", ()).await.map_err(|error| error.to_string())?;
            probe.note(answer.to_string());
            Ok::<_, EventError>(())
        })
        .on_fallback(note)
    });
    let mut client = Client::join(&server).await;
    client.send(r#"2["event"]"#);
    client.expect(r#"420["really?"]"#).await;
    client.send("30[1]");
    settle().await;
    assert_eq!(probe.notes(), ["1", "handles event"]);
}

#[tokio::test(start_paused = true)]
async fn an_event_whose_client_leaves_while_its_middleware_waits_is_dropped_and_counted() {
    let (server, probe) = server(gated);
    let mut client = Client::join(&server).await;
    client.send(r#"2["a"]"#);
    client.send(r#"2["b"]"#);
    settle().await;
    client.hang_up(TransportEnd::Closed);
    settle().await;
    probe.let_through(2);
    client.ended().await;
    assert!(probe.notes().is_empty());
    assert_eq!(server.metrics().events_dropped, 2);
}

#[tokio::test(start_paused = true)]
async fn a_middleware_that_panics_lets_nothing_pass() {
    let (server, probe) = server(|main| {
        main.middleware(async |EventName(name): EventName, State(probe): State<Probe>| {
            if name == "later" {
                probe.wait().await;
            }
            assert_eq!(name, "good", "as the test wants it");
            Ok::<_, EventError>(())
        })
        .on_fallback(note)
    });
    let client = Client::join(&server).await;
    for name in ["now", "later", "good"] {
        client.send(&format!(r#"2["{name}"]"#));
    }
    settle().await;
    probe.let_through(1);
    settle().await;
    assert_eq!(probe.notes(), ["handles good"]);
    assert_eq!(server.metrics().handler_panics, 2);
}

#[tokio::test(start_paused = true)]
async fn arguments_that_do_not_fit_a_middleware_refuse_the_event() {
    let (server, _) = server(|main| {
        main.middleware(async |Args((_,)): Args<(u32,)>| Ok::<_, EventError>(())).on_fallback(note)
    });
    let mut client = Client::join(&server).await;
    client.send(r#"20["event","text"]"#);
    client.send(r#"21["event",1]"#);
    assert_eq!(client.heard().await, ["431[]"]);
    assert_eq!(server.metrics().refused_events, 1);
}
