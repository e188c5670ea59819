//! Engine.IO 3: the client pings, and binary data has a type.

use super::*;
use crate::socketio::v2::SocketIo2Messages;

impl Harness<SocketIo2Messages<SocketIoMessages>> {
    fn v3(kind: TransportKind) -> Self {
        let framing = Framing { version: Version::V3, base64: false, ..Framing::default() };
        let mut opening =
            Self::begin(kind, true, framing, SocketIo2Messages::new(SocketIoMessages::default(), "sid"));
        opening.output();
        opening
    }
}

#[test]
fn a_ping_of_the_client_is_answered() {
    let mut client = Harness::v3(TransportKind::Polling);
    client.text(FIRST, "2").unwrap();
    client.text(FIRST, "2probe").unwrap();
    assert_eq!(client.output(), ["send 0: 3", "send 0: 3"]);
}

#[test]
fn the_server_does_not_ping() {
    let mut client = Harness::v3(TransportKind::WebSocket);
    client.advance(44);
    assert!(client.output().is_empty());
}

#[test]
fn a_client_that_does_not_ping_is_closed() {
    let mut client = Harness::v3(TransportKind::WebSocket);
    assert_eq!(client.due(), Some(45));
    client.advance(45);
    assert_eq!(client.output(), ["closed: ping timeout"]);
}

#[test]
fn each_ping_gives_it_the_whole_time_again() {
    let mut client = Harness::v3(TransportKind::WebSocket);
    for turn in 1..100 {
        client.advance(44);
        client.text(FIRST, "2").unwrap();
        assert_eq!(client.due(), Some(44 * turn + 45));
    }
    client.advance(44);
    assert_eq!(client.output().len(), 99);
    client.advance(1);
    assert_eq!(client.output(), ["closed: ping timeout"]);
}

#[test]
fn only_a_ping_counts() {
    let mut client = Harness::v3(TransportKind::WebSocket);
    client.advance(40);
    client.text(FIRST, r#"42["e"]"#).unwrap();
    assert_eq!(client.due(), Some(45));
}

#[test]
fn while_nothing_is_read_no_ping_is_awaited() {
    let mut client = Harness::v3(TransportKind::WebSocket);
    client.link.extend(Duration::from_secs(10));
    assert_eq!(client.due(), Some(55));
}

#[test]
fn a_pong_of_the_client_closes() {
    let mut client = Harness::v3(TransportKind::WebSocket);
    assert!(client.text(FIRST, "3").is_err());
    assert_eq!(client.output(), ["closed: transport error"]);
}

#[test]
fn binary_data_has_a_type() {
    let mut client = Harness::v3(TransportKind::WebSocket);
    client.text(FIRST, r#"451-["e",{"_placeholder":true,"num":0}]"#).unwrap();
    client.binary(FIRST, &[4, 1, 2]).unwrap();
    assert_eq!(client.output(), [r#"event e({"_placeholder":true,"num":0})"#]);
}

#[test]
fn base64_has_a_type() {
    let mut client = Harness::v3(TransportKind::Polling);
    client.text(FIRST, r#"451-["e",{"_placeholder":true,"num":0}]"#).unwrap();
    client.text(FIRST, "b4AQI=").unwrap();
    assert_eq!(client.output(), [r#"event e({"_placeholder":true,"num":0})"#]);
}

#[test]
fn a_ping_may_be_binary_and_what_has_no_meaning_is_ignored() {
    let mut client = Harness::v3(TransportKind::WebSocket);
    client.binary(FIRST, &[2]).unwrap();
    client.text(FIRST, "b2").unwrap();
    client.binary(FIRST, &[9, 1]).unwrap();
    client.binary(FIRST, &[255]).unwrap();
    client.text(FIRST, "bx").unwrap();
    assert_eq!(client.output(), ["send 0: 3", "send 0: 3"]);
}

#[test]
fn what_is_no_packet_closes() {
    for text in ["", "9", "x", "b", "b4!", "b4AQ"] {
        let mut client = Harness::v3(TransportKind::Polling);
        assert!(client.text(FIRST, text).is_err(), "{text}");
        assert_eq!(client.output(), ["closed: parse error"], "{text}");
    }
    let mut client = Harness::v3(TransportKind::WebSocket);
    assert!(client.binary(FIRST, &[]).is_err());
    assert_eq!(client.output(), ["closed: parse error"]);
}

#[test]
fn a_close_packet_closes() {
    let mut client = Harness::v3(TransportKind::Polling);
    client.text(FIRST, "1").unwrap();
    assert_eq!(client.output(), ["release", "closed: transport close"]);
}

#[test]
fn it_is_upgraded_as_later_versions_are() {
    let mut client = Harness::v3(TransportKind::Polling);
    client.open(SECOND).unwrap();
    client.text(SECOND, "2probe").unwrap();
    client.text(SECOND, "5").unwrap();
    client.text(SECOND, "2").unwrap();
    assert_eq!(client.output(), ["send 1: 3probe", "release", "switch 1", "send 1: 3"]);
}
