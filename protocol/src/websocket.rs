//! WebSocket framing (RFC 6455).

/// The longest header of a frame that a server sends, in bytes.
pub const MAX_SERVER_HEADER: usize = 10;

/// What a frame carries; the discriminants are RFC 6455's opcodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Opcode {
    /// UTF-8 text.
    Text = 0x1,
    /// Binary data.
    Binary = 0x2,
    /// Close, with an optional code and reason.
    Close = 0x8,
    /// Ping.
    Ping = 0x9,
    /// Pong.
    Pong = 0xA,
}

/// The header of an unmasked, unfragmented frame.
#[derive(Clone, Copy, Debug)]
pub struct Header {
    bytes: [u8; MAX_SERVER_HEADER],
    len: u8,
}

impl Header {
    /// The header of a frame with `payload_len` bytes, in the shortest form that holds the length.
    pub fn new(opcode: Opcode, payload_len: usize) -> Self {
        let first = 0x80 | opcode as u8;
        let [a, b, c, d, e, f, g, h] = (payload_len as u64).to_be_bytes();
        let (bytes, len) = match payload_len {
            0..=125 => ([first, h, 0, 0, 0, 0, 0, 0, 0, 0], 2),
            126..=0xFFFF => ([first, 126, g, h, 0, 0, 0, 0, 0, 0], 4),
            _ => ([first, 127, a, b, c, d, e, f, g, h], 10),
        };
        Self { bytes, len }
    }

    /// Its bytes as they are sent.
    pub fn as_slice(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or(&self.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_has_the_shortest_form_that_holds_its_length() {
        let header = |len| Header::new(Opcode::Text, len).as_slice().to_vec();
        assert_eq!(header(0), [0x81, 0]);
        assert_eq!(header(125), [0x81, 125]);
        assert_eq!(header(126), [0x81, 126, 0, 126]);
        assert_eq!(header(65_535), [0x81, 126, 0xFF, 0xFF]);
        assert_eq!(header(65_536), [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
    }
}
