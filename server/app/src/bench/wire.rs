//! WebSocket frames as a client writes and reads them.
//!
//! It is done here, and not by a library, so that the tool costs less than the servers it measures: texts are read
//! where they lie, and written with the mask 0, which leaves them as they are. (Masks keep scripts in a browser from
//! writing to proxies what they like; here nobody else decides what is written.)

use std::mem;
use std::ops::Range;

use super::failure::Failure;

/// The longest message that is read, in bytes.
const LONGEST: usize = 16 << 20;

const FINAL: u8 = 0x80;
const MASKED: u8 = 0x80;
const CONTINUATION: u8 = 0;
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// What a server sends, as far as it matters here.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Message<'a> {
    Text(&'a str),
    Ping(&'a [u8]),
    /// With its code and reason, in words.
    Close(String),
}

/// Queues a text.
pub(crate) fn push_text(output: &mut Vec<u8>, text: &str) {
    push(output, TEXT, text.as_bytes());
}

/// Queues the answer to a ping.
pub(crate) fn push_pong(output: &mut Vec<u8>, payload: &[u8]) {
    push(output, PONG, payload);
}

fn push(output: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    output.push(FINAL | opcode);
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(length @ 0..126), _) => output.push(MASKED | length),
        (_, Ok(length)) => {
            output.push(MASKED | 126);
            output.extend_from_slice(&length.to_be_bytes());
        }
        _ => {
            output.push(MASKED | 127);
            output.extend_from_slice(&(payload.len() as u64).to_be_bytes());
        }
    }
    output.extend_from_slice(&[0; 4]);
    output.extend_from_slice(payload);
}

/// Takes what was read apart.
#[derive(Default)]
pub(crate) struct Frames {
    /// The beginning of a frame whose end has not come yet.
    partial: Vec<u8>,
    /// The frames until now of a text that comes in several.
    fragments: Option<Vec<u8>>,
}

/// Where the payload of a frame lies.
struct Frame {
    first: u8,
    payload: Range<usize>,
}

