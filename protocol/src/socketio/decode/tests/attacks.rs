//! Texts made to exhaust the stack, the memory or the time of a server.

use super::*;

/// Deeper than any call stack.
const DEEP: usize = 100_000;

#[test]
fn an_argument_can_be_nested_100_000_deep() {
    let deep = nested(DEEP);
    assert_eq!(event(&format!(r#"2["e",{deep}]"#)).1, args(&deep));
}

#[test]
fn objects_can_be_nested_100_000_deep() {
    let deep = format!("{}1{}", r#"{"a":["#.repeat(DEEP), "]}".repeat(DEEP));
    assert_eq!(event(&format!(r#"2["e",{deep}]"#)).1, args(&deep));
}

#[test]
fn an_acknowledgement_can_be_nested_100_000_deep() {
    let deep = nested(DEEP);
    assert_eq!(packet(&format!("31[{deep}]")).body, Body::Ack { id: 1, args: args(&deep) });
}

#[test]
fn the_payload_of_a_connect_packet_can_be_nested_100_000_deep() {
    let deep = format!(r#"{{"a":{}}}"#, nested(DEEP));
    assert_eq!(packet(&format!("0{deep}")).body, Body::Connect { auth: Some(deep.into()) });
}

#[test]
fn a_name_nested_100_000_deep_is_refused() {
    refusal(&format!("2[{}]", nested(DEEP)));
}

#[test]
fn a_million_brackets_that_never_close_are_refused() {
    refusal(&format!("2{}", "[".repeat(1_000_000)));
    refusal(&format!(r#"2["e",{}"#, r#"{"a":"#.repeat(200_000)));
    refusal(&format!("0{}", r#"{"a":"#.repeat(200_000)));
}

#[test]
fn a_deep_argument_is_refused_when_it_is_read_as_a_value() {
    let args = event(&format!(r#"2["e",{}]"#, nested(DEEP))).1;
    assert!(args.parse::<serde_json::Value>().is_err());
}

#[test]
fn a_deep_argument_can_be_sent_on() {
    let text = format!(r#"2["e",{}]"#, nested(DEEP));
    let args = event(&text).1;
    let event = crate::packet::Outbound::Event { name: "e", args: &args, ack: None, offset: None };
    let unit = crate::socketio::encode("/", &event);
    assert_eq!(unit.frames()[0].payload(), format!("4{text}"));
}

#[test]
fn a_name_of_a_megabyte_is_a_slice_of_the_text() {
    let long = "n".repeat(1_000_000);
    assert_eq!(event(&format!(r#"2["{long}"]"#)).0, long);
}

#[test]
fn a_hundred_thousand_arguments_are_one_text() {
    let many = vec!["1"; 100_000].join(",");
    assert_eq!(event(&format!(r#"2["e",{many}]"#)).1, args(&many));
}

#[test]
fn a_placeholder_deep_inside_is_checked() {
    let placeholder = r#"{"_placeholder":true,"num":3}"#;
    let text = format!("{}{placeholder}{}", "[".repeat(DEEP), "]".repeat(DEEP));
    let (packet, _) = announced(&format!(r#"51-["e",{text}]"#));
    let Body::Event { args, .. } = packet.body else { panic!() };
    assert!(crate::args::check_placeholders(args.elements(), 3).is_err());
    assert!(crate::args::check_placeholders(args.elements(), 4).is_ok());
}
