use bytes::Bytes;

use super::*;
use crate::websocket::Opcode;

/// The texts of a packet's frames; attachments as hexadecimal digits.
fn encoded(namespace: &str, packet: &Outbound<'_>) -> Vec<String> {
    let frames = encode(namespace, packet);
    let text = |frame: &crate::wire::WireFrame| match frame.opcode() {
        Opcode::Binary => frame.payload().iter().map(|byte| format!("{byte:02x}")).collect(),
        _ => String::from_utf8(frame.payload().to_vec()).unwrap(),
    };
    frames.frames().iter().map(text).collect()
}

fn event(name: &str, args: &Args, ack: Option<u64>) -> Vec<String> {
    encoded("/", &Outbound::Event { name, args, ack, offset: None })
}

fn bytes(data: &'static [u8]) -> Bytes {
    Bytes::from_static(data)
}

#[test]
fn an_answered_connect_packet_has_the_id_of_the_socket() {
    assert_eq!(encoded("/", &Outbound::Connected { sid: "abc", pid: None }), [r#"40{"sid":"abc"}"#]);
    assert_eq!(
        encoded("/custom", &Outbound::Connected { sid: "abc", pid: None }),
        [r#"40/custom,{"sid":"abc"}"#]
    );
}

#[test]
fn a_refusal_has_a_message() {
    let refused = Outbound::Refused { message: "Invalid namespace", data: None };
    assert_eq!(encoded("/unknown", &refused), [r#"44/unknown,{"message":"Invalid namespace"}"#]);
}

#[test]
fn a_refusal_can_have_data() {
    let refused = Outbound::Refused { message: "not authorized", data: Some(r#"{"code":42}"#) };
    assert_eq!(encoded("/", &refused), [r#"44{"message":"not authorized","data":{"code":42}}"#]);
}

#[test]
fn the_message_of_a_refusal_is_escaped() {
    let refused = Outbound::Refused { message: "\"\n\u{1}", data: None };
    assert_eq!(encoded("/", &refused), [r#"44{"message":"\"\n\u0001"}"#]);
}

#[test]
fn data_that_is_no_json_is_left_out() {
    let refused = Outbound::Refused { message: "no", data: Some("}{") };
    assert_eq!(encoded("/", &refused), [r#"44{"message":"no"}"#]);
}

#[test]
fn deep_data_is_written_as_it_is() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let refused = Outbound::Refused { message: "no", data: Some(&deep) };
    assert_eq!(encoded("/", &refused), [format!(r#"44{{"message":"no","data":{deep}}}"#)]);
}

#[test]
fn a_disconnect_packet_is_as_short_as_it_can_be() {
    assert_eq!(encoded("/", &Outbound::Disconnect), ["41"]);
    assert_eq!(encoded("/custom", &Outbound::Disconnect), ["41/custom,"]);
}

#[test]
fn an_event_is_an_array_with_its_name_first() {
    assert_eq!(event("ev", &Args::new(&(1, "a")).unwrap(), None), [r#"42["ev",1,"a"]"#]);
}

#[test]
fn an_event_without_arguments_has_no_comma() {
    assert_eq!(event("ev", &Args::default(), None), [r#"42["ev"]"#]);
}

#[test]
fn arguments_of_whitespace_are_none() {
    let args = Args::from_raw(" ".into(), Vec::new());
    assert_eq!(event("ev", &args, None), [r#"42["ev" ]"#]);
}

#[test]
fn the_name_of_an_event_is_escaped() {
    assert_eq!(event("a\"\\\n", &Args::default(), None), [r#"42["a\"\\\n"]"#]);
    assert_eq!(event("é\u{1f600}", &Args::default(), None), ["42[\"é\u{1f600}\"]"]);
}

#[test]
fn an_id_stands_before_the_array() {
    let args = Args::default();
    assert_eq!(event("ev", &args, Some(0)), [r#"420["ev"]"#]);
    assert_eq!(event("ev", &args, Some(u64::MAX)), [r#"4218446744073709551615["ev"]"#]);
    let event = Outbound::Event { name: "ev", args: &args, ack: Some(7), offset: None };
    assert_eq!(encoded("/custom", &event), [r#"42/custom,7["ev"]"#]);
}

#[test]
fn an_acknowledgement_is_an_array_with_an_id() {
    let one = Args::new(&(1,)).unwrap();
    assert_eq!(encoded("/", &Outbound::Ack { id: 7, args: &one }), ["437[1]"]);
    assert_eq!(encoded("/", &Outbound::Ack { id: 7, args: &Args::default() }), ["437[]"]);
    assert_eq!(encoded("/custom", &Outbound::Ack { id: 7, args: &one }), ["43/custom,7[1]"]);
}

#[test]
fn an_event_with_attachments_says_how_many_follow() {
    let args = Args::new(&(bytes(&[1]), bytes(&[2, 3]))).unwrap();
    let text = r#"452-["m",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]"#;
    assert_eq!(event("m", &args, None), [text, "01", "0203"]);
}

#[test]
fn the_number_of_attachments_stands_before_namespace_and_id() {
    let args = Args::new(&bytes(&[1])).unwrap();
    let event = Outbound::Event { name: "m", args: &args, ack: Some(13), offset: None };
    let text = r#"451-/custom,13["m",{"_placeholder":true,"num":0}]"#;
    assert_eq!(encoded("/custom", &event), [text, "01"]);
}

#[test]
fn an_acknowledgement_with_attachments_has_the_type_6() {
    let args = Args::new(&bytes(&[255])).unwrap();
    let text = r#"461-5[{"_placeholder":true,"num":0}]"#;
    assert_eq!(encoded("/", &Outbound::Ack { id: 5, args: &args }), [text, "ff"]);
}

#[test]
fn an_empty_attachment_is_a_frame_of_its_own() {
    let args = Args::new(&bytes(&[])).unwrap();
    assert_eq!(event("m", &args, None), [r#"451-["m",{"_placeholder":true,"num":0}]"#, ""]);
}

#[test]
fn attachments_to_which_nothing_refers_are_not_sent() {
    let args = Args::from_raw("1".into(), vec![bytes(&[9])]);
    assert_eq!(event("m", &args, None), [r#"42["m",1]"#]);
}

#[test]
fn a_session_that_can_be_recovered_is_named_behind_the_socket() {
    let connected = Outbound::Connected { sid: "abc", pid: Some("secret") };
    assert_eq!(encoded("/", &connected), [r#"40{"sid":"abc","pid":"secret"}"#]);
}

#[test]
fn the_offset_of_an_event_is_its_last_argument() {
    let offset = Some("aB3_.1f");
    let event = |args| Outbound::Event { name: "ev", args, ack: None, offset };
    let one = Args::new(&(1,)).unwrap();
    assert_eq!(encoded("/", &event(&one)), [r#"42["ev",1,"aB3_.1f"]"#]);
    let none = Args::default();
    assert_eq!(encoded("/", &event(&none)), [r#"42["ev","aB3_.1f"]"#]);
    let binary = Args::new(&(Bytes::from_static(&[1]),)).unwrap();
    let frames = encoded("/custom", &event(&binary));
    assert_eq!(frames[0], r#"451-/custom,["ev",{"_placeholder":true,"num":0},"aB3_.1f"]"#);
}
