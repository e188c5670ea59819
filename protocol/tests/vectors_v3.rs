//! The vectors of polling in Engine.IO 3, both ways.

use std::sync::Arc;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use roomful_protocol::args::Args;
use roomful_protocol::engineio::messages::{self, BareMessages};
use roomful_protocol::engineio::payload_v3::{Payload, PayloadDecoder, PayloadEncoder};
use roomful_protocol::engineio::{EngineLink, Framing, Start, TransportKind, Version};
use roomful_protocol::limits::Limits;
use roomful_protocol::link::{Frame, Link, Output, TransportId};
use roomful_protocol::packet::{Body, MESSAGE, Outbound, Packet};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    name: String,
    messages: Vec<Value>,
    base64: Value,
    plain: Value,
}

fn vectors() -> Vec<Vector> {
    serde_json::from_str(include_str!("../vectors/engineio3-payload.json")).unwrap()
}

/// Binary data, where a value stands for that.
fn binary(value: &Value) -> Option<Bytes> {
    Some(STANDARD.decode(value.get("$binary")?.as_str()?).unwrap().into())
}

fn args(message: &Value) -> Args {
    match binary(message) {
        Some(data) => Args::single(&data).unwrap(),
        None => Args::single(message).unwrap(),
    }
}

fn body(value: &Value) -> Payload {
    match binary(value) {
        Some(bytes) => Payload::Binary(bytes.to_vec()),
        None => Payload::Text(value.as_str().unwrap().to_owned()),
    }
}

#[test]
fn messages_are_encoded_as_the_reference_does() {
    for vector in vectors() {
        for (base64, expected) in [(true, &vector.base64), (false, &vector.plain)] {
            let mut encoder = PayloadEncoder::default();
            for message in &vector.messages {
                let args = args(message);
                let event = Outbound::Event { name: &MESSAGE, args: &args, ack: None, offset: None };
                let unit = messages::encode(&event)
                    .unwrap()
                    .framed(Framing { version: Version::V3, base64, ..Framing::default() })
                    .unwrap();
                unit.frames().iter().for_each(|frame| encoder.push(frame));
            }
            assert_eq!(encoder.finish(), body(expected), "{}, base64: {base64}", vector.name);
        }
    }
}

#[test]
fn a_connection_reads_what_the_reference_encodes() {
    for vector in vectors() {
        for from in [&vector.base64, &vector.plain] {
            let frames: Vec<Frame> = match body(from) {
                Payload::Text(text) => PayloadDecoder::text(text.into()).collect(),
                Payload::Binary(bytes) => PayloadDecoder::binary(bytes.into()).collect(),
            };
            let read = read(frames);
            let expected: Vec<Args> = vector.messages.iter().map(args).collect();
            assert_eq!(read, expected, "{}", vector.name);
        }
    }
}

fn read(frames: Vec<Frame>) -> Vec<Args> {
    let (now, transport) = (Instant::now(), TransportId(0));
    let start = Start {
        transport,
        kind: TransportKind::Polling,
        open: String::new(),
        allow_upgrades: true,
        framing: Framing { version: Version::V3, base64: false, ..Framing::default() },
    };
    let mut link = EngineLink::new(now, start, BareMessages::default(), Arc::new(Limits::default()));
    for frame in frames {
        link.handle_frame(now, transport, frame).unwrap();
    }
    std::iter::from_fn(|| link.poll_output())
        .filter_map(|output| match output {
            Output::Inbound(Packet { body: Body::Event { args, .. }, .. }) => Some(args),
            _ => None,
        })
        .collect()
}
