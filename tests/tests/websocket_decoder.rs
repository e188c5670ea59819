//! Our WebSocket decoder beside tungstenite's, on the same garbage.

use std::io::{self, Read, Write};

use roomful_protocol::websocket::{Decoder, Message};
use tokio_tungstenite::tungstenite::error::ProtocolError;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig, WebSocketContext};
use tokio_tungstenite::tungstenite::{self, Error};

const ROUNDS: usize = 20_000;

/// The longest message that both take.
const MAX: usize = 300;

/// Xorshift, 64 bits.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// Frames that mostly make sense: messages whole and in fragments, with control frames between.
    fn frames(&mut self) -> Vec<u8> {
        let (mut bytes, mut inside) = (Vec::new(), false);
        for _ in 0..1 + self.below(8) {
            let last = !self.one_in(3);
            let (opcode, last) = match self.below(12) {
                0 => (9, true),
                1 => (10, true),
                2 if self.one_in(4) => (8, true),
                3 if self.one_in(6) => (self.below(16) as u8, self.one_in(2)),
                _ if inside => (0, last),
                n => (1 + u8::from(n % 2 == 0), last),
            };
            if opcode < 8 {
                inside = !last;
            }
            self.frame(opcode, last, &mut bytes);
        }
        // Some streams end in the middle.
        let cut = if self.one_in(4) { self.below(bytes.len() + 1) } else { bytes.len() };
        bytes.truncate(cut);
        bytes
    }

    fn frame(&mut self, opcode: u8, last: bool, bytes: &mut Vec<u8>) {
        let payload = self.payload(opcode);
        let reserved = if self.one_in(60) { 0x10 << self.below(3) } else { 0 };
        bytes.push(if last { 0x80 } else { 0 } | reserved as u8 | opcode);
        let masked = if self.one_in(60) { 0 } else { 0x80 };
        match payload.len() {
            // A length in more bytes than it needs: tungstenite lets even control frames have one.
            n if n < 126 && (opcode >= 8 || !self.one_in(30)) => bytes.push(masked | n as u8),
            n => {
                bytes.push(masked | 126);
                bytes.extend((n as u16).to_be_bytes());
            }
        }
        if masked == 0 {
            bytes.extend(payload);
            return;
        }
        let mask: [u8; 4] = std::array::from_fn(|_| self.below(256) as u8);
        bytes.extend(mask);
        bytes.extend(payload.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    }

    fn payload(&mut self, opcode: u8) -> Vec<u8> {
        if opcode == 8 {
            let code = [1000u16, 1001, 1004, 1005, 1006, 1011, 1015, 2999, 3000, 5000][self.below(10)];
            let len = self.below(4).min(2);
            return code.to_be_bytes()[..len].to_vec();
        }
        let characters = ['a', 'é', '€', '\u{1f600}'];
        let len = if self.one_in(10) { self.below(400) } else { self.below(40) };
        let mut bytes: Vec<u8> = String::from_iter((0..len).map(|_| characters[self.below(4)])).into_bytes();
        bytes.truncate(len);
        // A character that is cut is right only where the next fragment goes on with it.
        if let (false, Ok(text)) = (self.one_in(6), std::str::from_utf8(&bytes)) {
            return text.as_bytes().to_vec();
        }
        if self.one_in(2) {
            while std::str::from_utf8(&bytes).is_err() {
                bytes.pop();
            }
        }
        bytes
    }
}

/// What was read, in words that both have, and whether reading had to end before the stream did.
type Seen = (Vec<String>, bool);

fn ours(bytes: &[u8], step: usize) -> Seen {
    let (mut decoder, mut seen) = (Decoder::new(MAX), Vec::new());
    for mut piece in bytes.chunks(step.max(1)) {
        loop {
            match decoder.decode(&mut piece) {
                Ok(Some(Message::Text(text))) => seen.push(format!("text {text}")),
                Ok(Some(Message::Binary(data))) => seen.push(format!("binary {data:?}")),
                Ok(Some(Message::Ping(data))) => seen.push(format!("ping {data:?}")),
                Ok(Some(Message::Pong)) => seen.push("pong".to_owned()),
                Ok(Some(Message::Close(_))) | Err(_) => return (seen, true),
                Ok(None) => break,
            }
        }
    }
    (seen, false)
}

/// A stream that is read to its end and written to in vain.
struct Bytes<'a>(&'a [u8]);

impl Read for Bytes<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Bytes<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn tungstenites(bytes: &[u8]) -> Seen {
    let limits = WebSocketConfig::default().max_message_size(Some(MAX)).max_frame_size(Some(MAX));
    let mut context = WebSocketContext::new(Role::Server, Some(limits));
    let (mut stream, mut seen) = (Bytes(bytes), Vec::new());
    loop {
        match context.read(&mut stream) {
            Ok(tungstenite::Message::Text(text)) => seen.push(format!("text {text}")),
            Ok(tungstenite::Message::Binary(data)) => seen.push(format!("binary {data:?}")),
            Ok(tungstenite::Message::Ping(data)) => seen.push(format!("ping {data:?}")),
            Ok(tungstenite::Message::Pong(_)) => seen.push("pong".to_owned()),
            Err(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => return (seen, false),
            Ok(_) | Err(_) => return (seen, true),
        }
    }
}

#[test]
fn garbage_is_read_as_tungstenite_reads_it_however_it_is_cut() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let (mut whole, mut refused) = (0, 0);
    for _ in 0..ROUNDS {
        let bytes = random.frames();
        let seen = ours(&bytes, bytes.len());
        assert_eq!(seen, ours(&bytes, 1 + random.below(20)), "{bytes:x?}");
        let other = tungstenites(&bytes);
        assert_eq!(seen.0, other.0, "{bytes:x?}");
        // Ours refuses what will be too long or is no text as soon as that shows, so a stream may end between.
        assert!(seen.1 || !other.1, "{bytes:x?}");
        whole += seen.0.len();
        refused += usize::from(seen.1);
    }
    assert!(
        whole > ROUNDS && refused > ROUNDS / 10,
        "too little is tested: {whole} messages, {refused} refusals"
    );
}

#[test]
fn garbage_that_says_it_is_compressed_is_inflated_or_refused_within_the_limit() {
    let mut random = Random(0xbf58_476d_1ce4_e5b9);
    // "Hello", compressed; the beginning of much of the garbage.
    let hello = [0xF2, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00];
    let (mut inflated, mut refused) = (0, 0);
    for _ in 0..ROUNDS {
        let mut payload = hello.repeat(random.below(3));
        if random.one_in(2) {
            payload.extend((0..random.below(30)).map(|_| random.below(256) as u8));
        }
        if let Some(len) = payload.len().checked_sub(1).filter(|_| random.one_in(2)) {
            payload[random.below(len + 1)] ^= 1 << random.below(8);
        }
        let mut bytes = vec![0xC2, 0x80 | payload.len() as u8, 0, 0, 0, 0];
        bytes.extend(&payload);
        match Decoder::new(MAX).inflating().decode(&mut &*bytes) {
            Ok(Some(Message::Binary(data))) => {
                assert!(data.len() <= MAX);
                inflated += 1;
            }
            Ok(other) => panic!("{other:?} from {payload:x?}"),
            Err(_) => refused += 1,
        }
    }
    assert!(inflated > ROUNDS / 20 && refused > ROUNDS / 20, "{inflated} inflated, {refused} refused");
}
