use super::*;

/// Messages of one client, under a clock that only the test moves.
struct Harness {
    messages: SocketIoMessages,
    limits: Limits,
    now: Instant,
}

impl Harness {
    fn new() -> Self {
        Self { messages: SocketIoMessages::default(), limits: Limits::default(), now: Instant::now() }
    }

    fn text(&mut self, text: &str) -> Result<Read, Violation> {
        let whole = ByteString::from(format!("4{text}"));
        self.messages.text(self.now, &whole[1..], &whole, &self.limits)
    }

    fn binary(&mut self, data: &'static [u8]) -> Result<Read, Violation> {
        self.messages.binary(self.now, Bytes::from_static(data), &self.limits)
    }

    fn advance(&mut self, seconds: u64) {
        self.now += Duration::from_secs(seconds);
    }

    /// In how many seconds an attachment must be there.
    fn due(&self) -> Option<u64> {
        self.messages.deadline().map(|deadline| (deadline - self.now).as_secs())
    }
}

fn args(read: Result<Read, Violation>) -> Args {
    match read {
        Ok(Read::Packet(Packet { body: Body::Event { args, .. } | Body::Ack { args, .. }, .. })) => args,
        other => panic!("{other:?}"),
    }
}

const TWO: &str = r#"52-["m",{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]"#;

#[test]
fn a_text_without_attachments_is_a_packet_at_once() {
    let mut client = Harness::new();
    assert_eq!(args(client.text(r#"2["e",1]"#)).elements(), "1");
    assert_eq!(client.due(), None);
}

#[test]
fn a_packet_is_whole_with_its_last_attachment() {
    let mut client = Harness::new();
    assert_eq!(client.text(TWO), Ok(Read::Nothing));
    assert_eq!(client.binary(b"a"), Ok(Read::Nothing));
    assert_eq!(args(client.binary(b"b")).attachments(), ["a", "b"]);
}

#[test]
fn placeholders_stand_for_attachments_by_their_numbers() {
    let mut client = Harness::new();
    client.text(TWO).unwrap();
    client.binary(b"a").unwrap();
    let values: (Bytes, Bytes) = args(client.binary(b"b")).parse().unwrap();
    assert_eq!(values, ("b".into(), "a".into()));
}

#[test]
fn an_acknowledgement_waits_for_its_attachments() {
    let mut client = Harness::new();
    assert_eq!(client.text(r#"61-5[{"_placeholder":true,"num":0}]"#), Ok(Read::Nothing));
    let Ok(Read::Packet(packet)) = client.binary(b"a") else { panic!() };
    assert!(matches!(packet.body, Body::Ack { id: 5, .. }));
}

#[test]
fn an_empty_attachment_counts() {
    let mut client = Harness::new();
    client.text(r#"51-["m",{"_placeholder":true,"num":0}]"#).unwrap();
    assert_eq!(args(client.binary(b"")).attachments(), [""]);
}

#[test]
fn attachments_to_which_nothing_refers_are_dropped() {
    let mut client = Harness::new();
    client.text(r#"51-["m",1]"#).unwrap();
    assert!(args(client.binary(b"a")).attachments().is_empty());
}

#[test]
fn ten_attachments_are_taken() {
    let mut client = Harness::new();
    client.text(r#"510-["echo",{"_placeholder":true,"num":9}]"#).unwrap();
    for _ in 0..9 {
        assert_eq!(client.binary(b"a"), Ok(Read::Nothing));
    }
    assert_eq!(args(client.binary(b"a")).attachments().len(), 10);
}

#[test]
fn packets_follow_each_other() {
    let mut client = Harness::new();
    for _ in 0..3 {
        client.text(r#"51-["m",{"_placeholder":true,"num":0}]"#).unwrap();
        assert_eq!(args(client.binary(b"a")).attachments(), ["a"]);
        assert!(args(client.text(r#"2["e"]"#)).attachments().is_empty());
    }
}

#[test]
fn a_text_that_means_nothing_is_passed_over() {
    let mut client = Harness::new();
    assert_eq!(client.text("2"), Ok(Read::Nothing));
    assert_eq!(client.text("3[1]"), Ok(Read::Nothing));
    assert_eq!(client.due(), None);
}

#[test]
fn a_text_while_attachments_are_missing_is_a_violation() {
    let mut client = Harness::new();
    client.text(TWO).unwrap();
    client.binary(b"a").unwrap();
    assert_eq!(client.text(r#"2["e"]"#), Err(Violation("text came while attachments are missing")));
}

#[test]
fn binary_data_without_a_text_before_it_is_a_violation() {
    assert!(Harness::new().binary(b"a").is_err());
}

#[test]
fn one_attachment_more_than_announced_is_a_violation() {
    let mut client = Harness::new();
    client.text(r#"51-["m"]"#).unwrap();
    client.binary(b"a").unwrap();
    assert_eq!(client.binary(b"b"), Err(Violation("an attachment without its packet")));
}

#[test]
fn a_text_that_is_no_packet_is_a_violation() {
    assert_eq!(Harness::new().text("511-"), Err(Violation("too many attachments")));
    assert!(Harness::new().text(r#"50-["m"]"#).is_err());
    assert!(Harness::new().text("").is_err());
}

#[test]
fn a_placeholder_out_of_range_is_a_violation() {
    let mut client = Harness::new();
    assert_eq!(client.text(r#"51-["e",{"_placeholder":true,"num":5}]"#), Ok(Read::Nothing));
    assert!(client.binary(b"a").is_err());
}

#[test]
fn a_placeholder_that_is_no_number_is_a_violation() {
    for number in ["-1", "0.5", "\"0\"", "null", "\"splice\""] {
        let mut client = Harness::new();
        client.text(&format!(r#"61-1[[{{"_placeholder":true,"num":{number}}}]]"#)).unwrap();
        assert!(client.binary(b"a").is_err(), "{number}");
    }
}

#[test]
fn the_first_attachment_must_come_in_time() {
    let mut client = Harness::new();
    client.text(TWO).unwrap();
    assert_eq!(client.due(), Some(30));
    client.advance(12);
    assert_eq!(client.due(), Some(18));
}

#[test]
fn each_attachment_has_its_own_time() {
    let mut client = Harness::new();
    client.text(TWO).unwrap();
    client.advance(29);
    client.binary(b"a").unwrap();
    assert_eq!(client.due(), Some(30));
}

#[test]
fn a_whole_packet_has_no_deadline() {
    let mut client = Harness::new();
    client.text(TWO).unwrap();
    client.binary(b"a").unwrap();
    client.binary(b"b").unwrap();
    assert_eq!(client.due(), None);
}

#[test]
fn the_deadline_can_be_extended() {
    let mut client = Harness::new();
    client.text(TWO).unwrap();
    client.messages.extend(Duration::from_secs(5));
    assert_eq!(client.due(), Some(35));
}

#[test]
fn without_an_unfinished_packet_there_is_nothing_to_extend() {
    let mut client = Harness::new();
    client.messages.extend(Duration::from_secs(5));
    assert_eq!(client.due(), None);
}

#[test]
fn an_announcement_reserves_no_memory() {
    let mut client = Harness::new();
    client.limits.max_attachments = usize::MAX;
    assert_eq!(client.text(&format!(r#"5{}-["m"]"#, usize::MAX)), Ok(Read::Nothing));
}
