//! Socket.IO 5 as MessagePack, on the wire of `socket.io-msgpack-parser`: each packet is one binary message that
//! holds a map of `type`, `data`, `nsp` and, where one is asked for or given, `id`.
//!
//! Arguments have the one form that they have everywhere, so values that JSON does not know become what JavaScript
//! would write for them: a date its ISO 8601 text, `NaN` and the infinities `null`, `undefined` in an array `null`,
//! and a map's key without a value is left out. Binary values are attachments.

mod decode;
mod encode;
mod iso;
mod json;
mod layout;
mod messages;
mod pack;
mod token;

pub use encode::encode;
pub use messages::MsgpackMessages;

/// How deep values may be nested. Clients read by recursion, so one that is sent more would fail.
const MAX_DEPTH: usize = 1000;

/// Packet types, as numbers.
mod kind {
    pub(super) const CONNECT: u64 = 0;
    pub(super) const DISCONNECT: u64 = 1;
    pub(super) const EVENT: u64 = 2;
    pub(super) const ACK: u64 = 3;
    pub(super) const CONNECT_ERROR: u64 = 4;
}
