use super::*;
use crate::args::Args;
use crate::socketio::SocketIoMessages;

fn encoded(namespace: &str, packet: &Outbound<'_>) -> String {
    let unit = encode(namespace, packet);
    unit.frames().iter().map(|frame| String::from_utf8_lossy(&frame.payload()).into_owned()).collect()
}

fn read(text: &'static str) -> Result<Packet, Violation> {
    let mut messages = SocketIo2Messages::new(SocketIoMessages::default(), "id");
    let whole = ByteString::from_static(text);
    match messages.text(Instant::now(), &whole, &whole, &Limits::default())? {
        Read::Packet(packet) => Ok(packet),
        Read::Nothing | Read::Reply(_) | Read::Unreadable(_) => panic!("{text} says nothing"),
    }
}

fn connect(text: &'static str) -> (String, String) {
    match read(text).unwrap() {
        Packet { namespace, body: Body::Connect { auth }, .. } => {
            (namespace.to_string(), auth.unwrap().to_string())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_answer_to_a_connect_has_no_payload() {
    assert_eq!(encoded("/", &Outbound::Connected { sid: "id", pid: None }), "40");
    assert_eq!(
        encoded("/custom", &Outbound::Connected { sid: "/custom#id", pid: Some("pid") }),
        "40/custom,"
    );
}

#[test]
fn a_refusal_is_its_data_or_its_message() {
    let refused = |message, data| encoded("/", &Outbound::Refused { message, data });
    assert_eq!(refused("no", Some(r#"{"code":42}"#)), r#"44{"code":42}"#);
    assert_eq!(refused("no", None), r#"44"no""#);
    for nothing in ["null", "false", "0", "-0.0", r#""""#] {
        assert_eq!(refused("no", Some(nothing)), r#"44"no""#, "{nothing}");
    }
    for something in ["true", "1", r#""0""#, "[]", "{}"] {
        assert_eq!(refused("no", Some(something)), format!("44{something}"));
    }
    assert_eq!(refused("no", Some("}{")), r#"44"no""#);
}

#[test]
fn that_there_is_no_such_namespace_is_said_in_an_object() {
    let refused = Outbound::Refused { message: "Invalid namespace", data: None };
    assert_eq!(encoded("/unknown", &refused), r#"44/unknown,{"message":"Invalid namespace"}"#);
}

#[test]
fn events_are_those_of_later_versions() {
    let args = Args::single(&1).unwrap();
    let event = Outbound::Event { name: "e", args: &args, ack: Some(7), offset: None };
    assert_eq!(encoded("/custom", &event), r#"42/custom,7["e",1]"#);
    assert_eq!(encoded("/custom", &Outbound::Disconnect), "41/custom,");
}

#[test]
fn the_payload_of_a_connect_is_its_query() {
    let object = |json: &str| ("/custom".to_owned(), json.to_owned());
    assert_eq!(connect("0/custom"), object("{}"));
    assert_eq!(connect("0/custom,"), object("{}"));
    assert_eq!(connect("0/custom?token=a%20b&x,"), object(r#"{"token":"a b","x":""}"#));
    assert_eq!(connect("0/custom?a=1&b=2&a=3#c=4"), object(r#"{"a":"3","b":"2"}"#));
    assert_eq!(connect(r#"0/custom?a=",{"ignored":1}"#), object(r#"{"a":"\""}"#));
    assert_eq!(connect("0"), ("/".to_owned(), "{}".to_owned()));
}

#[test]
fn of_many_parameters_the_first_hundred_are_read() {
    let query: String = (0..1000).map(|n| format!("{n}=x&")).collect();
    let parsed: serde_json::Map<_, _> = serde_json::from_str(&auth(&query)).unwrap();
    assert_eq!(parsed.len(), 100);
}

#[test]
fn a_query_behind_the_namespace_of_an_event_is_ignored() {
    let packet = read(r#"2/custom?a=b,["e"]"#).unwrap();
    assert_eq!(packet.namespace, "/custom");
    assert!(matches!(packet.body, Body::Event { .. }));
}

#[test]
fn what_is_forbidden_later_is_forbidden_here() {
    for text in ["", "7", r#"2["connect"]"#, "2{}", "1{}", "0[1]", r#"51["e"]"#] {
        assert!(read(text).is_err(), "{text}");
    }
}

#[test]
fn clients_are_in_the_main_namespace_from_the_start_and_join_others() {
    let messages = SocketIo2Messages::new(SocketIoMessages::default(), "id");
    assert_eq!(messages.home().unwrap(), "/");
    assert_eq!(messages.joining(), Joining::ByPacket);
    assert_eq!(messages.public_id(), Some("id"));
}
