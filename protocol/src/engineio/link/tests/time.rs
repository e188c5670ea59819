//! Deadlines: which is next, and how they move while nothing is read.

use super::*;

const UNFINISHED: &str = r#"451-["m"]"#;

fn extend(client: &mut Harness, seconds: u64) {
    client.link.extend(Duration::from_secs(seconds));
}

#[test]
fn the_next_deadline_is_the_earliest_of_all() {
    let mut client = Harness::polling();
    assert_eq!(client.due(), Some(25), "the ping");
    client.text(FIRST, UNFINISHED).unwrap();
    assert_eq!(client.due(), Some(25), "the ping, before the attachment");
    client.advance(1);
    client.open(SECOND).unwrap();
    assert_eq!(client.due(), Some(11), "the upgrade");
    client.advance(10);
    assert_eq!(client.due(), Some(25), "the ping again");
    client.advance(14);
    assert_eq!(client.due(), Some(30), "the attachment");
    client.text(FIRST, "b").unwrap();
    assert_eq!(client.due(), Some(45), "the pong");
}

#[test]
fn a_call_before_the_time_does_nothing() {
    let mut client = Harness::probing();
    client.text(FIRST, UNFINISHED).unwrap();
    for _ in 0..9 {
        client.now += Duration::from_secs(1);
        client.link.handle_timeout(client.now);
    }
    assert!(client.output().is_empty());
    assert_eq!(client.due(), Some(10));
}

#[test]
fn a_call_at_the_time_leaves_no_deadline_that_has_passed() {
    let mut client = Harness::probing();
    client.text(FIRST, r#"452-["m"]"#).unwrap();
    for _ in 0..5 {
        let Some(at) = client.link.poll_timeout() else { return };
        client.link.handle_timeout(at);
        assert!(client.link.poll_timeout().is_none_or(|next| next > at));
    }
    assert_eq!(client.due(), None);
}

#[test]
fn the_time_for_a_pong_is_extended() {
    let mut client = Harness::polling();
    client.advance(25);
    extend(&mut client, 7);
    assert_eq!(client.due(), Some(52));
}

#[test]
fn the_next_ping_is_not_put_off() {
    let mut client = Harness::polling();
    for _ in 0..10 {
        extend(&mut client, 10);
    }
    assert_eq!(client.due(), Some(25));
}

#[test]
fn a_ping_whose_time_passed_while_nothing_was_read_goes_out_at_once() {
    let mut client = Harness::polling();
    client.now += Duration::from_secs(40);
    extend(&mut client, 40);
    client.link.handle_timeout(client.now);
    assert_eq!(client.output(), ["send 0: 2"]);
    assert_eq!(client.due(), Some(60));
}

#[test]
fn the_time_for_an_attachment_is_extended() {
    let mut client = Harness::polling();
    client.advance(20);
    client.text(FIRST, "3").unwrap();
    client.text(FIRST, r#"452-["m"]"#).unwrap();
    extend(&mut client, 10);
    client.advance(25);
    client.text(FIRST, "3").unwrap();
    client.output();
    assert_eq!(client.due(), Some(60));
    client.advance(15);
    assert_eq!(client.output(), ["closed: forced close"]);
}

#[test]
fn the_time_for_an_upgrade_is_extended() {
    let mut client = Harness::probing();
    extend(&mut client, 5);
    assert_eq!(client.due(), Some(15));
    client.advance(14);
    client.text(SECOND, "5").unwrap();
    assert_eq!(client.output(), ["switch 1"]);
}

#[test]
fn a_pong_after_an_extension_counts_as_any_other() {
    let mut client = Harness::polling();
    client.advance(25);
    extend(&mut client, 30);
    client.advance(40);
    client.text(FIRST, "3").unwrap();
    assert_eq!(client.due(), Some(90));
}
