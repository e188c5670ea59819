//! The vectors below `vectors/`, both ways. They are shared with the client, so they say more than this side
//! needs: what only a server sends is encoded here and decoded there.

use std::sync::Arc;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use roomful_protocol::args::Args;
use roomful_protocol::engineio::messages::BareMessages;
use roomful_protocol::engineio::payload::{PayloadDecoder, PayloadEncoder};
use roomful_protocol::engineio::{EngineLink, Framing, Start, TransportKind, messages};
use roomful_protocol::limits::Limits;
use roomful_protocol::link::{Frame, Link, Output, TransportId};
use roomful_protocol::messages::{Messages, Read};
use roomful_protocol::packet::{Body, MAIN, MESSAGE, Outbound, Packet};
use roomful_protocol::socketio::msgpack::MsgpackMessages;
use roomful_protocol::socketio::{SocketIoMessages, encode};
use roomful_protocol::websocket::Opcode;
use roomful_protocol::wire::{Unit, Wire, WireFrame};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value, json};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    name: String,
    from: From,
    text: String,
    #[serde(default)]
    attachments: Vec<String>,
    #[serde(default)]
    packet: Value,
    #[serde(default)]
    canonical: bool,
    #[serde(default)]
    error: bool,
}

#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum From {
    Client,
    Server,
    Both,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Payload {
    name: String,
    body: String,
    packets: Vec<String>,
    #[serde(default)]
    messages: Vec<Value>,
    #[serde(default)]
    canonical: bool,
    #[serde(default)]
    error: bool,
}

fn vectors(from: From) -> Vec<Vector> {
    let all: Vec<Vector> = serde_json::from_str(include_str!("../vectors/socketio.json")).unwrap();
    all.into_iter().filter(|vector| vector.from == from || vector.from == From::Both).collect()
}

fn payloads() -> Vec<Payload> {
    serde_json::from_str(include_str!("../vectors/engineio-payload.json")).unwrap()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Msgpack {
    name: String,
    from: From,
    hex: String,
    #[serde(default)]
    packet: Value,
    #[serde(default)]
    error: bool,
}

fn msgpack(from: From) -> Vec<Msgpack> {
    let all: Vec<Msgpack> = serde_json::from_str(include_str!("../vectors/msgpack.json")).unwrap();
    all.into_iter().filter(|vector| vector.from == from).collect()
}

/// The bytes that hexadecimal digits stand for; `(xx*n)` is n times the byte xx.
fn from_hex(hex: &str) -> Bytes {
    let digits = |digits: &str| -> Vec<u8> {
        let at = |index: usize| u8::from_str_radix(&digits[2 * index..2 * index + 2], 16).unwrap();
        (0..digits.len() / 2).map(at).collect()
    };
    let mut parts = hex.split('(');
    let mut bytes = digits(parts.next().unwrap());
    for part in parts {
        let (repeated, plain) = part.split_once(')').unwrap();
        let (byte, times) = repeated.split_once('*').unwrap();
        bytes.extend(digits(byte).repeat(times.parse().unwrap()));
        bytes.extend(digits(plain));
    }
    bytes.into()
}

fn bytes(base64: &str) -> Bytes {
    STANDARD.decode(base64).unwrap().into()
}

/// The base64 of a value that stands for binary data.
fn binary(value: &Value) -> Option<&str> {
    value.as_object()?.get("$binary")?.as_str()
}

/// A value of a vector as an argument: what stands for binary data becomes an attachment.
struct Argument<'a>(&'a Value);

impl Serialize for Argument<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match (binary(self.0), self.0) {
            (Some(base64), _) => serializer.serialize_bytes(&bytes(base64)),
            (None, Value::Array(values)) => {
                let mut seq = serializer.serialize_seq(Some(values.len()))?;
                values.iter().try_for_each(|value| seq.serialize_element(&Argument(value)))?;
                seq.end()
            }
            (None, Value::Object(values)) => {
                let mut map = serializer.serialize_map(Some(values.len()))?;
                values.iter().try_for_each(|(key, value)| map.serialize_entry(key, &Argument(value)))?;
                map.end()
            }
            (None, other) => other.serialize(serializer),
        }
    }
}

