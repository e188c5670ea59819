//! Joining and leaving a namespace, and acknowledgements.

use super::*;

fn auth(text: &str) -> Option<String> {
    match packet(text).body {
        Body::Connect { auth } => auth.map(|auth| auth.to_string()),
        other => panic!("{text}: {other:?}"),
    }
}

fn ack(text: &str) -> (u64, Args) {
    match packet(text).body {
        Body::Ack { id, args } => (id, args),
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn a_connect_packet_needs_no_payload() {
    assert_eq!(auth("0"), None);
    assert_eq!(auth("0/custom,"), None);
}

#[test]
fn the_payload_of_a_connect_packet_is_kept_as_text() {
    assert_eq!(auth(r#"0{"token":"x"}"#).unwrap(), r#"{"token":"x"}"#);
    assert_eq!(auth(r#"0/custom,{"a": [1,{}]}"#).unwrap(), r#"{"a": [1,{}]}"#);
}

#[test]
fn whitespace_around_the_payload_of_a_connect_packet_is_cut_off() {
    assert_eq!(auth("0 \t\r\n{\"a\" : 1} \n").unwrap(), "{\"a\" : 1}");
}

#[test]
fn an_id_of_a_connect_packet_means_nothing() {
    assert_eq!(packet("07{}"), packet("0{}"));
}

#[test]
fn a_lone_surrogate_in_a_connect_packet_is_kept_for_later() {
    assert_eq!(auth(r#"0{"name":"\ud83d"}"#).unwrap(), r#"{"name":"\ud83d"}"#);
}

#[test]
fn a_disconnect_packet_has_no_payload() {
    assert_eq!(packet("1"), Packet::new(MAIN, Body::Disconnect));
    assert_eq!(packet("1/custom,").body, Body::Disconnect);
    assert_eq!(packet("1/custom").body, Body::Disconnect);
}

#[test]
fn an_acknowledgement_has_an_id_and_a_list() {
    assert_eq!(ack("37[1]"), (7, args("1")));
    assert_eq!(ack("37[]"), (7, args("")));
    assert_eq!(ack("37[1,[2,{}]]"), (7, args("1,[2,{}]")));
}

#[test]
fn whitespace_inside_an_acknowledgement_stays() {
    assert_eq!(ack("37 [ 1 , 2 ] "), (7, args(" 1 , 2 ")));
}

#[test]
fn a_list_of_whitespace_acknowledges_with_nothing() {
    assert!(ack("37[ \n ]").1.is_empty());
}

#[test]
fn an_acknowledgement_without_an_id_means_nothing() {
    assert_eq!(decoded("3[1]"), Ok(Decoded::Nothing));
}

#[test]
fn an_acknowledgement_can_announce_attachments() {
    let (packet, count) = announced(r#"61-5[{"_placeholder":true,"num":0}]"#);
    assert_eq!(count, 1);
    assert_eq!(packet.body, Body::Ack { id: 5, args: args(r#"{"_placeholder":true,"num":0}"#) });
}

#[test]
fn an_acknowledgement_shares_the_memory_of_the_text() {
    let text = ByteString::from("37[1]");
    let Ok(Decoded::Packet(Packet { body: Body::Ack { args, .. }, .. })) = decode(&text, &Limits::default())
    else {
        panic!()
    };
    assert_eq!(args.elements().as_ptr(), text[3..].as_ptr());
}

#[test]
fn the_first_element_of_an_acknowledgement_is_no_name() {
    assert_eq!(ack(r#"37["connect"]"#), (7, args(r#""connect""#)));
    assert_eq!(ack("37[null]"), (7, args("null")));
}
