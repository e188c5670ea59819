//! What closes the connection, and with which reason.

use super::*;

/// What is left to be done after a text that is a violation.
fn violated(texts: &[&str]) -> Vec<String> {
    let mut client = Harness::polling();
    let (last, before) = texts.split_last().unwrap();
    for text in before {
        client.text(FIRST, text).unwrap();
    }
    assert!(client.text(FIRST, last).is_err());
    client.output()
}

#[test]
fn an_empty_packet_is_a_parse_error() {
    assert_eq!(violated(&[""]), ["closed: parse error"]);
}

#[test]
fn an_unknown_type_is_a_parse_error() {
    for text in ["7", "9x", "x", "\u{1e}", "é", " 2", "\0", "{}"] {
        assert_eq!(violated(&[text]), ["closed: parse error"], "{text:?}");
    }
}

#[test]
fn binary_data_that_is_no_base64_is_a_parse_error() {
    for text in ["b!", "bA", "bAA", "bAAE", "bAAE=AAAA", "b\u{e9}", "b AAEC", "bAAEC\n", "b-_-_"] {
        assert_eq!(violated(&[r#"451-["m"]"#, text]), ["closed: parse error"], "{text:?}");
    }
}

#[test]
fn a_ping_from_a_client_goes_in_the_wrong_direction() {
    assert_eq!(violated(&["2"]), ["closed: transport error"]);
    assert_eq!(violated(&["2probe"]), ["closed: transport error"]);
}

#[test]
fn a_message_that_is_no_packet_forces_the_close() {
    for text in ["4", "4x", "47", "42[]", r#"42["connect"]"#, "450-[\"e\"]", "44{}"] {
        assert_eq!(violated(&[text]), ["closed: forced close"], "{text}");
    }
}

#[test]
fn binary_data_without_its_packet_forces_the_close() {
    assert_eq!(violated(&["bAAEC"]), ["closed: forced close"]);
    let mut client = Harness::polling();
    assert!(client.binary(FIRST, b"x").is_err());
    assert_eq!(client.output(), ["closed: forced close"]);
}

#[test]
fn a_message_while_attachments_are_missing_forces_the_close() {
    assert_eq!(violated(&[r#"451-["m"]"#, r#"42["e"]"#]), ["closed: forced close"]);
}

#[test]
fn what_came_before_a_violation_is_handed_on() {
    assert_eq!(violated(&["40", r#"42["e",1]"#, "x"]), ["connect /", "event e(1)", "closed: parse error"]);
}

#[test]
fn a_close_packet_releases_a_waiting_poll_and_closes_the_connection() {
    let mut client = Harness::polling();
    client.text(FIRST, "1").unwrap();
    assert_eq!(client.output(), ["release", "closed: transport close"]);
}

#[test]
fn open_upgrade_and_noop_packets_are_ignored() {
    let mut client = Harness::polling();
    for text in ["0", r#"0{"sid":"x"}"#, "5", "6"] {
        client.text(FIRST, text).unwrap();
    }
    assert!(client.output().is_empty());
    assert_eq!(client.due(), Some(25));
}

#[test]
fn a_transport_that_closes_in_order_closes_the_connection() {
    let mut client = Harness::polling();
    client.end(FIRST, TransportEnd::Closed);
    assert_eq!(client.output(), ["closed: transport close"]);
}

#[test]
fn a_transport_that_breaks_closes_the_connection_as_an_error() {
    let mut client = Harness::polling();
    client.end(FIRST, TransportEnd::Failed);
    assert_eq!(client.output(), ["closed: transport error"]);
}

#[test]
fn the_end_of_an_unknown_transport_changes_nothing() {
    let mut client = Harness::polling();
    client.end(THIRD, TransportEnd::Failed);
    assert!(client.output().is_empty());
}

#[test]
fn frames_of_an_unknown_transport_are_ignored() {
    let mut client = Harness::polling();
    client.text(THIRD, "x").unwrap();
    client.binary(THIRD, b"x").unwrap();
    assert!(client.output().is_empty());
}

/// Does everything to a connection that can be done to one.
fn everything(client: &mut Harness) {
    for transport in [FIRST, SECOND, THIRD] {
        for text in ["2probe", "5", "2", "3", r#"42["e"]"#, "1", "", "x"] {
            client.text(transport, text).unwrap();
        }
        client.binary(transport, b"x").unwrap();
        assert!(client.open(transport).is_err());
        client.end(transport, TransportEnd::Failed);
    }
    client.now += Duration::from_secs(1000);
    client.link.handle_timeout(client.now);
    client.link.extend(Duration::from_secs(1));
}

#[test]
fn nothing_comes_after_the_end() {
    let mut client = Harness::polling();
    client.text(FIRST, "1").unwrap();
    assert_eq!(client.output(), ["release", "closed: transport close"]);
    everything(&mut client);
    assert!(client.output().is_empty());
    assert_eq!(client.due(), None);
}

#[test]
fn nothing_comes_after_the_end_of_a_connection_that_was_being_upgraded() {
    let mut client = Harness::probing();
    client.text(FIRST, r#"451-["m"]"#).unwrap();
    assert!(client.text(FIRST, "x").is_err());
    assert_eq!(client.output(), ["close 1", "closed: parse error"]);
    everything(&mut client);
    assert!(client.output().is_empty());
}

#[test]
fn a_connection_ends_once_though_all_its_deadlines_pass_together() {
    let mut client = Harness::polling();
    client.advance(25);
    client.open(SECOND).unwrap();
    client.text(FIRST, r#"451-["m"]"#).unwrap();
    client.output();
    client.now += Duration::from_secs(1000);
    client.link.handle_timeout(client.now);
    assert_eq!(client.output(), ["close 1", "closed: ping timeout"]);
}
