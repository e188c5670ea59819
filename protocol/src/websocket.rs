//! WebSocket framing (RFC 6455) without I/O: headers of what a server sends, messages of what a client sends.

mod close;
mod decoder;
mod deflate;
mod frame;

#[cfg(test)]
pub(crate) use close::may_be_sent;
pub use decoder::{DecodeError, Decoder, Message};
pub use deflate::{Agreed, Deflate, PerMessageDeflate};
pub use frame::{Header, MAX_SERVER_HEADER, Opcode};

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