/// Arguments as a vector writes them.
fn written(args: &Args) -> Value {
    fn write(value: Value, attachments: &[Bytes]) -> Value {
        match value {
            Value::Array(values) => values.into_iter().map(|value| write(value, attachments)).collect(),
            Value::Object(values) if values.get("_placeholder") == Some(&Value::Bool(true)) => {
                let number = values["num"].as_u64().unwrap() as usize;
                json!({ "$binary": STANDARD.encode(&attachments[number]) })
            }
            Value::Object(values) => values
                .into_iter()
                .map(|(key, value)| (key, write(value, attachments)))
                .collect::<Map<_, _>>()
                .into(),
            other => other,
        }
    }
    let values: Value = serde_json::from_str(&format!("[{}]", args.elements())).unwrap();
    if args.attachments().is_empty() { values } else { write(values, args.attachments()) }
}

/// A packet as a vector describes it.
fn described(packet: &Packet) -> Value {
    let (kind, rest) = match &packet.body {
        Body::Connect { auth: None } => ("connect", json!({})),
        Body::Connect { auth: Some(auth) } => {
            ("connect", json!({ "auth": serde_json::from_str::<Value>(auth).unwrap() }))
        }
        Body::Disconnect => ("disconnect", json!({})),
        Body::Event { name, args, ack: None } => ("event", json!({ "name": &**name, "args": written(args) })),
        Body::Event { name, args, ack: Some(id) } => {
            ("event", json!({ "name": &**name, "args": written(args), "id": id }))
        }
        Body::Ack { id, args } => ("ack", json!({ "id": id, "args": written(args) })),
    };
    let mut all = json!({ "type": kind, "namespace": &*packet.namespace });
    all.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
    all
}

/// What a server reads from a vector: the description of its packet, or `null`.
fn read(vector: &Vector) -> Result<Value, String> {
    let mut messages = SocketIoMessages::default();
    let limits = Limits::default();
    let now = Instant::now();
    let text = bytestring::ByteString::from(&*vector.text);
    let mut last = messages.text(now, &text, &text, &limits);
    for attachment in &vector.attachments {
        last.map_err(|error| error.to_string())?;
        last = messages.binary(now, bytes(attachment), &limits);
    }
    assert!(last.is_err() || messages.deadline().is_none(), "{}: the packet is unfinished", vector.name);
    Ok(match last.map_err(|error| error.to_string())? {
        Read::Packet(packet) => described(&packet),
        Read::Nothing | Read::Reply(_) | Read::Unreadable(_) => Value::Null,
    })
}

/// Encodes a described packet.
fn encoded(wire: Wire, packet: &Value) -> Unit {
    let text = |key: &str| packet[key].as_str().unwrap_or_default();
    let list: Vec<_> =
        packet["args"].as_array().map(|args| args.iter().map(Argument).collect()).unwrap_or_default();
    let args = Args::new(&list).unwrap();
    let id = packet["id"].as_u64();
    let data = packet.get("data").map(Value::to_string);
    let outbound = match text("type") {
        "connected" => Outbound::Connected { sid: text("sid"), pid: packet["pid"].as_str() },
        "refused" => Outbound::Refused { message: text("message"), data: data.as_deref() },
        "disconnect" => Outbound::Disconnect,
        "event" => {
            Outbound::Event { name: text("name"), args: &args, ack: id, offset: packet["offset"].as_str() }
        }
        "ack" => Outbound::Ack { id: id.unwrap(), args: &args },
        other => panic!("a server does not send {other:?}"),
    };
    wire.encode(text("namespace"), &outbound).unwrap()
}

/// Encodes a described packet: its text and its attachments.
fn write(packet: &Value) -> (String, Vec<Bytes>) {
    let unit = encoded(Wire::SocketIo, packet);
    let (first, attachments) = unit.frames().split_first().unwrap();
    let text = String::from_utf8(first.payload().to_vec()).unwrap();
    (text, attachments.iter().map(WireFrame::payload).collect())
}

#[test]
fn what_clients_send_is_decoded() {
    for vector in vectors(From::Client).iter().filter(|vector| !vector.error) {
        assert_eq!(read(vector), Ok(vector.packet.clone()), "{}: {}", vector.name, vector.text);
    }
}

#[test]
fn what_clients_must_not_send_is_refused() {
    for vector in vectors(From::Client).iter().filter(|vector| vector.error) {
        assert!(read(vector).is_err(), "{}: {}", vector.name, vector.text);
    }
}