impl Frames {
    /// Takes the next bytes, and passes on all messages that are complete.
    ///
    /// # Errors
    /// When the bytes are no frames of a server, and those of `each`.
    pub(crate) fn feed(
        &mut self,
        bytes: &[u8],
        each: &mut impl FnMut(Message<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        if self.partial.is_empty() {
            let used = self.take(bytes, each)?;
            self.partial.extend_from_slice(bytes.get(used..).unwrap_or_default());
            return Ok(());
        }
        let mut partial = mem::take(&mut self.partial);
        partial.extend_from_slice(bytes);
        let used = self.take(&partial, each)?;
        partial.drain(..used);
        self.partial = partial;
        Ok(())
    }

    /// Passes on the messages of all frames that are complete: how many bytes these were.
    fn take(
        &mut self,
        bytes: &[u8],
        each: &mut impl FnMut(Message<'_>) -> Result<(), Failure>,
    ) -> Result<usize, Failure> {
        let mut used = 0;
        while let Some(rest) = bytes.get(used..) {
            let Some(frame) = Frame::read(rest)? else { break };
            let Some(payload) = rest.get(frame.payload.clone()) else { break };
            self.frame(frame.first, payload, each)?;
            used += frame.payload.end;
        }
        Ok(used)
    }

    fn frame(
        &mut self,
        first: u8,
        payload: &[u8],
        each: &mut impl FnMut(Message<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let ends = first & FINAL != 0;
        match first & !FINAL {
            TEXT if ends => each(Message::Text(text(payload)?)),
            TEXT => {
                self.fragments = Some(payload.to_vec());
                Ok(())
            }
            CONTINUATION => {
                // Of a binary message: those are not looked at.
                let Some(mut all) = self.fragments.take() else { return Ok(()) };
                all.extend_from_slice(payload);
                if all.len() > LONGEST {
                    return Err(Failure::new("the server sent a message of more than 16 MiB"));
                }
                if ends {
                    return each(Message::Text(text(&all)?));
                }
                self.fragments = Some(all);
                Ok(())
            }
            PING => each(Message::Ping(payload)),
            CLOSE => each(Message::Close(why(payload))),
            BINARY | PONG => Ok(()),
            _ => Err(Failure::new(
                "the server sent a frame that no extension was asked for: is it a WebSocket?",
            )),
        }
    }
}

impl Frame {
    /// Reads the header of a frame; `None` when it is not there yet.
    fn read(bytes: &[u8]) -> Result<Option<Self>, Failure> {
        let &[first, second, ..] = bytes else { return Ok(None) };
        let (start, length) = match (second, bytes) {
            (0..126, _) => (2, u64::from(second)),
            (126, &[_, _, a, b, ..]) => (4, u64::from(u16::from_be_bytes([a, b]))),
            (127, &[_, _, a, b, c, d, e, f, g, h, ..]) => (10, u64::from_be_bytes([a, b, c, d, e, f, g, h])),
            (126 | 127, _) => return Ok(None),
            _ => return Err(Failure::new("the server sent a masked frame: is it a WebSocket?")),
        };
        let length = usize::try_from(length).ok().filter(|length| *length <= LONGEST);
        let length = length.ok_or_else(|| Failure::new("the server sent a message of more than 16 MiB"))?;
        Ok(Some(Self { first, payload: start..start + length }))
    }
}

fn text(payload: &[u8]) -> Result<&str, Failure> {
    std::str::from_utf8(payload).map_err(|_| Failure::new("the server sent a text that is not UTF-8"))
}

fn why(payload: &[u8]) -> String {
    match payload {
        [a, b, reason @ ..] => {
            let code = u16::from_be_bytes([*a, *b]);
            format!(" with {code} {}", String::from_utf8_lossy(reason)).trim_end().to_owned()
        }
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(first: u8, payload: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::new();
        push(&mut bytes, 0, payload);
        let header = bytes.len() - payload.len();
        bytes.drain(header - 4..header);
        bytes[0] = first;
        bytes[1] &= !MASKED;
        bytes
    }

    fn heard(pieces: impl Iterator<Item = Vec<u8>>) -> Vec<String> {
        let (mut frames, mut heard) = (Frames::default(), Vec::new());
        for piece in pieces {
            frames
                .feed(&piece, &mut |message| {
                    heard.push(format!("{message:?}"));
                    Ok(())
                })
                .unwrap();
        }
        heard
    }

    #[test]
    fn messages_are_the_same_however_the_bytes_are_cut() {
        let long = "x".repeat(70_000);
        let bytes = [
            server(0x81, b"short"),
            server(0x81, "y".repeat(300).as_bytes()),
            server(0x01, b"in "),
            server(0x89, b"between"),
            server(0x00, b"three "),
            server(0x80, b"parts"),
            server(0x82, b"binary"),
            server(0x81, long.as_bytes()),
            server(0x88, b"\x03\xe8bye"),
        ]
        .concat();
        let whole = heard([bytes.clone()].into_iter());
        assert_eq!(whole.len(), 6, "{whole:.300?}");
        assert_eq!(
            (whole[0].as_str(), whole[2].as_str()),
            ("Text(\"short\")", "Ping([98, 101, 116, 119, 101, 101, 110])")
        );
        assert_eq!(
            (whole[3].as_str(), whole[5].as_str()),
            ("Text(\"in three parts\")", "Close(\" with 1000 bye\")")
        );
        for size in [1, 2, 3, 7, 1000] {
            assert_eq!(heard(bytes.chunks(size).map(<[u8]>::to_vec)), whole, "{size}");
        }
    }

    #[test]
    fn what_no_server_may_send_is_an_error() {
        let huge = [0x81, 127, 0, 0, 1, 0, 0, 0, 0, 0];
        for wrong in [&[0x81, 0x80, 0, 0, 0, 0][..], &huge, &[0xc1, 0], &[0x81, 1, 0xff]] {
            assert!(Frames::default().feed(wrong, &mut |_| Ok(())).is_err(), "{wrong:?}");
        }
    }
}
