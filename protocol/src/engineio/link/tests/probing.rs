//! Upgrades up to the switch: the connection must live on whatever a second transport does.

use super::*;

/// Checks that the connection goes on by its first transport.
fn lives_on(client: &mut Harness) {
    client.text(FIRST, r#"42["alive"]"#).unwrap();
    assert_eq!(client.output(), ["event alive()"]);
}

#[test]
fn a_second_transport_alone_changes_nothing() {
    let mut client = Harness::probing();
    assert!(client.output().is_empty());
    lives_on(&mut client);
}

#[test]
fn a_probe_is_answered_where_it_came_from() {
    let mut client = Harness::probing();
    client.text(SECOND, "2probe").unwrap();
    assert_eq!(client.output(), ["send 1: 3probe", "release"]);
    lives_on(&mut client);
}

#[test]
fn a_probe_may_be_repeated() {
    let mut client = Harness::probing();
    client.text(SECOND, "2probe").unwrap();
    client.text(SECOND, "2probe").unwrap();
    assert_eq!(client.output(), ["send 1: 3probe", "release", "send 1: 3probe", "release"]);
}

#[test]
fn a_probe_that_is_none_closes_only_its_transport() {
    for text in ["4hello", "2", "2prob", "2probes", "3probe", "6", "1", "", "x", "é"] {
        let mut client = Harness::probing();
        assert!(client.text(SECOND, text).is_err(), "{text:?}");
        assert_eq!(client.output(), ["close 1"], "{text:?}");
        lives_on(&mut client);
    }
}

#[test]
fn binary_data_for_a_probe_closes_only_its_transport() {
    let mut client = Harness::probing();
    assert!(client.binary(SECOND, b"2probe").is_err());
    assert_eq!(client.output(), ["close 1"]);
    lives_on(&mut client);
}

#[test]
fn garbage_after_a_good_probe_closes_only_its_transport() {
    let mut client = Harness::probing();
    client.text(SECOND, "2probe").unwrap();
    client.output();
    assert!(client.text(SECOND, r#"42["early"]"#).is_err());
    assert_eq!(client.output(), ["close 1"]);
    lives_on(&mut client);
}

#[test]
fn a_refused_transport_is_no_longer_listened_to() {
    let mut client = Harness::probing();
    client.text(SECOND, "x").unwrap_err();
    client.output();
    client.text(SECOND, "2probe").unwrap();
    client.text(SECOND, "5").unwrap();
    assert!(client.output().is_empty());
    lives_on(&mut client);
}

#[test]
fn a_silent_transport_is_closed_when_the_upgrade_takes_too_long() {
    let mut client = Harness::probing();
    assert_eq!(client.due(), Some(10));
    client.advance(9);
    assert!(client.output().is_empty());
    client.advance(1);
    assert_eq!(client.output(), ["close 1"]);
    lives_on(&mut client);
}

#[test]
fn a_probe_does_not_lengthen_the_upgrade() {
    let mut client = Harness::probing();
    client.advance(9);
    client.text(SECOND, "2probe").unwrap();
    client.output();
    client.advance(1);
    assert_eq!(client.output(), ["close 1"]);
}

#[test]
fn after_a_failed_upgrade_the_heartbeat_is_where_it_was() {
    let mut client = Harness::probing();
    client.advance(10);
    client.output();
    assert_eq!(client.due(), Some(25));
}

#[test]
fn a_dropped_transport_ends_only_the_upgrade() {
    for how in [TransportEnd::Closed, TransportEnd::Failed] {
        let mut client = Harness::probing();
        client.text(SECOND, "2probe").unwrap();
        client.output();
        client.end(SECOND, how);
        assert_eq!(client.output(), ["close 1"]);
        assert_eq!(client.due(), Some(25));
        lives_on(&mut client);
    }
}

#[test]
fn after_a_failed_upgrade_another_may_follow() {
    let mut client = Harness::probing();
    client.end(SECOND, TransportEnd::Failed);
    client.open(THIRD).unwrap();
    client.text(THIRD, "2probe").unwrap();
    client.text(THIRD, "5").unwrap();
    assert_eq!(client.output(), ["close 1", "send 2: 3probe", "release", "switch 2"]);
}

#[test]
fn a_second_upgrade_at_the_same_time_is_refused() {
    let mut client = Harness::probing();
    assert!(client.open(THIRD).is_err());
    client.text(THIRD, "5").unwrap();
    assert!(client.output().is_empty());
    client.text(SECOND, "5").unwrap();
    assert_eq!(client.output(), ["switch 1"]);
}

#[test]
fn a_connection_that_began_as_a_websocket_is_not_upgraded() {
    let mut client = Harness::opening(TransportKind::WebSocket, true);
    assert!(client.open(SECOND).is_err());
}

#[test]
fn a_server_can_forbid_upgrades() {
    let mut client = Harness::opening(TransportKind::Polling, false);
    client.output();
    assert!(client.open(SECOND).is_err());
    client.text(SECOND, "2probe").unwrap();
    assert!(client.output().is_empty());
    lives_on(&mut client);
}

#[test]
fn a_refused_upgrade_has_no_deadline() {
    let mut client = Harness::opening(TransportKind::WebSocket, true);
    client.open(SECOND).unwrap_err();
    assert_eq!(client.due(), Some(25));
}

#[test]
fn a_main_transport_that_ends_takes_the_probing_one_along() {
    let mut client = Harness::probing();
    client.text(SECOND, "2probe").unwrap();
    client.output();
    client.end(FIRST, TransportEnd::Closed);
    assert_eq!(client.output(), ["close 1", "closed: transport close"]);
}

#[test]
fn a_close_packet_during_an_upgrade_closes_both_transports() {
    let mut client = Harness::probing();
    client.text(FIRST, "1").unwrap();
    assert_eq!(client.output(), ["release", "close 1", "closed: transport close"]);
}

#[test]
fn a_ping_timeout_during_an_upgrade_closes_both_transports() {
    let mut client = Harness::polling();
    client.advance(40);
    client.output();
    client.open(SECOND).unwrap();
    client.advance(5);
    assert_eq!(client.output(), ["close 1", "closed: ping timeout"]);
}
