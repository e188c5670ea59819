//! Garbage from a generator with fixed seeds: nothing may panic, and nothing may cost more than it came with.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use bytestring::ByteString;
use roomful_protocol::args::Args;
use roomful_protocol::engineio::payload::PayloadDecoder;
use roomful_protocol::engineio::{EngineLink, Framing, Start, TransportKind};
use roomful_protocol::limits::Limits;
use roomful_protocol::link::{Frame, Link, Output, TransportEnd, TransportId};
use roomful_protocol::messages::{Messages, Read};
use roomful_protocol::packet::{Body, Outbound, Packet};
use roomful_protocol::socketio::{Decoded, SocketIoMessages, decode, encode};
use roomful_protocol::wire::Unit;

/// Rounds of each of the four tests.
const ROUNDS: usize = 50_000;

/// Socket.IO packets, from which most of the garbage is made.
const SEEDS: &[&str] = &[
    r#"0{"token":"x","deep":[{"a":1}]}"#,
    "0/custom,",
    "1/custom,",
    r#"2["ev",1,"two",null,true,[3.5e-7],{"a":{}}]"#,
    r#"2/custom,18446744073709551615["é\u00e9\ud83d\ude00","\ud83d"]"#,
    r#"52-["m",{"_placeholder":true,"num":1},[{"num":0,"_placeholder":true}]]"#,
    r#"51-/custom,7["\u006d",{"\u005fplaceholder":true,"num":0}]"#,
    r#"61-5[{"_placeholder":true,"num":0}]"#,
    "37[1,[2]]",
    r#"2["disconnect"]"#,
];

/// Packets of Engine.IO that are no messages.
const OTHERS: &[&str] = &["1", "2", "2probe", "3", "5", "6", "b", "bAAEC", "bAQ==", "", "0{}", "x"];

/// Characters with a meaning somewhere.
const ALPHABET: &[char] = &[
    '0',
    '1',
    '2',
    '4',
    '5',
    '6',
    '9',
    '[',
    ']',
    '{',
    '}',
    '"',
    '\\',
    ',',
    ':',
    '/',
    '-',
    '.',
    'e',
    'u',
    'd',
    '8',
    'n',
    't',
    ' ',
    '\n',
    '\u{1e}',
    '\0',
    'é',
    '€',
    '\u{1f600}',
    '\u{fffd}',
    '=',
    'b',
    '_',
];

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

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())]
    }

    /// A text: a good packet, a packet with some characters changed, or random bytes.
    fn text(&mut self) -> String {
        match self.below(8) {
            0 => self.one_of(SEEDS).to_owned(),
            1 => (0..self.below(24)).map(|_| self.one_of(ALPHABET)).collect(),
            2 => {
                let bytes: Vec<u8> = (0..self.below(24)).map(|_| self.next() as u8).collect();
                String::from_utf8_lossy(&bytes).into_owned()
            }
            _ => self.mutated(),
        }
    }

    fn mutated(&mut self) -> String {
        let mut characters: Vec<char> = self.one_of(SEEDS).chars().collect();
        for _ in 0..=self.below(4) {
            let at = self.below(characters.len());
            let until = at + self.below(characters.len() - at).min(6);
            match self.below(5) {
                0 => drop(characters.drain(at..until)),
                1 => characters.insert(at, self.one_of(ALPHABET)),
                2 => characters.truncate(at),
                3 => {
                    let again: Vec<char> = characters[at..until].to_vec();
                    characters.splice(at..at, again);
                }
                _ => {
                    if let Some(character) = characters.get_mut(at) {
                        *character = self.one_of(ALPHABET);
                    }
                }
            }
        }
        characters.into_iter().collect()
    }

    /// A frame of Engine.IO.
    fn frame(&mut self) -> Frame {
        match self.below(8) {
            0 => Frame::Binary(Bytes::from_static(b"x")),
            1 | 2 => Frame::Text(self.one_of(OTHERS).into()),
            3 => Frame::Text(self.text().into()),
            _ => Frame::Text(format!("4{}", self.text()).into()),
        }
    }
}

/// Checks that a packet is no larger than its text, and that a server can send it on unchanged.
fn check(packet: &Packet, text: &str) {
    let (args, outbound) = match &packet.body {
        Body::Event { name, args, ack } => {
            assert!(name.len() <= text.len());
            (args, Outbound::Event { name, args, ack: *ack, offset: None })
        }
        Body::Ack { id, args } => (args, Outbound::Ack { id: *id, args }),
        Body::Connect { .. } | Body::Disconnect => return,
    };
    assert!(args.elements().len() <= text.len());
    let again = relayed(&encode(&packet.namespace, &outbound), args);
    assert_eq!(again.as_ref(), Some(packet), "{text:?}");
}

/// What another server would read from an encoded packet.
fn relayed(unit: &Unit, args: &Args) -> Option<Packet> {
    let frames = unit.frames();
    assert_eq!(frames.len(), 1 + args.attachments().len());
    let text = ByteString::try_from(frames[0].payload()).ok()?;
    let mut messages = SocketIoMessages::default();
    let (now, limits) = (Instant::now(), Limits::default());
    let mut read = messages.text(now, &text[1..], &text, &limits);
    for frame in &frames[1..] {
        assert_eq!(read, Ok(Read::Nothing));
        read = messages.binary(now, frame.payload(), &limits);
    }
    match read {
        Ok(Read::Packet(packet)) => Some(packet),
        _ => None,
    }
}

