//! A session under virtual time.

use super::*;
use crate::packet::{Body, Packet};
use crate::raw::{Form, RawMessages};

const SECOND: Duration = Duration::from_secs(1);

struct Harness {
    link: SockJsLink<RawMessages>,
    now: Instant,
}

impl Harness {
    /// A session whose first request has been told that it is open.
    fn open() -> Self {
        let now = Instant::now();
        let messages = RawMessages::new("/chat".into(), Form::Messages);
        let limits = Arc::new(Limits::default());
        let link = SockJsLink::new(now, TransportId(0), messages, Timing::default(), limits);
        let mut harness = Self { link, now };
        assert_eq!(harness.output(), ["0: o"]);
        harness
    }

    fn receiver_ends(&mut self, which: u32) {
        self.link.transport_closed(self.now, TransportId(which), TransportEnd::Closed);
    }

    fn receives(&mut self, which: u32) -> bool {
        self.link.transport_opened(self.now, TransportId(which)).is_ok()
    }

    fn pass(&mut self, time: Duration) {
        let until = self.now + time;
        while let Some(at) = self.link.poll_timeout().filter(|at| *at <= until) {
            self.now = at;
            self.link.handle_timeout(at);
        }
        self.now = until;
    }

    fn output(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.link.poll_output()).map(|output| told(&output)).collect()
    }
}

fn told(output: &Output) -> String {
    match output {
        Output::Send(to, unit) => {
            let payload = unit.frames()[0].payload();
            format!("{}: {}", to.0, std::str::from_utf8(&payload).unwrap())
        }
        Output::Inbound(Packet { namespace, body: Body::Event { name, args, .. }, .. }) => {
            format!("{namespace} {name}({})", args.elements())
        }
        Output::Switch(to) => format!("switch {}", to.0),
        Output::Closed(reason) => format!("closed: {reason}"),
        other => format!("{other:?}"),
    }
}

#[test]
fn a_request_that_waits_hears_a_heartbeat_every_25_seconds() {
    let mut session = Harness::open();
    session.pass(24 * SECOND);
    assert_eq!(session.output(), [""; 0]);
    session.pass(27 * SECOND);
    assert_eq!(session.output(), ["0: h", "0: h"]);
}

#[test]
fn a_session_waits_5_seconds_for_its_next_request() {
    let mut session = Harness::open();
    session.receiver_ends(0);
    session.pass(4 * SECOND);
    assert!(session.receives(1));
    session.pass(20 * SECOND);
    session.receiver_ends(1);
    session.pass(5 * SECOND);
    assert_eq!(session.output(), ["switch 1", "closed: transport close"]);
    assert!(!session.receives(2), "it is over");
}

#[test]
fn messages_are_handled_between_requests_too_and_do_not_keep_a_session() {
    let mut session = Harness::open();
    session.receiver_ends(0);
    session.pass(4 * SECOND);
    session.link.handle_frame(session.now, TransportId(9), Frame::Text("hi".into())).unwrap();
    assert_eq!(session.output(), [r#"/chat message("hi")"#]);
    session.pass(SECOND);
    assert_eq!(session.output(), ["closed: transport close"]);
}

#[test]
fn a_second_request_that_would_receive_is_refused_and_changes_nothing() {
    let mut session = Harness::open();
    assert!(!session.receives(1));
    session.link.transport_closed(session.now, TransportId(1), TransportEnd::Failed);
    session.pass(25 * SECOND);
    assert_eq!(session.output(), ["0: h"]);
}

#[test]
fn a_session_is_over_when_its_request_is_cut() {
    let mut session = Harness::open();
    session.link.transport_closed(session.now, TransportId(0), TransportEnd::Failed);
    assert_eq!(session.output(), ["closed: transport close"]);
    assert_eq!(session.link.poll_timeout(), None);
}

#[test]
fn a_session_that_is_held_back_has_longer() {
    let mut session = Harness::open();
    session.receiver_ends(0);
    session.link.extend(10 * SECOND);
    session.pass(14 * SECOND);
    assert_eq!(session.output(), [""; 0]);
    session.pass(SECOND);
    assert_eq!(session.output(), ["closed: transport close"]);
}
