//! Garbage in MessagePack from a generator with fixed seeds: nothing may panic, and what is taken must be fit to be
//! passed on.

use std::time::Instant;

use bytes::Bytes;
use roomful_protocol::args::{Args, check_placeholders};
use roomful_protocol::limits::Limits;
use roomful_protocol::messages::{Messages, Read};
use roomful_protocol::packet::{Body, Outbound, Packet};
use roomful_protocol::socketio::msgpack::MsgpackMessages;
use roomful_protocol::wire::{Unit, Wire};
use serde::de::IgnoredAny;

const ROUNDS: usize = 50_000;

/// Xorshift, 64 bits.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    /// A value of any kind, in any of its forms.
    fn value(&mut self, depth: usize, into: &mut Vec<u8>) {
        let content: Vec<u8> = (0..self.below(12)).map(|_| self.next() as u8).collect();
        let kind = self.below(if depth == 0 { 9 } else { 11 });
        let len = self.below(4);
        match kind {
            0 => into.push([0xc0, 0xc2, 0xc3][self.below(3)]),
            1 => into.extend([0xd4, 0, 0]),
            2 => into.push([0x00, 0x07, 0x7f, 0xe0, 0xff][self.below(5)]),
            3 => into.extend([[0xcb].as_slice(), &self.next().to_be_bytes()].concat()),
            4 => into.extend([[0xcf].as_slice(), &self.next().to_be_bytes()].concat()),
            5 => into.extend([[0xd3].as_slice(), &self.next().to_be_bytes()].concat()),
            6 => into.extend([&[0xa0 | content.len() as u8], content.as_slice()].concat()),
            7 => into.extend([&[0xc4, content.len() as u8], content.as_slice()].concat()),
            8 => {
                let kind = [0, 255, 5][self.below(3)];
                into.extend([&[0xc7, content.len() as u8, kind], content.as_slice()].concat());
            }
            9 => {
                into.push(0x90 | len as u8);
                (0..len).for_each(|_| self.value(depth - 1, into));
            }
            _ => {
                into.push(0x80 | len as u8);
                for _ in 0..len {
                    let key: &[u8] =
                        [b"\xa1a".as_slice(), b"\xacplaceholder_", b"\xac_placeholder", b"\xa3num", b"\x01"]
                            [self.below(5)];
                    into.extend(key);
                    self.value(depth - 1, into);
                }
            }
        }
    }

    /// An event with up to five arguments.
    fn event(&mut self) -> Vec<u8> {
        let args = self.below(6);
        let mut event = b"\x83\xa4type\x02\xa3nsp\xa1/\xa4data".to_vec();
        event.extend([0x91 + args as u8, 0xa1, b'm']);
        (0..args).for_each(|_| self.value(4, &mut event));
        event
    }

    /// A packet with some bytes changed, or random bytes.
    fn garbage(&mut self) -> Vec<u8> {
        if self.below(8) == 0 {
            return (0..self.below(24)).map(|_| self.next() as u8).collect();
        }
        let mut bytes = self.event();
        for _ in 0..self.below(3) {
            let at = self.below(bytes.len());
            match self.below(4) {
                0 => bytes.truncate(at),
                1 => bytes.insert(at, self.next() as u8),
                _ => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = self.next() as u8),
            }
        }
        bytes
    }
}

fn read(message: Vec<u8>) -> Option<Packet> {
    match MsgpackMessages.binary(Instant::now(), message.into(), &Limits::default()) {
        Ok(Read::Packet(packet)) => Some(packet),
        _ => None,
    }
}

fn args(packet: &Packet) -> Option<(&Args, Outbound<'_>)> {
    match &packet.body {
        Body::Event { name, args, ack } => {
            Some((args, Outbound::Event { name, args, ack: *ack, offset: None }))
        }
        Body::Ack { id, args } => Some((args, Outbound::Ack { id: *id, args })),
        Body::Connect { .. } | Body::Disconnect => None,
    }
}

#[test]
fn what_is_taken_is_json_with_the_attachments_it_refers_to() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut taken = 0;
    for _ in 0..ROUNDS {
        let Some(packet) = read(random.garbage()) else { continue };
        let Some((args, _)) = args(&packet) else { continue };
        taken += 1;
        let json = format!("[{}]", args.elements());
        assert!(serde_json::from_str::<Vec<IgnoredAny>>(&json).is_ok(), "{json}");
        assert!(args.attachments().len() <= Limits::default().max_attachments);
        let attachments = args.attachments().len();
        assert!(attachments == 0 || check_placeholders(args.elements(), attachments).is_ok(), "{json}");
    }
    assert!(taken > ROUNDS / 10, "{taken}");
}

#[test]
fn what_is_taken_comes_back_as_it_was() {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let mut taken = 0;
    for _ in 0..ROUNDS {
        let Some(packet) = read(random.event()) else { continue };
        let Some((_, outbound)) = args(&packet) else { continue };
        taken += 1;
        let Some(Unit::One(frame)) = Wire::Msgpack.encode(&packet.namespace, &outbound) else {
            panic!("{packet:?} is not encoded");
        };
        let again = read(frame.payload().to_vec()).unwrap();
        let (before, after) = (read_back(&packet), read_back(&again));
        assert_eq!(before, after);
    }
    assert!(taken > ROUNDS / 2, "{taken}");
}

/// What a handler reads of a packet: JSON in which equal keys are one, and each placeholder is its bytes.
fn read_back(packet: &Packet) -> String {
    fn write(value: &serde_json::Value, attachments: &[Bytes]) -> String {
        match value {
            serde_json::Value::Object(map) if map.get("_placeholder") == Some(&true.into()) => {
                let number = map.get("num").and_then(serde_json::Value::as_u64);
                let attached = number.and_then(|number| attachments.get(number as usize));
                attached.map_or_else(|| value.to_string(), |bytes| format!("{bytes:?}"))
            }
            serde_json::Value::Object(map) => {
                let pairs = map.iter().map(|(key, value)| format!("{key:?}:{}", write(value, attachments)));
                format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
            }
            serde_json::Value::Array(values) => {
                let values = values.iter().map(|value| write(value, attachments));
                format!("[{}]", values.collect::<Vec<_>>().join(","))
            }
            other => other.to_string(),
        }
    }
    let Some((args, _)) = args(packet) else { return String::new() };
    let json: serde_json::Value = serde_json::from_str(&format!("[{}]", args.elements())).unwrap();
    write(&json, args.attachments())
}