#[test]
fn what_servers_send_is_encoded() {
    for vector in vectors(From::Server).iter().filter(|vector| vector.canonical) {
        let attachments: Vec<_> = vector.attachments.iter().map(|attachment| bytes(attachment)).collect();
        assert_eq!(write(&vector.packet), (format!("4{}", vector.text), attachments), "{}", vector.name);
    }
}

#[test]
fn every_vector_of_socket_io_has_its_own_name() {
    let mut names: Vec<_> = vectors(From::Client).into_iter().map(|vector| vector.name).collect();
    let all = names.len();
    assert!(all > 90, "{all}");
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all);
}

#[test]
fn bodies_are_cut_into_packets() {
    for payload in payloads() {
        let packets: Vec<_> = PayloadDecoder::new(payload.body.clone().into()).collect();
        let expected: Vec<_> =
            payload.packets.iter().map(|packet| Frame::Text(packet.clone().into())).collect();
        assert_eq!(packets, expected, "{}", payload.name);
    }
}

#[test]
fn a_connection_reads_the_messages_of_a_body() {
    for payload in payloads() {
        let now = Instant::now();
        let transport = TransportId(0);
        let start = Start {
            transport,
            kind: TransportKind::Polling,
            open: String::new(),
            allow_upgrades: true,
            framing: Framing::default(),
        };
        let mut link = EngineLink::new(now, start, BareMessages::default(), Arc::new(Limits::default()));
        let read: Result<Vec<_>, _> = PayloadDecoder::new(payload.body.into())
            .map(|frame| link.handle_frame(now, transport, frame))
            .collect();
        assert_eq!(read.is_err(), payload.error, "{}", payload.name);
        let messages: Vec<_> = std::iter::from_fn(|| link.poll_output())
            .filter_map(|output| match output {
                Output::Inbound(Packet { body: Body::Event { args, .. }, .. }) => {
                    Some(written(&args)[0].clone())
                }
                _ => None,
            })
            .collect();
        assert!(payload.error || messages == payload.messages, "{}: {messages:?}", payload.name);
    }
}

#[test]
fn messages_are_encoded_as_bodies() {
    for payload in payloads().iter().filter(|payload| payload.canonical) {
        let mut encoder = PayloadEncoder::default();
        for message in &payload.messages {
            let args = Args::single(&Argument(message)).unwrap();
            let event = Outbound::Event { name: &MESSAGE, args: &args, ack: None, offset: None };
            let unit = messages::encode(&event).unwrap();
            unit.frames().iter().for_each(|frame| encoder.push(frame));
        }
        assert_eq!(encoder.finish(), payload.body, "{}", payload.name);
    }
}

#[test]
fn binary_frames_are_told_from_text() {
    let args = Args::single(&Argument(&json!({ "$binary": "AAEC" }))).unwrap();
    let packet = Outbound::Event { name: "m", args: &args, ack: None, offset: None };
    let kinds: Vec<_> = encode(&MAIN, &packet).frames().iter().map(WireFrame::opcode).collect();
    assert_eq!(kinds, [Opcode::Text, Opcode::Binary]);
}

#[test]
fn what_clients_send_as_messagepack_is_decoded() {
    for vector in msgpack(From::Client).iter().filter(|vector| !vector.error) {
        let read = MsgpackMessages.binary(Instant::now(), from_hex(&vector.hex), &Limits::default());
        let read = match read.unwrap_or_else(|error| panic!("{}: {error}", vector.name)) {
            Read::Packet(packet) => described(&packet),
            Read::Nothing | Read::Reply(_) | Read::Unreadable(_) => Value::Null,
        };
        assert_eq!(read, vector.packet, "{}", vector.name);
    }
}

#[test]
fn what_clients_must_not_send_as_messagepack_is_refused() {
    for vector in msgpack(From::Client).iter().filter(|vector| vector.error) {
        let read = MsgpackMessages.binary(Instant::now(), from_hex(&vector.hex), &Limits::default());
        assert!(read.is_err(), "{}: {read:?}", vector.name);
    }
}

#[test]
fn what_servers_send_as_messagepack_is_encoded() {
    for vector in msgpack(From::Server) {
        let unit = encoded(Wire::Msgpack, &vector.packet);
        let [frame] = unit.frames() else { panic!("{}: {unit:?}", vector.name) };
        assert_eq!(frame.opcode(), Opcode::Binary);
        assert_eq!(frame.payload(), from_hex(&vector.hex), "{}", vector.name);
    }
}
