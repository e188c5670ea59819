use bytes::Bytes;

use super::*;

/// A frame's opcode and payload, as a client sees them.
fn said(form: Form, name: &str, args: &Args) -> Option<(Opcode, Bytes)> {
    let unit = encode(form, &Outbound::Event { name, args, ack: None, offset: None })?;
    let [frame] = unit.frames() else { panic!("one frame") };
    Some((frame.opcode(), frame.payload()))
}

fn text(form: Form, name: &str, args: &Args) -> Option<String> {
    said(form, name, args).map(|(opcode, payload)| {
        assert_eq!(opcode, Opcode::Text);
        String::from_utf8(payload.to_vec()).unwrap()
    })
}

fn args<T: Serialize>(value: T) -> Args {
    Args::new(&value).unwrap()
}

const BOTH: [Form; 2] = [Form::Messages, Form::Events];

#[test]
fn a_message_comes_back_as_it_came() {
    for message in ["", "plain", "a \"quoted\" \\ line\n", "é € \u{1f600} \0"] {
        let (name, args) = Form::Messages.decode(Frame::Text(message.into())).unwrap();
        assert_eq!(name, "message");
        assert_eq!(text(Form::Messages, &name, &args).as_deref(), Some(message));
    }
}

#[test]
fn binary_comes_back_as_it_came_in_either_form() {
    for form in BOTH {
        for data in [&[][..], &[0, 1, 255], b"text"] {
            let data = Bytes::copy_from_slice(data);
            let (name, args) = form.decode(Frame::Binary(data.clone())).unwrap();
            assert_eq!(name, "message");
            assert_eq!(said(form, &name, &args), Some((Opcode::Binary, data)));
        }
    }
}

#[test]
fn a_lone_surrogate_becomes_a_replacement_character() {
    let args = Args::from_raw(r#""a\ud83d""#.into(), Vec::new());
    assert_eq!(text(Form::Messages, "message", &args).unwrap(), "a\u{fffd}");
}

#[test]
fn what_is_no_message_cannot_be_said_without_events() {
    let say = |name, args| said(Form::Messages, name, &args);
    assert!(say("said", args("x")).is_none(), "another event");
    assert!(say("message", args(())).is_none(), "no argument");
    assert!(say("message", args(("x", "y"))).is_none(), "two arguments");
    assert!(say("message", args(7)).is_none(), "a number");
    assert!(say("message", args(serde_json::json!({"a": 1}))).is_none(), "an object");
    assert!(say("message", args((Bytes::from_static(b"x"), 1))).is_none(), "more than binary");
    assert!(say("message", args((["x"],))).is_none(), "a list");
}

#[test]
fn an_event_is_an_array_in_either_direction() {
    let json = r#"["say",1,"two",{"three":[null]}]"#;
    let (name, args) = Form::Events.decode(Frame::Text(json.into())).unwrap();
    assert_eq!((&*name, &**args.elements()), ("say", r#"1,"two",{"three":[null]}"#));
    assert_eq!(text(Form::Events, &name, &args).as_deref(), Some(json));
    let (name, args) = Form::Events.decode(Frame::Text(r#" [ "a\"b" ] "#.into())).unwrap();
    assert_eq!(text(Form::Events, &name, &args).as_deref(), Some(r#"["a\"b"]"#));
}

#[test]
fn with_events_a_message_of_text_is_an_event_like_any_other() {
    assert_eq!(text(Form::Events, "message", &args("x")).as_deref(), Some(r#"["message","x"]"#));
}

#[test]
fn binary_inside_json_cannot_be_said() {
    let data = || Bytes::from_static(b"x");
    for form in BOTH {
        assert!(said(form, "said", &args(data())).is_none(), "another event");
        assert!(said(form, "message", &args((data(), data()))).is_none(), "two of them");
        let inside = std::collections::BTreeMap::from([("key", data())]);
        assert!(said(form, "message", &args(inside)).is_none(), "inside an object");
        let beside = Args::from_raw(r#""_placeholder""#.into(), vec![data()]);
        assert!(said(form, "message", &beside).is_none(), "beside text");
    }
}

#[test]
fn packets_that_are_no_plain_events_cannot_be_said() {
    let none = Args::default();
    for form in BOTH {
        for packet in [
            Outbound::Connected { sid: "x", pid: None },
            Outbound::Refused { message: "x", data: None },
            Outbound::Disconnect,
            Outbound::Ack { id: 1, args: &none },
            Outbound::Event { name: "message", args: &args("x"), ack: Some(1), offset: None },
        ] {
            assert!(encode(form, &packet).is_none(), "{packet:?}");
        }
    }
}
