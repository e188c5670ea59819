//! The switch, and what follows it.

use super::*;

#[test]
fn an_upgrade_packet_switches_the_transports() {
    let mut client = Harness::probing();
    client.text(SECOND, "2probe").unwrap();
    client.text(SECOND, "5").unwrap();
    assert_eq!(client.output(), ["send 1: 3probe", "release", "switch 1"]);
}

#[test]
fn an_upgrade_packet_needs_no_probe_before_it() {
    let mut client = Harness::probing();
    client.text(SECOND, "5").unwrap();
    assert_eq!(client.output(), ["switch 1"]);
}

#[test]
fn frames_from_both_transports_keep_their_order() {
    let mut client = Harness::probing();
    client.text(FIRST, r#"42["a"]"#).unwrap();
    client.text(SECOND, "2probe").unwrap();
    client.text(FIRST, r#"42["b"]"#).unwrap();
    client.text(SECOND, "5").unwrap();
    client.text(SECOND, r#"42["c"]"#).unwrap();
    let output = client.output();
    assert_eq!(output, ["event a()", "send 1: 3probe", "release", "event b()", "switch 1", "event c()"]);
}

#[test]
fn the_time_of_an_upgrade_ends_with_the_switch() {
    let mut client = Harness::upgraded();
    assert_eq!(client.due(), Some(25));
    client.advance(24);
    assert!(client.output().is_empty());
}

#[test]
fn frames_of_the_old_transport_are_ignored_after_the_switch() {
    let mut client = Harness::upgraded();
    client.text(FIRST, r#"42["late"]"#).unwrap();
    client.text(FIRST, "1").unwrap();
    client.text(FIRST, "x").unwrap();
    client.binary(FIRST, b"x").unwrap();
    assert!(client.output().is_empty());
}

#[test]
fn a_pong_by_the_old_transport_does_not_count_after_the_switch() {
    let mut client = Harness::upgraded();
    client.advance(25);
    client.text(FIRST, "3").unwrap();
    assert_eq!(client.due(), Some(45));
}

#[test]
fn the_end_of_the_old_transport_changes_nothing_after_the_switch() {
    let mut client = Harness::upgraded();
    client.end(FIRST, TransportEnd::Closed);
    client.end(FIRST, TransportEnd::Failed);
    assert!(client.output().is_empty());
    client.text(SECOND, r#"42["e"]"#).unwrap();
    assert_eq!(client.output(), ["event e()"]);
}

#[test]
fn the_end_of_the_new_transport_closes_the_connection() {
    let mut client = Harness::upgraded();
    client.end(SECOND, TransportEnd::Failed);
    assert_eq!(client.output(), ["closed: transport error"]);
}

#[test]
fn an_upgraded_connection_is_not_upgraded_again() {
    let mut client = Harness::upgraded();
    assert!(client.open(THIRD).is_err());
    client.text(THIRD, "5").unwrap();
    assert!(client.output().is_empty());
}

#[test]
fn a_probe_after_the_switch_is_a_ping_in_the_wrong_direction() {
    let mut client = Harness::upgraded();
    assert!(client.text(SECOND, "2probe").is_err());
    assert_eq!(client.output(), ["closed: transport error"]);
}

#[test]
fn a_second_upgrade_packet_is_ignored() {
    let mut client = Harness::upgraded();
    client.text(SECOND, "5").unwrap();
    assert!(client.output().is_empty());
}

#[test]
fn an_upgrade_packet_by_the_old_transport_switches_nothing() {
    let mut client = Harness::probing();
    client.text(FIRST, "5").unwrap();
    assert!(client.output().is_empty());
    client.text(SECOND, "5").unwrap();
    assert_eq!(client.output(), ["switch 1"]);
}

#[test]
fn an_open_heartbeat_goes_on_after_the_switch() {
    let mut client = Harness::polling();
    client.advance(25);
    client.open(SECOND).unwrap();
    client.text(SECOND, "5").unwrap();
    client.output();
    assert_eq!(client.due(), Some(45));
    client.advance(20);
    assert_eq!(client.output(), ["closed: ping timeout"]);
}
