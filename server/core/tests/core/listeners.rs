//! Listeners that are added to one socket, and those that hear everything.

use std::sync::Arc;

use parking_lot::Mutex;
use roomful_core::{Args, DisconnectReason, EventName, ListenerId, RawArgs, Socket, State};
use roomful_protocol::link::TransportEnd;

use crate::support::{Client, Flow, Probe, server, settle};

/// A note of an event, for hooks that hear every one.
fn noting(probe: &Probe, who: &'static str) -> impl Fn(&Socket, &str, &RawArgs) + Send + Sync + 'static {
    let probe = probe.clone();
    move |_, name, args| probe.note(format!("{who} {name} {}", args.elements()))
}

#[tokio::test(start_paused = true)]
async fn a_socket_can_get_listeners_of_its_own_when_it_connects() {
    let (server, _) = server(|main| {
        main.on_connect(async |socket: Socket| {
            let count = Arc::new(Mutex::new(0));
            socket.on_raw("count", move || {
                *count.lock() += 1;
                let now = *count.lock();
                async move { Args((now,)) }
            });
        })
    });
    let (mut first, mut second) = (Client::join(&server).await, Client::join(&server).await);
    first.send(r#"20["count"]"#);
    first.expect("430[1]").await;
    first.send(r#"21["count"]"#);
    first.expect("431[2]").await;
    second.send(r#"20["count"]"#);
    second.expect("430[1]").await;
}

#[tokio::test(start_paused = true)]
async fn listeners_of_the_namespace_are_called_before_those_of_the_socket() {
    let (server, probe) =
        server(|main| main.on_raw("event", async |State(probe): State<Probe>| probe.note("namespace")));
    let client = Client::join(&server).await;
    for name in ["first", "second"] {
        let probe = probe.clone();
        client.socket().on_raw("event", move || {
            probe.note(name);
            async {}
        });
    }
    client.send(r#"2["event"]"#);
    settle().await;
    assert_eq!(probe.notes(), ["namespace", "first", "second"]);
}

#[tokio::test(start_paused = true)]
async fn the_first_answer_of_all_listeners_counts() {
    let (server, _) = server(|main| main.on_raw("event", async || Args(("namespace",))));
    let mut client = Client::join(&server).await;
    client.socket().on_raw("event", async || Args(("socket",)));
    client.send(r#"27["event"]"#);
    client.expect(r#"437["namespace"]"#).await;
    assert!(client.heard().await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_listener_for_once_hears_one_event() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    client.socket().once_raw("event", async |Args((n,)): Args<(u32,)>| Args((n,)));
    client.send(r#"20["event",5]"#);
    client.send(r#"21["event",6]"#);
    assert_eq!(client.heard().await, ["430[5]"]);
    assert_eq!(server.metrics().unhandled_events, 1);
}

#[tokio::test(start_paused = true)]
async fn a_removed_listener_hears_nothing_and_the_others_stay() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    let socket = client.socket();
    let first = socket.on_raw("event", async || Args(("first",)));
    socket.on_raw("event", async || Args(("second",)));
    assert!(socket.off(first));
    assert!(!socket.off(first), "it is gone already");
    client.send(r#"20["event"]"#);
    client.expect(r#"430["second"]"#).await;
}

#[tokio::test(start_paused = true)]
async fn all_listeners_of_an_event_can_be_removed_by_its_name() {
    let (server, _) = server(|main| main);
    let client = Client::join(&server).await;
    let socket = client.socket();
    socket.on_raw("event", async || {});
    socket.on_raw("event", async || {});
    socket.on_raw("other", async || {});
    assert!(socket.off_event("event"));
    assert!(!socket.off_event("event"));
    client.send(r#"2["event"]"#);
    client.send(r#"2["other"]"#);
    settle().await;
    assert_eq!(server.metrics().unhandled_events, 1);
}

#[tokio::test(start_paused = true)]
async fn the_fallback_hears_what_the_socket_has_no_listener_for() {
    let (server, probe) = server(|main| {
        main.on_fallback(async |EventName(name): EventName, State(probe): State<Probe>| probe.note(&*name))
    });
    let client = Client::join(&server).await;
    client.socket().on_raw("own", async || {});
    client.send(r#"2["own"]"#);
    client.send(r#"2["other"]"#);
    settle().await;
    assert_eq!(probe.notes(), ["other"]);
}

#[tokio::test(start_paused = true)]
async fn a_listener_of_a_reserved_event_is_not_added() {
    let (server, _) = server(|main| main);
    let socket = Client::join(&server).await.socket();
    let listener = socket.on_raw("disconnect", async || {});
    assert!(!socket.off(listener));
}

#[tokio::test(start_paused = true)]
async fn listeners_let_go_of_what_they_hold_when_the_socket_has_gone() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    let socket = client.socket();
    let held = Arc::new(());
    let hold = {
        let (socket, held) = (socket.clone(), held.clone());
        move || {
            let _ = (&socket, &held);
            async {}
        }
    };
    socket.on_raw("event", hold.clone());
    client.hang_up(TransportEnd::Closed);
    client.ended().await;
    let late = socket.on_raw("event", hold);
    assert!(!socket.off(late));
    assert_eq!(Arc::strong_count(&held), 1);
}

#[tokio::test(start_paused = true)]
async fn a_socket_can_have_hooks_of_its_own_end() {
    let (server, probe) =
        server(|main| main.on_disconnect(async |State(probe): State<Probe>| probe.note("namespace")));
    let mut client = Client::join(&server).await;
    let socket = client.socket();
    let (noted, probed) = (probe.clone(), probe.clone());
    socket.on_disconnecting(move |socket, _| noted.note(format!("leaving {} rooms", socket.rooms().len())));
    socket.on_disconnect(move |reason: DisconnectReason| {
        probed.note(reason.as_str());
        async {}
    });
    client.hang_up(TransportEnd::Closed);
    client.ended().await;
    assert_eq!(probe.notes(), ["leaving 1 rooms", "namespace", "transport close"]);
}

// --- what hears everything ---

#[tokio::test(start_paused = true)]
async fn every_event_is_heard_before_its_handlers() {
    let probe = Probe::default();
    let hook = noting(&probe, "any");
    let (server, handled) = server(|main| {
        main.on_any(hook).on_raw("event", async |State(probe): State<Probe>| probe.note("handled"))
    });
    let client = Client::join(&server).await;
    client.socket().on_any({
        let handled = handled.clone();
        move |_, name, _| handled.note(format!("own {name}"))
    });
    client.send(r#"2["event",1,"two"]"#);
    client.send(r#"2["unknown"]"#);
    settle().await;
    assert_eq!(probe.notes(), [r#"any event 1,"two""#, "any unknown "]);
    assert_eq!(handled.notes(), ["own event", "handled", "own unknown"]);
}

#[tokio::test(start_paused = true)]
async fn a_hook_that_hears_everything_can_go_first_and_be_removed() {
    let (server, probe) = server(|main| main);
    let client = Client::join(&server).await;
    let socket = client.socket();
    let last = socket.on_any(noting(&probe, "last"));
    socket.prepend_any(noting(&probe, "first"));
    client.send(r#"2["event"]"#);
    settle().await;
    assert_eq!(probe.notes(), ["first event ", "last event "]);
    socket.off(last);
    client.send(r#"2["event"]"#);
    settle().await;
    assert_eq!(probe.notes(), ["first event "]);
}

#[tokio::test(start_paused = true)]
async fn what_goes_out_is_heard_also_of_broadcasts_and_questions() {
    let (server, probe) = server(|main| main);
    let (client, other) = (Client::join(&server).await, Client::join(&server).await);
    client.socket().on_any_outgoing(noting(&probe, "out"));
    client.socket().emit_raw("direct", 1);
    server.main().emit_raw("broadcast", 2);
    let _ = client.socket().request_raw::<(u32,)>("question", 3).timeout(std::time::Duration::ZERO).await;
    other.socket().emit_raw("elsewhere", 4);
    assert_eq!(probe.notes(), ["out direct 1", "out broadcast 2", "out question 3"]);
}

#[tokio::test(start_paused = true)]
async fn the_namespace_hears_what_goes_out_to_each_of_its_sockets() {
    let probe = Probe::default();
    let hook = noting(&probe, "out");
    let (server, _) = server(|main| main.on_any_outgoing(hook));
    let _clients = [Client::join(&server).await, Client::join(&server).await];
    server.main().emit_raw("event", ());
    assert_eq!(probe.notes(), ["out event "; 2]);
}

#[tokio::test(start_paused = true)]
async fn what_is_dropped_does_not_go_out() {
    let (server, probe) = server(|main| main);
    let client = Client::join(&server).await;
    client.socket().on_any_outgoing(noting(&probe, "out"));
    client.set_flow(Flow::Stopped);
    client.socket().emit_raw("fills", ());
    settle().await;
    server.main().everyone().volatile().emit_raw("dropped", ());
    assert_eq!(probe.notes(), ["out fills "]);
}

#[tokio::test(start_paused = true)]
async fn nobody_listens_to_what_goes_out_when_the_listener_has_been_removed() {
    let (server, probe) = server(|main| main);
    let client = Client::join(&server).await;
    let listener: ListenerId = client.socket().on_any_outgoing(noting(&probe, "out"));
    client.socket().off(listener);
    server.main().emit_raw("event", ());
    assert!(probe.notes().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_hook_of_what_goes_out_may_emit_and_join_rooms() {
    let (server, _) = server(|main| main);
    let mut client = Client::join(&server).await;
    client.socket().on_any_outgoing(|socket, name, _| {
        if name == "event" {
            socket.join("room");
            socket.namespace().to("room").emit_raw("echo", ());
        }
    });
    server.main().emit_raw("event", ());
    assert_eq!(client.heard().await, [r#"42["event"]"#, r#"42["echo"]"#]);
}

#[tokio::test(start_paused = true)]
async fn a_hook_that_panics_harms_nobody() {
    let (server, _) = server(|main| main.on_raw("event", async || Args((1,))));
    let mut client = Client::join(&server).await;
    client.socket().on_any(|_, _, _| panic!("as the test wants it"));
    client.socket().on_any_outgoing(|_, _, _| panic!("as the test wants it"));
    client.send(r#"20["event"]"#);
    client.expect("430[1]").await;
    client.socket().emit_raw("out", ());
    client.expect(r#"42["out"]"#).await;
    assert_eq!(server.metrics().handler_panics, 2);
}