#[test]
fn garbage_is_decoded_or_refused() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let limits = Limits::default();
    let mut packets = 0;
    for _ in 0..ROUNDS {
        let text = random.text();
        match decode(&ByteString::from(&*text), &limits) {
            Ok(Decoded::Packet(packet)) => {
                packets += 1;
                check(&packet, &text);
            }
            Ok(Decoded::Announced(_, count)) => assert!((1..=10).contains(&count), "{text:?}"),
            Ok(Decoded::Nothing) | Err(_) => {}
        }
    }
    assert!(packets > ROUNDS / 20, "the garbage is too bad to test anything: {packets}");
}

#[test]
fn garbage_with_attachments_is_put_together_or_refused() {
    let mut random = Random(0xbf58_476d_1ce4_e5b9);
    let limits = Limits::default();
    let now = Instant::now();
    let mut messages = SocketIoMessages::default();
    let mut text = ByteString::new();
    let mut packets = 0;
    for _ in 0..ROUNDS {
        let unfinished = messages.deadline().is_some();
        let read = if random.below(16) < if unfinished { 14 } else { 1 } {
            messages.binary(now, Bytes::from_static(b"data"), &limits)
        } else {
            text = random.text().into();
            messages.text(now, &text, &text, &limits)
        };
        match read {
            Ok(Read::Packet(packet)) => {
                packets += 1;
                check(&packet, &text);
                assert_eq!(messages.deadline(), None);
                if let Body::Event { args, .. } | Body::Ack { args, .. } = packet.body {
                    // Whatever came can be read without a panic, with its attachments and without.
                    let _ = args.parse::<(Bytes, Option<String>)>();
                    let _ = args.parse::<Vec<serde_json::Value>>();
                }
            }
            Ok(Read::Nothing | Read::Reply(_) | Read::Unreadable(_)) => {}
            // A connection ends here, and the next one begins.
            Err(_) => messages = SocketIoMessages::default(),
        }
    }
    assert!(packets > ROUNDS / 20, "the garbage is too bad to test anything: {packets}");
}

#[test]
fn garbage_is_cut_into_packets_without_loss() {
    let mut random = Random(0x94d0_49bb_1331_11eb);
    for _ in 0..ROUNDS {
        let mut body = random.text();
        if random.below(2) == 0 {
            body = format!("4{body}\u{1e}{}", random.one_of(OTHERS));
        }
        let packets: Vec<String> = PayloadDecoder::new(body.as_str().into())
            .map(|frame| match frame {
                Frame::Text(text) => text.to_string(),
                Frame::Binary(_) => unreachable!("bodies are text"),
            })
            .collect();
        assert_eq!(packets.join("\u{1e}"), body);
        assert!(packets.iter().all(|packet| !packet.contains('\u{1e}')));
    }
}

/// A link with its clock, and what it has said so far.
struct Connection {
    link: EngineLink<SocketIoMessages>,
    now: Instant,
    closed: bool,
}

impl Connection {
    fn new(random: &mut Random) -> Self {
        let now = Instant::now();
        let kind = random.one_of(&[TransportKind::Polling, TransportKind::Polling, TransportKind::WebSocket]);
        let start = Start {
            transport: TransportId(0),
            kind,
            open: "0{}".to_owned(),
            allow_upgrades: true,
            framing: Framing::default(),
        };
        let link = EngineLink::new(now, start, SocketIoMessages::default(), Arc::new(Limits::default()));
        Self { link, now, closed: false }
    }

    /// Something happens.
    fn happens(&mut self, random: &mut Random) {
        let transport = TransportId(random.one_of(&[0, 0, 0, 1, 1, 2]));
        match random.below(40) {
            0..=1 => self.link.handle_timeout(self.now),
            2..=4 => {
                let _ = self.link.transport_opened(self.now, transport);
            }
            5 => {
                let how = random.one_of(&[TransportEnd::Closed, TransportEnd::Failed]);
                self.link.transport_closed(self.now, transport, how);
            }
            6 => self.link.extend(Duration::from_millis(random.next() % 20_000)),
            7..=8 => {
                self.now += Duration::from_millis(random.next() % 20_000);
                self.link.handle_timeout(self.now);
            }
            _ => {
                let frame = random.frame();
                let _ = self.link.handle_frame(self.now, transport, frame);
            }
        }
    }

    /// Takes what is to be done, and checks that it is little, and nothing after the end.
    fn check(&mut self) {
        let mut outputs = 0;
        while let Some(output) = self.link.poll_output() {
            outputs += 1;
            assert!(!self.closed, "{output:?} came after the end");
            self.closed = matches!(output, Output::Closed(_));
        }
        assert!(outputs <= 3, "{outputs} outputs at once");
        assert_eq!(self.link.poll_timeout().is_none(), self.closed);
    }
}

#[test]
fn garbage_leaves_a_connection_in_order() {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let mut connection = Connection::new(&mut random);
    let mut ended = 0;
    for _ in 0..ROUNDS {
        connection.happens(&mut random);
        connection.check();
        if connection.closed && random.below(4) == 0 {
            connection = Connection::new(&mut random);
            ended += 1;
        }
    }
    assert!(ended > 100, "{ended}");
}
