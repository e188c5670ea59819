//! The link under virtual time: the clock is a number that only a test moves.

use bytes::Bytes;

use super::*;
use crate::packet::{Body, Packet};
use crate::raw::{Form, RawMessages};

const HERE: TransportId = TransportId(0);
const ELSEWHERE: TransportId = TransportId(1);

/// A link, its clock, and what came out of it.
struct Harness {
    link: RawLink<RawMessages>,
    now: Instant,
    begun: Instant,
}

impl Harness {
    fn new(form: Form) -> Self {
        let now = Instant::now();
        let link =
            RawLink::new(now, HERE, RawMessages::new("/chat".into(), form), Arc::new(Limits::default()));
        Self { link, now, begun: now }
    }

    fn messages() -> Self {
        Self::new(Form::Messages)
    }

    fn text(&mut self, text: &str) -> Result<(), Violation> {
        self.link.handle_frame(self.now, HERE, Frame::Text(text.to_owned().into()))
    }

    fn binary(&mut self, data: &'static [u8]) -> Result<(), Violation> {
        self.link.handle_frame(self.now, HERE, Frame::Binary(Bytes::from_static(data)))
    }

    fn hear(&mut self) {
        self.link.heard(self.now, HERE);
    }

    /// Lets time pass, with a call of the link at each instant it asked for.
    fn advance(&mut self, seconds: u64) {
        let until = self.now + Duration::from_secs(seconds);
        while let Some(at) = self.link.poll_timeout().filter(|&at| at <= until) {
            self.now = at;
            self.link.handle_timeout(at);
            assert_ne!(self.link.poll_timeout(), Some(at), "a deadline stays");
        }
        self.now = until;
    }

    /// The next deadline, in seconds from the beginning.
    fn due(&self) -> Option<u64> {
        self.link.poll_timeout().map(|at| (at - self.begun).as_secs())
    }

    /// What has to be done, as one line each.
    fn output(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.link.poll_output()).map(|output| line(&output)).collect()
    }
}

fn line(output: &Output) -> String {
    match output {
        Output::Send(HERE, unit) => {
            let [frame] = unit.frames() else { panic!("one frame") };
            format!("send {:?}: {:?}", frame.opcode(), &*frame.payload())
        }
        Output::Inbound(Packet { namespace, body: Body::Event { name, args, ack: None }, .. }) => {
            format!("{namespace} {name}({}) {:?}", args.elements(), args.attachments())
        }
        Output::Closed(reason) => format!("closed: {reason}"),
        other => panic!("{other:?}"),
    }
}

const PING: &str = "send Ping: []";

// --- heartbeat ---

#[test]
fn the_first_ping_comes_after_one_interval() {
    let mut client = Harness::messages();
    assert_eq!(client.due(), Some(25));
    client.advance(24);
    assert!(client.output().is_empty());
    client.advance(1);
    assert_eq!(client.output(), [PING]);
}

#[test]
fn a_client_that_answers_lives_on() {
    let mut client = Harness::messages();
    for _ in 0..100 {
        client.advance(25);
        assert_eq!(client.output(), [PING]);
        client.advance(19);
        client.hear();
    }
}

#[test]
fn a_client_that_says_nothing_for_one_ping_timeout_is_closed() {
    let mut client = Harness::messages();
    client.advance(44);
    assert_eq!(client.output(), [PING]);
    assert_eq!(client.due(), Some(45));
    client.advance(1);
    assert_eq!(client.output(), ["closed: ping timeout"]);
    assert_eq!(client.due(), None);
}

#[test]
fn a_message_is_as_good_as_a_pong() {
    let mut client = Harness::messages();
    client.advance(44);
    client.text("x").unwrap();
    assert_eq!(client.due(), Some(69));
    client.advance(1);
    assert_eq!(client.output(), [PING, r#"/chat message("x") []"#]);
}

#[test]
fn a_client_that_is_heard_is_not_pinged() {
    let mut client = Harness::messages();
    for _ in 0..10 {
        client.advance(24);
        client.hear();
    }
    assert!(client.output().is_empty());
    client.advance(25);
    assert_eq!(client.output(), [PING]);
}

#[test]
fn a_ping_that_goes_out_late_has_its_whole_time() {
    let mut client = Harness::messages();
    client.now += Duration::from_secs(1000);
    client.link.handle_timeout(client.now);
    assert_eq!(client.output(), [PING]);
    assert_eq!(client.due(), Some(1020));
}

#[test]
fn while_nothing_is_read_a_pong_may_be_late_and_pings_still_go_out() {
    let mut client = Harness::messages();
    client.link.extend(Duration::from_secs(100));
    client.advance(25);
    assert_eq!(client.output(), [PING]);
    client.link.extend(Duration::from_secs(100));
    assert_eq!(client.due(), Some(145));
}

#[test]
fn another_transport_is_not_heard_and_cannot_take_over() {
    let mut client = Harness::messages();
    client.advance(1);
    client.link.heard(client.now, ELSEWHERE);
    assert_eq!(client.due(), Some(25));
    assert!(client.link.transport_opened(client.now, ELSEWHERE).is_err());
    client.link.handle_frame(client.now, ELSEWHERE, Frame::Text("x".into())).unwrap();
    client.link.transport_closed(client.now, ELSEWHERE, TransportEnd::Failed);
    assert!(client.output().is_empty());
}

// --- messages ---

#[test]
fn messages_are_events_of_the_link_s_namespace() {
    let mut client = Harness::messages();
    client.text("a \"b\"").unwrap();
    client.text("").unwrap();
    client.binary(&[1, 2]).unwrap();
    let expected = [
        r#"/chat message("a \"b\"") []"#,
        r#"/chat message("") []"#,
        r#"/chat message({"_placeholder":true,"num":0}) [b"\x01\x02"]"#,
    ];
    assert_eq!(client.output(), expected);
    assert_eq!(client.link.home().unwrap(), "/chat");
    assert_eq!(client.link.joining(), Joining::AtHome);
}

#[test]
fn a_text_that_is_no_event_closes_where_events_are_agreed_on() {
    for text in ["", "x", "{}", "[]", "[{}]", "[\"a\"", "[\"disconnect\"]", "[\"a\",]"] {
        let mut client = Harness::new(Form::Events);
        assert!(client.text(text).is_err(), "{text}");
        assert_eq!(client.output(), ["closed: parse error"]);
        client.text(r#"["a"]"#).unwrap();
        assert!(client.output().is_empty(), "nothing comes out of a closed link");
    }
}

#[test]
fn the_end_of_the_transport_is_the_end_of_the_connection() {
    for (how, reason) in
        [(TransportEnd::Closed, "transport close"), (TransportEnd::Failed, "transport error")]
    {
        let mut client = Harness::messages();
        client.link.transport_closed(client.now, HERE, how);
        client.link.transport_closed(client.now, HERE, how);
        client.advance(1000);
        assert_eq!(client.output(), [format!("closed: {reason}")]);
    }
}
