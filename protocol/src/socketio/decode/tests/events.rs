//! Events: names and arguments.

use super::*;

fn name(text: &str) -> String {
    event(text).0
}

fn elements(text: &str) -> String {
    event(text).1.elements().to_string()
}

#[test]
fn the_first_element_is_the_name() {
    assert_eq!(event(r#"2["ev",1]"#), ("ev".to_owned(), args("1"), None));
}

#[test]
fn an_event_may_have_no_arguments() {
    assert_eq!(event(r#"2["ev"]"#), ("ev".to_owned(), args(""), None));
    assert!(event(r#"2["ev" ]"#).1.is_empty());
}

#[test]
fn the_arguments_are_the_text_behind_the_name() {
    assert_eq!(
        elements(r#"2["ev",1,"a,]",{"b":[null,true]},-1.5e3]"#),
        r#"1,"a,]",{"b":[null,true]},-1.5e3"#
    );
}

#[test]
fn a_name_may_be_empty() {
    assert_eq!(event(r#"2["",1]"#), (String::new(), args("1"), None));
}

#[test]
fn a_name_may_be_a_number() {
    assert_eq!(event("2[1,2]"), ("1".to_owned(), args("2"), None));
    assert_eq!(name("2[-1.5]"), "-1.5");
    assert_eq!(name("2[1e999]"), "1e999");
}

#[test]
fn a_name_may_hold_what_would_end_it_elsewhere() {
    assert_eq!(event(r#"2["a,]b",1]"#), ("a,]b".to_owned(), args("1"), None));
}

#[test]
fn a_name_with_escapes_is_unescaped() {
    assert_eq!(event(r#"2["a\"\\\/\n\u00e9\ud83d\ude00",1]"#).0, "a\"\\/\né\u{1f600}");
    assert_eq!(elements(r#"2["\"",1]"#), "1");
}

#[test]
fn a_name_may_be_any_text() {
    assert_eq!(name("2[\"é €\u{1f600}\u{2028}\"]"), "é €\u{1f600}\u{2028}");
}

#[test]
fn half_an_emoji_in_a_name_is_a_replacement_character() {
    assert_eq!(event(r#"2["a\ud83d",1]"#), ("a\u{fffd}".to_owned(), args("1"), None));
    assert_eq!(name(r#"2["\ude00\ud83d\ude00"]"#), "\u{fffd}\u{1f600}");
}

#[test]
fn half_an_emoji_in_an_argument_is_a_replacement_character_when_it_is_read() {
    let (_, args, _) = event(r#"2["chat","\ud83d",["\udc00"],{"\ud800":1}]"#);
    let (first, second): (String, Vec<String>) = args.parse().unwrap();
    assert_eq!((&*first, &*second[0]), ("\u{fffd}", "\u{fffd}"));
}

#[test]
fn half_an_emoji_in_an_argument_is_kept_as_it_came() {
    assert_eq!(elements(r#"2["chat","\ud83d"]"#), r#""\ud83d""#);
}

#[test]
fn whitespace_may_stand_wherever_json_has_it() {
    let (name, args, ack) = event("27 \t[ \r\"ev\"\n , 1 ,\t{ \"a\" : 2 } ] \n");
    assert_eq!((&*name, ack), ("ev", Some(7)));
    let (one, object): (u32, serde_json::Value) = args.parse().unwrap();
    assert_eq!((one, object), (1, serde_json::json!({"a": 2})));
}

#[test]
fn names_that_are_only_similar_to_reserved_ones_are_free() {
    for free in ["connection", "error", "message", "ping", "Connect", "connect ", "newlistener", "__proto__"]
    {
        assert_eq!(name(&format!(r#"2["{free}"]"#)), free);
    }
}

#[test]
fn a_reserved_name_is_free_as_an_argument() {
    assert_eq!(elements(r#"2["ev","connect"]"#), r#""connect""#);
}

#[test]
fn an_event_without_a_payload_means_nothing() {
    assert_eq!(decoded("2"), Ok(Decoded::Nothing));
    assert_eq!(decoded("2/custom,"), Ok(Decoded::Nothing));
    assert_eq!(decoded("212"), Ok(Decoded::Nothing));
}

#[test]
fn an_event_that_announces_attachments_is_unfinished() {
    let text = r#"52-["m",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]"#;
    let (packet, count) = announced(text);
    assert_eq!(count, 2);
    let elements = r#"{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}"#;
    assert_eq!(packet.body, Body::Event { name: "m".into(), args: args(elements), ack: None });
}

#[test]
fn attachments_need_no_placeholder() {
    assert_eq!(announced(r#"510-["echo"]"#).1, 10);
}

#[test]
fn a_placeholder_without_attachments_is_an_object() {
    let value: serde_json::Value = event(r#"2["e",{"_placeholder":true,"num":5}]"#).1.parse().unwrap();
    assert_eq!(value["num"], 5);
}

#[test]
fn names_and_arguments_share_the_memory_of_the_text() {
    let text = ByteString::from(r#"2["ev",1]"#);
    let Ok(Decoded::Packet(Packet { body: Body::Event { name, args, .. }, .. })) =
        decode(&text, &Limits::default())
    else {
        panic!()
    };
    assert_eq!(name.as_ptr(), text[3..].as_ptr());
    assert_eq!(args.elements().as_ptr(), text[7..].as_ptr());
}

#[test]
fn numbers_beyond_every_type_are_kept_as_text() {
    let digits = "123456789012345678901234567890.5e4000";
    assert_eq!(elements(&format!(r#"2["e",{digits}]"#)), digits);
}

#[test]
fn an_acknowledgement_without_a_payload_has_no_arguments() {
    assert_eq!(packet("31").body, Body::Ack { id: 1, args: Args::default() });
}
