//! What stands before the payload: type, attachments, namespace, id.

use super::*;

fn id(text: &str) -> Option<u64> {
    event(text).2
}

#[test]
fn an_event_without_an_id_asks_for_no_answer() {
    assert_eq!(id(r#"2["e"]"#), None);
}

#[test]
fn an_id_stands_before_the_payload() {
    assert_eq!(id(r#"20["e"]"#), Some(0));
    assert_eq!(id(r#"212["e"]"#), Some(12));
}

#[test]
fn an_id_beyond_the_integers_of_javascript_is_kept_exactly() {
    assert_eq!(id(r#"29007199254740993["e"]"#), Some(9_007_199_254_740_993));
}

#[test]
fn the_largest_id_has_64_bits() {
    assert_eq!(id(r#"218446744073709551615["e"]"#), Some(u64::MAX));
}

#[test]
fn an_id_beyond_64_bits_is_refused() {
    assert_eq!(refusal(r#"218446744073709551616["e"]"#), "an acknowledgement id beyond 64 bits");
    assert_eq!(refusal(r#"299999999999999999999["e"]"#), "an acknowledgement id beyond 64 bits");
    assert_eq!(refusal("318446744073709551616[]"), "an acknowledgement id beyond 64 bits");
}

#[test]
fn a_million_digits_are_no_id() {
    refusal(&format!("2{}[\"e\"]", "9".repeat(1_000_000)));
}

#[test]
fn leading_zeros_do_not_change_an_id() {
    assert_eq!(id(r#"2007["e"]"#), Some(7));
}

#[test]
fn only_ascii_digits_make_an_id() {
    refusal("2\u{664}[\"e\"]");
    refusal(r#"2+7["e"]"#);
    refusal(r#"27.0["e"]"#);
}

#[test]
fn without_a_name_the_namespace_is_the_main_one() {
    assert_eq!(packet(r#"2["e"]"#).namespace, "/");
}

#[test]
fn a_namespace_ends_with_a_comma() {
    let packet = packet(r#"2/custom,7["e"]"#);
    assert_eq!(packet.namespace, "/custom");
    assert!(matches!(packet.body, Body::Event { ack: Some(7), .. }));
}

#[test]
fn a_namespace_with_nothing_behind_it_needs_no_comma() {
    assert_eq!(packet("0/custom").namespace, "/custom");
    assert_eq!(packet("1/custom").namespace, "/custom");
    assert_eq!(packet("0/custom"), packet("0/custom,"));
}

#[test]
fn the_main_namespace_may_be_written_out() {
    assert_eq!(packet(r#"2/,["e"]"#), packet(r#"2["e"]"#));
}

#[test]
fn the_name_of_a_namespace_is_literal() {
    assert_eq!(packet("0/custom?x=1,").namespace, "/custom?x=1");
    assert_eq!(packet("0/%2e/../é \u{1f600},").namespace, "/%2e/../é \u{1f600}");
}

#[test]
fn a_namespace_may_begin_with_digits() {
    assert_eq!(packet("0/123,").namespace, "/123");
}

#[test]
fn without_its_comma_a_payload_is_part_of_the_namespace() {
    assert_eq!(decoded(r#"2/custom["e"]"#), Ok(Decoded::Nothing));
}

#[test]
fn namespace_and_id_can_follow_the_number_of_attachments() {
    let (packet, count) = announced(r#"52-/custom,13["e"]"#);
    assert_eq!((&*packet.namespace, count), ("/custom", 2));
    assert!(matches!(packet.body, Body::Event { ack: Some(13), .. }));
}

#[test]
fn one_to_ten_attachments_can_be_announced() {
    for count in 1..=10 {
        assert_eq!(announced(&format!(r#"5{count}-["e"]"#)).1, count);
        assert_eq!(announced(&format!("6{count}-7[]")).1, count);
    }
}

#[test]
fn the_limit_of_attachments_is_a_setting() {
    let limits = Limits { max_attachments: 2, ..Limits::default() };
    let text = |count| ByteString::from(format!(r#"5{count}-["e"]"#));
    assert!(decode(&text(2), &limits).is_ok());
    assert_eq!(decode(&text(3), &limits), Err(DecodeError("too many attachments")));
}

#[test]
fn more_attachments_than_a_number_can_hold_are_refused() {
    refusal(&format!(r#"5{}-["e"]"#, "9".repeat(100)));
}

#[test]
fn a_type_that_has_no_attachments_announces_none() {
    refusal(r#"21-["e"]"#);
    refusal(r#"2-["e"]"#);
}

#[test]
fn the_namespace_shares_the_memory_of_the_text() {
    let text = ByteString::from(r#"2/custom,["e"]"#);
    let Ok(Decoded::Packet(packet)) = decode(&text, &Limits::default()) else { panic!() };
    assert_eq!(packet.namespace.as_ptr(), text[1..].as_ptr());
}
