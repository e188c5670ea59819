//! Clients that have to begin anew, and know why.

use roomful_core::{Limits, Namespace, NotRecovered, Recovered, Recovery, Server};

use super::{Visitor, plain, recovering, recovering_with, said, say};
use crate::support::settle;

/// Why the client's socket is a new one.
fn why(visitor: &Visitor, server: &Server) -> NotRecovered {
    assert!(!visitor.recovered);
    match visitor.socket(server).recovered() {
        Recovered::No(why) => why,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_session_begins_anew_and_can_be_recovered_from_then_on() {
    let server = plain();
    let mut visitor = Visitor::come(&server).await;
    let sid = visitor.sid.clone();
    visitor.pid = "AAAAAAAAAAAAAAAAAAAA".to_owned();
    visitor.vanish().await;
    visitor.come_back(&server).await;
    assert_eq!(why(&visitor, &server), NotRecovered::UnknownSession);
    assert_ne!(visitor.sid, sid);
    visitor.vanish().await;
    say(&server.main().everyone(), 1);
    assert_eq!(visitor.come_back(&server).await, said([1]));
}

#[tokio::test(start_paused = true)]
async fn a_session_ends_when_its_client_leaves_or_is_made_to_leave() {
    let server = plain();
    let mut visitor = Visitor::come(&server).await;
    visitor.client.send("1");
    settle().await;
    visitor.come_back(&server).await;
    assert_eq!(why(&visitor, &server), NotRecovered::UnknownSession);
    visitor.socket(&server).disconnect();
    settle().await;
    visitor.come_back(&server).await;
    assert_eq!(why(&visitor, &server), NotRecovered::UnknownSession);
}

#[tokio::test(start_paused = true)]
async fn an_offset_that_is_none_begins_anew() {
    let server = plain();
    let mut visitor = Visitor::come(&server).await;
    visitor.offset = Some("hello".to_owned());
    visitor.vanish().await;
    visitor.come_back(&server).await;
    assert_eq!(why(&visitor, &server), NotRecovered::UnreadableOffset);
    assert_eq!(server.metrics().not_recovered, 1);
}

#[tokio::test(start_paused = true)]
async fn a_log_that_does_not_reach_back_is_not_papered_over() {
    let (server, _) = recovering(Recovery::default().max_events(2), Namespace::main());
    let mut visitor = Visitor::come(&server).await;
    visitor.vanish().await;
    (1..=3).for_each(|number| say(&server.main().everyone(), number));
    assert!(visitor.come_back(&server).await.is_empty());
    assert_eq!(why(&visitor, &server), NotRecovered::LogTooShort);
    assert_eq!(server.metrics().log_trimmed, 1);
}

#[tokio::test(start_paused = true)]
async fn more_than_may_be_queued_is_not_replayed() {
    let limits = Limits { outbox_soft: 1_000, outbox_hard: 4_000, ..Limits::default() };
    let (server, _) = recovering_with(limits, Recovery::default(), Namespace::main());
    let mut visitor = Visitor::come(&server).await;
    visitor.vanish().await;
    server.main().emit_raw("long", ("x".repeat(2_000),));
    assert!(visitor.come_back(&server).await.is_empty());
    assert_eq!(why(&visitor, &server), NotRecovered::MissedTooMuch);
}

#[tokio::test(start_paused = true)]
async fn the_longest_away_goes_when_there_are_too_many_sessions() {
    let (server, _) = recovering(Recovery::default().max_sessions(2), Namespace::main());
    let mut visitors = Vec::new();
    for _ in 0..3 {
        visitors.push(Visitor::come(&server).await);
    }
    for visitor in &mut visitors {
        visitor.vanish().await;
    }
    assert_eq!(server.metrics().sessions_dropped, 1);
    let mut recovered = Vec::new();
    for visitor in &mut visitors {
        visitor.come_back(&server).await;
        recovered.push(visitor.recovered);
    }
    assert_eq!(recovered, [false, true, true]);
}

#[tokio::test(start_paused = true)]
async fn a_session_serves_one_client() {
    let server = plain();
    let mut visitor = Visitor::come(&server).await;
    visitor.vanish().await;
    visitor.come_back(&server).await;
    let (pid, sid) = (visitor.pid.clone(), visitor.sid.clone());
    visitor.vanish().await;
    visitor.come_back(&server).await;
    assert_eq!((&visitor.pid, &visitor.sid), (&pid, &sid));
    assert_eq!(server.main().socket_count(), 1);
}
