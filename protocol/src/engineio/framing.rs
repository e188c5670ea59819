//! The revisions of Engine.IO, and how messages are put into the frames of one client.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::kind;
use crate::sockjs;
use crate::websocket::Opcode;
use crate::wire::WireFrame;

/// A revision of the Engine.IO protocol.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Version {
    /// What Socket.IO 1 and 2 stand on.
    V3,
    /// What Socket.IO 3 and later stand on.
    #[default]
    V4,
}

impl Version {
    /// The version that a client asks for by `EIO` in its query. As in the reference, whatever is not exactly `4` is
    /// the older one.
    pub fn of_query(value: Option<&str>) -> Self {
        if value == Some("4") { Self::V4 } else { Self::V3 }
    }

    /// The number by which it is known.
    pub fn number(self) -> u8 {
        match self {
            Self::V3 => 3,
            Self::V4 => 4,
        }
    }
}

/// What is done to text that a wire gives as the bare message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Texts {
    /// Nothing: the message is the frame, or the wire has put everything around it.
    #[default]
    AsIs,
    /// It is a message of Engine.IO: its type stands in front.
    EngineIo,
    /// It is a message of SockJS: an array of one, which has no way to hold binary data.
    SockJs,
}

/// How messages travel to one client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Framing {
    /// In version 3 the type of a packet stands before binary data too.
    pub version: Version,
    /// The client takes text alone (`b64` in its query), so binary data is base64 also on a WebSocket.
    pub base64: bool,
    /// What stands around text.
    pub texts: Texts,
}

impl Framing {
    /// Whether everything is sent as the wire gives it.
    pub fn is_plain(self) -> bool {
        self.has_plain_binary() && self.texts == Texts::AsIs
    }

    fn has_plain_binary(self) -> bool {
        self.version == Version::V4 && !self.base64
    }

    /// A frame as this client takes it; `None` when it has no way to take it.
    pub fn frame(self, frame: &WireFrame) -> Option<WireFrame> {
        match (frame.opcode(), self.texts) {
            (_, Texts::SockJs) => sockjs::frame::array(frame),
            (Opcode::Binary, _) if !self.has_plain_binary() => Some(self.binary(&frame.payload())),
            (Opcode::Text, Texts::EngineIo) => {
                Some(WireFrame::prefixed(Opcode::Text, &[kind::MESSAGE], &frame.payload()))
            }
            _ => Some(frame.clone()),
        }
    }

    /// A frame of binary data as this client takes it.
    pub fn binary(self, data: &[u8]) -> WireFrame {
        let text = |prefix: &str| {
            let mut text = String::with_capacity(prefix.len() + data.len().div_ceil(3) * 4);
            text.push_str(prefix);
            STANDARD.encode_string(data, &mut text);
            WireFrame::new(Opcode::Text, text.as_bytes())
        };
        match (self.version, self.base64) {
            (Version::V4, false) => WireFrame::new(Opcode::Binary, data),
            (Version::V4, true) => text("b"),
            (Version::V3, false) => WireFrame::prefixed(Opcode::Binary, &[kind::MESSAGE - b'0'], data),
            (Version::V3, true) => text("b4"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn framed(version: Version, base64: bool) -> (Opcode, Vec<u8>) {
        let frame = Framing { version, base64, ..Framing::default() }.binary(&[1, 2, 3, 4]);
        (frame.opcode(), frame.payload().to_vec())
    }

    #[test]
    fn binary_data_is_framed_as_each_client_takes_it() {
        assert_eq!(framed(Version::V4, false), (Opcode::Binary, vec![1, 2, 3, 4]));
        assert_eq!(framed(Version::V4, true), (Opcode::Text, b"bAQIDBA==".to_vec()));
        assert_eq!(framed(Version::V3, false), (Opcode::Binary, vec![4, 1, 2, 3, 4]));
        assert_eq!(framed(Version::V3, true), (Opcode::Text, b"b4AQIDBA==".to_vec()));
    }

    #[test]
    fn whatever_is_not_exactly_4_is_version_3() {
        assert_eq!(Version::of_query(Some("4")), Version::V4);
        for other in [None, Some("3"), Some("5"), Some("04"), Some("abc"), Some("")] {
            assert_eq!(Version::of_query(other), Version::V3, "{other:?}");
        }
    }
}
