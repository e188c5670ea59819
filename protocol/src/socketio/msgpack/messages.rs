//! Packets out of the messages of a transport: each binary message is one.

use std::time::Instant;

use bytes::Bytes;
use bytestring::ByteString;

use super::decode::decode;
use crate::limits::Limits;
use crate::link::{Joining, Violation};
use crate::messages::{Messages, Read};
use crate::wire::Wire;

/// Reads Socket.IO packets in MessagePack. Nothing is kept between them.
#[derive(Debug, Default)]
pub struct MsgpackMessages;

impl Messages for MsgpackMessages {
    fn text(&mut self, _: Instant, _: &str, _: &ByteString, _: &Limits) -> Result<Read, Violation> {
        Err(Violation("text where packets are MessagePack: client and server need the same parser"))
    }

    fn binary(&mut self, _: Instant, data: Bytes, limits: &Limits) -> Result<Read, Violation> {
        let packet = decode(&data, limits).map_err(|error| Violation(error.0))?;
        Ok(packet.map_or(Read::Nothing, Read::Packet))
    }

    fn wire(&self) -> Wire {
        Wire::Msgpack
    }

    fn joining(&self) -> Joining {
        Joining::ByPacket
    }
}

#[cfg(test)]
mod tests;
