//! Frame headers and masks (RFC 6455, section 5).

/// The longest header of a frame that a server sends, in bytes.
pub const MAX_SERVER_HEADER: usize = 10;

/// The longest header of a frame that a client sends, its mask included.
pub(super) const MAX_CLIENT_HEADER: usize = 14;

/// The first reserved bit.
const COMPRESSED: u8 = 0x40;

/// What a frame carries; the discriminants are RFC 6455's opcodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Opcode {
    /// More of the message before.
    Continuation = 0x0,
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

impl Opcode {
    fn from_bits(bits: u8) -> Option<Self> {
        Some(match bits {
            0x0 => Self::Continuation,
            0x1 => Self::Text,
            0x2 => Self::Binary,
            0x8 => Self::Close,
            0x9 => Self::Ping,
            0xA => Self::Pong,
            _ => return None,
        })
    }

    pub(super) fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }
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

    /// The same, for a payload that is compressed.
    pub(crate) fn compressed(mut self) -> Self {
        let [first, ..] = &mut self.bytes;
        *first |= COMPRESSED;
        self
    }

    /// Its bytes as they are sent.
    pub fn as_slice(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or(&self.bytes)
    }
}

/// A header as a client sends it.
#[derive(Debug)]
pub(super) struct FrameHead {
    pub(super) opcode: Opcode,
    /// Whether it ends its message.
    pub(super) last: bool,
    /// The first reserved bit: the message is compressed (RFC 7692, section 6).
    pub(super) compressed: bool,
    pub(super) mask: Option<[u8; 4]>,
    pub(super) len: u64,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum FrameError {
    /// More bytes are needed.
    Incomplete,
    /// No bytes could make it right.
    Invalid,
}

impl FrameHead {
    /// Reads a header at the front of `bytes`, and its length in bytes.
    pub(super) fn parse(bytes: &[u8]) -> Result<(Self, usize), FrameError> {
        let (&[first, second], rest) = bytes.split_first_chunk::<2>().ok_or(FrameError::Incomplete)?;
        // Of the reserved bits only the first can have a meaning.
        if first & 0x30 != 0 {
            return Err(FrameError::Invalid);
        }
        let opcode = Opcode::from_bits(first & 0x0F).ok_or(FrameError::Invalid)?;
        let (last, compressed) = (first & 0x80 != 0, first & COMPRESSED != 0);
        if opcode.is_control() && (!last || second & 0x7F > 125) {
            return Err(FrameError::Invalid);
        }
        let (len, rest) = match second & 0x7F {
            126 => {
                let (len, rest) = rest.split_first_chunk::<2>().ok_or(FrameError::Incomplete)?;
                (u64::from(u16::from_be_bytes(*len)), rest)
            }
            127 => {
                let (len, rest) = rest.split_first_chunk::<8>().ok_or(FrameError::Incomplete)?;
                (u64::from_be_bytes(*len), rest)
            }
            len => (u64::from(len), rest),
        };
        let (mask, rest) = match second & 0x80 {
            0 => (None, rest),
            _ => {
                let (mask, rest) = rest.split_first_chunk::<4>().ok_or(FrameError::Incomplete)?;
                (Some(*mask), rest)
            }
        };
        Ok((Self { opcode, last, compressed, mask, len }, bytes.len() - rest.len()))
    }
}

/// Takes a mask off, or puts it on. `phase` is how many bytes of the frame came before, modulo 4.
pub(super) fn apply_mask(bytes: &mut [u8], mask: [u8; 4], phase: usize) {
    let mut mask = u32::from_ne_bytes(mask);
    // Turned so that its first byte in memory is the one for the first byte here.
    let turn = 8 * (phase as u32 % 4);
    mask = if cfg!(target_endian = "little") { mask.rotate_right(turn) } else { mask.rotate_left(turn) };
    let [a, b, c, d] = mask.to_ne_bytes();
    let wide = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    let (chunks, rest) = bytes.as_chunks_mut::<8>();
    for chunk in chunks {
        *chunk = (u64::from_ne_bytes(*chunk) ^ wide).to_ne_bytes();
    }
    for (byte, mask) in rest.iter_mut().zip(wide.to_ne_bytes()) {
        *byte ^= mask;
    }
}
