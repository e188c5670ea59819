//! Garbage for the decoders of SockJS, websocket-multiplex and Primus, from a generator with fixed seeds: nothing may
//! panic, no packet may be more than what came, and what is passed on can be read.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytestring::ByteString;
use roomful_protocol::limits::Limits;
use roomful_protocol::messages::{Messages, Read};
use roomful_protocol::multiplex::{Channels, MultiplexMessages};
use roomful_protocol::packet::{Body, Outbound, Packet};
use roomful_protocol::primus::{ClientId, Events, Options, PrimusMessages};
use roomful_protocol::sockjs::{read_frame, read_messages};
use roomful_protocol::wire::Wire;

const ROUNDS: usize = 50_000;

/// Parts of which messages are made, whole ones among them.
const PARTS: &[&str] = &[
    r#"["a","é\n"]"#,
    r#""a""#,
    "[]",
    "\"primus::id::\"",
    "\"primus::ping::17\"",
    "\"primus::pong::",
    r#"{"type":0,"data":["said",1,{"x":"y"}],"id":1}"#,
    r#"{"type":1,"data":["acked"],"id":18446744073709551615}"#,
    r#"{"type":0,"data":["disconnect"],"id":0}"#,
    r#"[1,"71t4okcyoet","a"]"#,
    r#"[0,"71t4okcyoet","a",{"hi":1}]"#,
    r#"[2,7,"a"]"#,
    "sub,bob%2Csmith",
    "msg,bob%2Csmith,a,b",
    "uns,ann",
    "msg,ann,",
    "%u20AC",
    "%",
    "\\ud83d",
    "\"",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    "0",
    "1e999",
    "null",
    "é",
    "😀",
    "\u{2028}",
    "\0",
    " ",
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
        let mut text = PARTS[self.below(PARTS.len())].to_owned();
        for _ in 0..self.below(4) {
            let part = PARTS[self.below(PARTS.len())];
            let mut at = self.below(text.len() + 1);
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            match self.below(3) {
                0 => text.insert_str(at, part),
                1 => text.truncate(at),
                _ => text = text.split_off(at),
            }
        }
        text
    }
}

/// Passes a packet on to a client with that wire, as an echo does.
fn relayed(wire: Wire, packet: &Packet) -> Option<String> {
    let Body::Event { name, args, .. } = &packet.body else { return None };
    let event = Outbound::Event { name, args, ack: None, offset: None };
    let unit = match &packet.lane {
        Some(lane) => wire.encode_in_lane(lane, &packet.namespace, &event)?,
        None => wire.encode(&packet.namespace, &event)?,
    };
    Some(String::from_utf8(unit.frames()[0].payload().to_vec()).unwrap())
}

fn size(packet: &Packet) -> usize {
    let lane = packet.lane.as_ref().map_or(0, |lane| lane.len());
    lane + match &packet.body {
        Body::Event { name, args, .. } => name.len() + args.elements().len(),
        _ => 0,
    }
}

#[test]
fn garbage_of_sockjs_is_messages_or_refused() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let mut messages = 0;
    for _ in 0..ROUNDS {
        let text = random.text();
        let read = [read_messages(&text), read_frame(&text)];
        for read in read.into_iter().flatten() {
            messages += read.len();
            // Half of a surrogate pair is six characters as it comes, and three bytes as it is read.
            assert!(read.iter().map(|message| message.len()).sum::<usize>() <= text.len(), "{text}");
        }
    }
    assert!(messages > ROUNDS / 20, "the garbage is too bad to test anything: {messages}");
}

#[test]
fn garbage_of_channels_is_packets_or_nothing() {
    let mut channels = Channels::default();
    for name in ["ann", "bob,smith"] {
        channels.insert(name, format!("/{name}").into());
    }
    let channels = Arc::new(channels);
    let mut random = Random(0xbf58_476d_1ce4_e5b9);
    let (mut packets, limits) = (0, Limits::default());
    for _ in 0..ROUNDS {
        let text = ByteString::from(random.text());
        let mut client = MultiplexMessages::new(channels.clone());
        let Ok(Read::Packet(packet)) = client.text(Instant::now(), &text, &text, &limits) else { continue };
        packets += 1;
        assert!(matches!(&*packet.namespace, "/ann" | "/bob,smith"), "{text}");
        if let Some(said) = relayed(Wire::Multiplex, &packet) {
            let lane = packet.lane.as_deref().unwrap();
            assert!(said.starts_with(&format!("msg,{lane},")), "{text} became {said}");
        }
    }
    assert!(packets > ROUNDS / 50, "the garbage is too bad to test anything: {packets}");
}

#[test]
fn garbage_of_primus_is_documents_or_nothing() {
    let channels = [("a".into(), "/a".into())].into();
    let options = Arc::new(Options { events: Events::Emitter, channels, ..Options::default() });
    let mut random = Random(0x94d0_49bb_1331_11eb);
    let (mut packets, limits) = (0, Limits::default());
    for _ in 0..ROUNDS {
        let text = ByteString::from(random.text());
        let now = Instant::now();
        let mut client =
            PrimusMessages::new(now, Duration::ZERO, options.clone(), ClientId::Public("id".into()));
        match client.text(now, &text, &text, &limits).unwrap() {
            Read::Packet(packet) => {
                packets += 1;
                assert!(size(&packet) <= text.len() + "message".len() + 8, "{text} became {packet:?}");
                if let Some(said) = relayed(client.wire(), &packet) {
                    assert!(serde_json::from_str::<&serde_json::value::RawValue>(&said).is_ok(), "{said}");
                }
            }
            Read::Reply(unit) => assert!(unit.wire_len() <= 128, "{text}"),
            Read::Unreadable(_) | Read::Nothing => {}
        }
        assert!(client.binary(now, text.into_bytes(), &limits).is_ok());
    }
    assert!(packets > ROUNDS / 20, "the garbage is too bad to test anything: {packets}");
}
