//! Socket.IO 5: packets as text with attachments behind them.
//!
//! `<type>[<attachments>-][<namespace>,][<ack id>][json]`, in messages of the transport below.

mod decode;
mod encode;
mod messages;
pub mod msgpack;
pub mod v2;

pub(crate) use decode::event;
pub use decode::{DecodeError, Decoded, decode};
pub use encode::encode;
pub use messages::SocketIoMessages;

/// Packet types, as they stand on the wire.
pub(crate) mod kind {
    pub(crate) const CONNECT: u8 = b'0';
    pub(crate) const DISCONNECT: u8 = b'1';
    pub(crate) const EVENT: u8 = b'2';
    pub(crate) const ACK: u8 = b'3';
    pub(crate) const CONNECT_ERROR: u8 = b'4';
    pub(crate) const BINARY_EVENT: u8 = b'5';
    pub(crate) const BINARY_ACK: u8 = b'6';
}
