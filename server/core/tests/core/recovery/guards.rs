//! Guards and what they return, for clients that come back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use roomful_core::{ConnectError, Ext, Namespace, Recovery, Socket, State};
use tokio::sync::Notify;

use super::{Visitor, recovering, said, say};
use crate::support::{Probe, settle};

#[derive(Clone)]
struct User(&'static str);

fn guarded() -> Namespace<Probe> {
    Namespace::main()
        .guard(async |State(probe): State<Probe>| {
            probe.note("guard");
            Ok::<_, ConnectError>(User("ada"))
        })
        .on_raw("whoami", async |Ext(User(name)): Ext<User>, State(probe): State<Probe>| probe.note(name))
}

#[tokio::test(start_paused = true)]
async fn the_data_of_a_socket_comes_back_with_it() {
    let (server, _) = recovering(Recovery::default(), guarded());
    let mut visitor = Visitor::come(&server).await;
    server.main().sockets()[0].set_data("name", "ada").unwrap();
    visitor.vanish().await;
    visitor.come_back(&server).await;
    assert!(visitor.recovered);
    assert_eq!(server.main().sockets()[0].data()["name"], "ada");
}

#[tokio::test(start_paused = true)]
async fn what_a_guard_returned_is_kept_and_it_does_not_run_again() {
    let (server, probe) = recovering(Recovery::default(), guarded());
    let mut visitor = Visitor::come(&server).await;
    visitor.vanish().await;
    visitor.come_back(&server).await;
    assert!(visitor.recovered);
    visitor.client.send(r#"2["whoami"]"#);
    settle().await;
    assert_eq!(probe.notes(), ["guard", "ada"]);
}

#[tokio::test(start_paused = true)]
async fn guards_run_again_where_they_are_told_to() {
    let (server, probe) = recovering(Recovery::default().always_guard(true), guarded());
    let mut visitor = Visitor::come(&server).await;
    visitor.vanish().await;
    say(&server.main().everyone(), 1);
    assert_eq!(visitor.come_back(&server).await, said([1]));
    assert!(visitor.recovered);
    assert_eq!(probe.notes(), ["guard", "guard"]);
}

#[tokio::test(start_paused = true)]
async fn a_refusal_leaves_the_session_for_another_try() {
    let is_open = Arc::new(AtomicBool::new(true));
    let open = is_open.clone();
    let main = Namespace::main().guard(move || {
        let open = open.load(Ordering::Relaxed);
        async move { if open { Ok(()) } else { Err("closed") } }
    });
    let (server, _) = recovering(Recovery::default().always_guard(true), main);
    let mut visitor = Visitor::come(&server).await;
    visitor.vanish().await;
    say(&server.main().everyone(), 1);
    is_open.store(false, Ordering::Relaxed);
    assert_eq!(visitor.come_back(&server).await, [r#"44{"message":"closed"}"#]);
    is_open.store(true, Ordering::Relaxed);
    assert_eq!(visitor.come_back(&server).await, said([1]));
    assert!(visitor.recovered);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_vanishes_before_its_guard_has_decided_can_come_back_again() {
    let (gate, waiting) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
    let (opened, waits) = (gate.clone(), waiting.clone());
    let main = Namespace::main().guard(move || {
        let (opened, waits) = (opened.clone(), waits.load(Ordering::Relaxed));
        async move {
            if waits {
                opened.notified().await;
            }
            Ok::<_, ConnectError>(())
        }
    });
    let (server, _) = recovering(Recovery::default().always_guard(true), main);
    let mut visitor = Visitor::come(&server).await;
    visitor.vanish().await;
    say(&server.main().everyone(), 1);
    waiting.store(true, Ordering::Relaxed);
    visitor.reconnect(&server).await;
    settle().await;
    visitor.client.hang_up(roomful_protocol::link::TransportEnd::Closed);
    settle().await;
    waiting.store(false, Ordering::Relaxed);
    assert_eq!(visitor.come_back(&server).await, said([1]));
    assert!(visitor.recovered);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_a_guard_sends_is_heard_once() {
    let main = Namespace::main().guard(async |socket: Socket| {
        socket.emit_raw("welcome", (1,));
        Ok::<_, ConnectError>(())
    });
    let (server, _) = recovering(Recovery::default().always_guard(true), main);
    let client = crate::support::Client::open(&server).await;
    client.send("0");
    let (sid, pid) = (String::new(), String::new());
    let mut visitor = Visitor { client, namespace: "", sid, pid, offset: None, recovered: false };
    let welcome = [serde_json::json!(["welcome", 1])];
    assert_eq!(visitor.listen().await, welcome);
    visitor.vanish().await;
    assert_eq!(visitor.come_back(&server).await, welcome);
    assert!(visitor.recovered);
}
