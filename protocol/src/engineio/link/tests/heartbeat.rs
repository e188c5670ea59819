//! Opening, and the heartbeat.

use super::*;

#[test]
fn the_open_packet_comes_first() {
    let mut client = Harness::opening(TransportKind::WebSocket, true);
    let open = r#"send 0: 0{"sid":"sid","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#;
    assert_eq!(client.output(), [open]);
}

#[test]
fn the_open_packet_is_sent_on_the_transport_that_opens() {
    let limits = Arc::new(Limits::default());
    let start = Start {
        transport: THIRD,
        kind: TransportKind::Polling,
        open: "0{}".to_owned(),
        allow_upgrades: true,
        framing: Framing::default(),
    };
    let mut link = EngineLink::new(Instant::now(), start, SocketIoMessages::default(), limits);
    assert_eq!(line(&link.poll_output().unwrap()), "send 2: 0{}");
}

#[test]
fn nothing_is_pinged_before_one_interval() {
    let mut client = Harness::polling();
    client.advance(24);
    assert!(client.output().is_empty());
}

#[test]
fn the_first_ping_comes_after_one_interval() {
    let mut client = Harness::polling();
    assert_eq!(client.due(), Some(25));
    client.advance(25);
    assert_eq!(client.output(), ["send 0: 2"]);
}

#[test]
fn the_next_ping_comes_one_interval_after_the_pong() {
    let mut client = Harness::polling();
    client.advance(30);
    client.text(FIRST, "3").unwrap();
    assert_eq!(client.due(), Some(55));
    client.output();
    client.advance(24);
    assert!(client.output().is_empty());
    client.advance(1);
    assert_eq!(client.output(), ["send 0: 2"]);
}

#[test]
fn a_client_that_answers_lives_on() {
    let mut client = Harness::polling();
    for _ in 0..100 {
        client.advance(25);
        assert_eq!(client.output(), ["send 0: 2"]);
        client.advance(19);
        client.text(FIRST, "3").unwrap();
    }
}

#[test]
fn a_client_that_does_not_answer_is_closed() {
    let mut client = Harness::polling();
    client.advance(44);
    assert_eq!(client.output(), ["send 0: 2"]);
    assert_eq!(client.due(), Some(45));
    client.advance(1);
    assert_eq!(client.output(), ["closed: ping timeout"]);
}

#[test]
fn a_pong_at_the_last_moment_is_in_time() {
    let mut client = Harness::polling();
    client.advance(44);
    client.text(FIRST, "3").unwrap();
    client.advance(1);
    assert_eq!(client.output(), ["send 0: 2"]);
}

#[test]
fn an_event_is_no_answer_to_a_ping() {
    let mut client = Harness::polling();
    client.advance(44);
    client.text(FIRST, r#"42["e"]"#).unwrap();
    client.advance(1);
    assert_eq!(client.output(), ["send 0: 2", "event e()", "closed: ping timeout"]);
}

#[test]
fn a_pong_that_nobody_asked_for_moves_the_next_ping() {
    let mut client = Harness::polling();
    client.advance(10);
    client.text(FIRST, "3").unwrap();
    assert!(client.output().is_empty());
    assert_eq!(client.due(), Some(35));
}

#[test]
fn a_pong_may_carry_text() {
    let mut client = Harness::polling();
    client.advance(25);
    client.text(FIRST, "3probe").unwrap();
    assert_eq!(client.due(), Some(50));
}

#[test]
fn a_ping_that_goes_out_late_has_its_whole_time() {
    let mut client = Harness::polling();
    client.now += Duration::from_secs(1000);
    client.link.handle_timeout(client.now);
    assert_eq!(client.output(), ["send 0: 2"]);
    assert_eq!(client.due(), Some(1020));
}

#[test]
fn pings_go_by_the_transport_that_carries_the_connection() {
    let mut client = Harness::upgraded();
    client.advance(25);
    assert_eq!(client.output(), ["send 1: 2"]);
    client.text(SECOND, "3").unwrap();
    assert_eq!(client.due(), Some(50));
}

#[test]
fn during_an_upgrade_pings_go_by_the_old_transport() {
    let mut client = Harness::polling();
    client.advance(20);
    client.open(SECOND).unwrap();
    client.text(SECOND, "2probe").unwrap();
    client.output();
    client.advance(5);
    assert_eq!(client.output(), ["send 0: 2"]);
}

#[test]
fn a_pong_may_come_by_the_new_transport_though_the_ping_went_by_the_old_one() {
    let mut client = Harness::polling();
    client.advance(25);
    client.open(SECOND).unwrap();
    client.text(SECOND, "5").unwrap();
    client.text(SECOND, "3").unwrap();
    assert_eq!(client.due(), Some(50));
}
