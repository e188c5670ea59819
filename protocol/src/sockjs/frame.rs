//! What the server says, before anything is put around it.

use bytes::Bytes;
use serde_json::Value;

use crate::close::{CloseFrame, CloseReason};
use crate::websocket::Opcode;
use crate::wire::{TextFrame, WireFrame};

/// The session is open.
pub const OPEN: &str = "o";

/// The server is there.
pub const HEARTBEAT: &str = "h";

/// The answer to a second request that would receive.
pub const STILL_OPEN: &str = r#"c[2010,"Another connection still open"]"#;

/// The answer to a request that would receive from a session whose last one was cut.
pub const INTERRUPTED: &str = r#"c[1002,"Connection interrupted"]"#;

/// The close frame of a connection that ends for this reason, with the program's own words where it has some.
pub fn close(reason: CloseReason, frame: Option<&CloseFrame>) -> String {
    let (code, words) = match frame {
        Some(frame) => (frame.code(), frame.reason()),
        None => words(reason),
    };
    // A string always serialises.
    format!("c[{code},{}]", Value::from(words))
}

/// Codes as of a plain WebSocket.
fn words(reason: CloseReason) -> (u16, &'static str) {
    match reason {
        CloseReason::ForcedServerClose => (1000, "Normal closure"),
        CloseReason::TransportClose | CloseReason::TransportError => (1002, "Connection interrupted"),
        CloseReason::ServerShuttingDown => (1001, "Going away"),
        other => (other.websocket_code().unwrap_or(1000), other.as_str()),
    }
}

/// A text message as an array of one: `a["…"]`.
pub fn array(message: &WireFrame) -> Option<WireFrame> {
    if message.opcode() != Opcode::Text {
        return None;
    }
    let payload = message.payload();
    let text = std::str::from_utf8(&payload).ok()?;
    // Exact where nothing has to be escaped.
    let mut frame = TextFrame::with_capacity(text.len() + 5);
    frame.push_str("a[\"");
    escape(text, &mut frame);
    frame.push_str("\"]");
    Some(frame.finish())
}

/// Escapes what JSON has escaped, and what browsers have been seen to change or to drop on the way.
fn escape(text: &str, into: &mut TextFrame) {
    let mut rest = text;
    while let Some((at, char)) = rest.char_indices().find(|(_, char)| must_be_escaped(*char)) {
        into.push_str(rest.get(..at).unwrap_or_default());
        match char {
            '"' => into.push_str("\\\""),
            '\\' => into.push_str("\\\\"),
            '\u{8}' => into.push_str("\\b"),
            '\u{c}' => into.push_str("\\f"),
            '\n' => into.push_str("\\n"),
            '\r' => into.push_str("\\r"),
            '\t' => into.push_str("\\t"),
            other => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    into.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
        rest = rest.get(at + char.len_utf8()..).unwrap_or_default();
    }
    into.push_str(rest);
}

fn must_be_escaped(char: char) -> bool {
    matches!(
        char,
        '"' | '\\'
            | '\0'..='\x1f'
            | '\u{200c}'..='\u{200f}'
            | '\u{2028}'..='\u{202f}'
            | '\u{2060}'..='\u{206f}'
            | '\u{fff0}'..='\u{ffff}'
            // Two units of UTF-16, each of which is escaped.
            | '\u{10000}'..
    )
}

/// Arrays of messages joined to one, in order: `a["…","…"]`.
#[derive(Debug, Default)]
pub struct Joined {
    text: Vec<u8>,
}

impl Joined {
    /// Adds the messages of an array; whether this was one.
    pub fn push(&mut self, frame: &Bytes) -> bool {
        let Some(inside) = frame.strip_prefix(b"a[").and_then(|rest| rest.strip_suffix(b"]")) else {
            return false;
        };
        self.text.extend_from_slice(if self.text.is_empty() { b"a[" } else { b"," });
        self.text.extend_from_slice(inside);
        true
    }

    /// The bytes so far.
    pub fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether there is no message.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// The whole array.
    pub fn finish(mut self) -> Bytes {
        self.text.push(b']');
        self.text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quoted(text: &str) -> String {
        let frame = array(&WireFrame::new(Opcode::Text, text.as_bytes())).unwrap();
        String::from_utf8(frame.payload().to_vec()).unwrap()
    }

    #[test]
    fn messages_are_escaped_as_the_reference_does() {
        assert_eq!(quoted("plain é"), r#"a["plain é"]"#);
        assert_eq!(quoted("\"\\/\u{8}\u{c}\n\r\t\0\u{1f}"), r#"a["\"\\/\b\f\n\r\t\u0000\u001f"]"#);
        assert_eq!(
            quoted("\u{2028}\u{200d}\u{feff}\u{fff0}\u{fffd}"),
            "a[\"\\u2028\\u200d\u{feff}\\ufff0\\ufffd\"]"
        );
        assert_eq!(quoted("😀"), r#"a["\ud83d\ude00"]"#);
        assert_eq!(quoted(""), r#"a[""]"#);
    }

    #[test]
    fn what_is_escaped_is_read_by_json_as_it_was() {
        let text: String = (0..=0x1_0100).filter_map(char::from_u32).collect();
        let read: Vec<String> = serde_json::from_str(&quoted(&text)[1..]).unwrap();
        assert_eq!(read, [text]);
    }

    #[test]
    fn binary_data_cannot_be_said() {
        assert!(array(&WireFrame::new(Opcode::Binary, b"x")).is_none());
    }

    #[test]
    fn arrays_are_joined_in_order_and_nothing_else_is() {
        let mut joined = Joined::default();
        assert!(joined.is_empty());
        assert!(joined.push(&Bytes::from_static(b"a[\"1\"]")));
        assert!(joined.push(&Bytes::from_static(b"a[\"2\",\"3\"]")));
        assert!(!joined.push(&Bytes::from_static(b"h")));
        assert_eq!(joined.finish(), r#"a["1","2","3"]"#);
    }

    #[test]
    fn a_close_frame_says_the_programs_words_or_the_reason() {
        let own = CloseFrame::new(3000, "Go \"away\"!").unwrap();
        assert_eq!(close(CloseReason::ForcedServerClose, Some(&own)), r#"c[3000,"Go \"away\"!"]"#);
        assert_eq!(close(CloseReason::ForcedServerClose, None), r#"c[1000,"Normal closure"]"#);
        assert_eq!(close(CloseReason::Overflow, None), r#"c[1013,"outbox overflow"]"#);
    }
}
