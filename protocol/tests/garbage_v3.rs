//! Garbage for the decoders of Engine.IO 3, from a generator with fixed seeds: nothing may panic, and no packet may
//! be more than what came.

use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use roomful_protocol::engineio::payload_v3::PayloadDecoder;
use roomful_protocol::engineio::{EngineLink, Framing, Start, TransportKind, Version, jsonp};
use roomful_protocol::limits::Limits;
use roomful_protocol::link::{Frame, Link, Output, TransportId};
use roomful_protocol::socketio::SocketIoMessages;
use roomful_protocol::socketio::v2::SocketIo2Messages;

const ROUNDS: usize = 50_000;

/// Parts of which bodies of text are made.
const TEXTS: &[&str] = &[
    "1:2",
    "2:40",
    "14:42[\"echo\",\"€\"]",
    "2:4😀",
    "12:40/chat?a=b,",
    "10:b4AQIDBA==",
    "50:451-[\"e\",{\"_placeholder\":true,\"num\":0}]",
    "0:",
    "9",
    ":",
    "é",
    "\\n",
    "%",
];

/// Parts of which bodies of bytes are made.
const BYTES: &[&[u8]] = &[
    &[0, 1, 255, b'2'],
    &[0, 4, 255, b'4', 0xe2, 0x82, 0xac],
    &[0, 4, 255, b'4', 0xed, 0xa0, 0xbd],
    &[1, 3, 255, 4, 1, 2],
    &[1, 0, 255],
    &[1, 9, 9, 255],
    &[0, 255],
    &[255],
    &[7],
];

/// Xorshift, 64 bits.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound as u64) as usize
    }

    fn text(&mut self) -> String {
        let parts = 1 + self.below(6);
        (0..parts).map(|_| TEXTS[self.below(TEXTS.len())]).collect()
    }

    fn bytes(&mut self) -> Vec<u8> {
        let parts = 1 + self.below(6);
        let mut bytes: Vec<u8> =
            (0..parts).flat_map(|_| BYTES[self.below(BYTES.len())].iter().copied()).collect();
        if self.below(3) == 0 {
            let at = self.below(bytes.len());
            bytes[at] = self.below(256) as u8;
        }
        bytes
    }
}

fn check(decoder: PayloadDecoder, len: usize) -> Vec<Frame> {
    let frames: Vec<Frame> = decoder.collect();
    let size = |frame: &Frame| match frame {
        Frame::Text(text) => text.len(),
        Frame::Binary(data) => data.len(),
    };
    assert!(frames.iter().map(size).sum::<usize>() <= len);
    assert!(frames.len() <= len.max(1));
    frames
}

#[test]
fn garbage_is_cut_into_packets_or_ends_the_connection() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (now, transport) = (Instant::now(), TransportId(0));
    let limits = Arc::new(Limits::default());
    let (mut read, mut ended) = (0, 0);
    for _ in 0..ROUNDS {
        let frames = if random.below(2) == 0 {
            let body = random.text();
            check(PayloadDecoder::text(body.as_str().into()), body.len())
        } else {
            let body = random.bytes();
            check(PayloadDecoder::binary(Bytes::from(body.clone())), body.len())
        };
        let start = Start {
            transport,
            kind: TransportKind::Polling,
            open: String::new(),
            allow_upgrades: true,
            framing: Framing { version: Version::V3, base64: false, ..Framing::default() },
        };
        let mut link = EngineLink::new(
            now,
            start,
            SocketIo2Messages::new(SocketIoMessages::default(), "id"),
            limits.clone(),
        );
        for frame in frames {
            let _ = link.handle_frame(now, transport, frame);
        }
        while let Some(output) = link.poll_output() {
            match output {
                Output::Inbound(_) => read += 1,
                Output::Closed(_) => ended += 1,
                _ => {}
            }
        }
    }
    assert!(read > ROUNDS / 20, "the garbage is too bad to test anything: {read}");
    assert!(ended > ROUNDS / 20, "the garbage is too good to test anything: {ended}");
}

#[test]
fn garbage_in_a_form_becomes_no_longer() {
    let mut random = Random(0xbf58_476d_1ce4_e5b9);
    for _ in 0..ROUNDS {
        let text = random.text();
        assert!(jsonp::unescape(&text).len() <= text.len());
    }
}
