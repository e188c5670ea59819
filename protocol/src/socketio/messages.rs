//! Socket.IO's packets out of the messages of a transport: text, then the attachments it announced.

use std::time::{Duration, Instant};

use bytes::Bytes;
use bytestring::ByteString;

use super::decode::{Decoded, decode_part};
use crate::args::{Args, check_placeholders};
use crate::close::CloseReason;
use crate::limits::Limits;
use crate::link::{Joining, Violation};
use crate::messages::{Due, Messages, Read};
use crate::packet::{Body, Packet};
use crate::wire::Wire;

/// Reads Socket.IO packets, one at a time: an unfinished packet is the only thing it keeps.
#[derive(Debug, Default)]
pub struct SocketIoMessages {
    unfinished: Option<Box<Unfinished>>,
}

#[derive(Debug)]
struct Unfinished {
    packet: Packet,
    attachments: Vec<Bytes>,
    announced: usize,
    deadline: Instant,
}

impl Messages for SocketIoMessages {
    fn text(
        &mut self,
        now: Instant,
        text: &str,
        whole: &ByteString,
        limits: &Limits,
    ) -> Result<Read, Violation> {
        if self.unfinished.is_some() {
            return Err(Violation("text came while attachments are missing"));
        }
        match decode_part(text, whole, limits).map_err(|error| Violation(error.0))? {
            Decoded::Packet(packet) => Ok(Read::Packet(packet)),
            Decoded::Nothing => Ok(Read::Nothing),
            Decoded::Announced(packet, announced) => {
                let deadline = now + limits.attachment_timeout;
                // Nothing is reserved for what is only announced.
                let attachments = Vec::new();
                self.unfinished = Some(Box::new(Unfinished { packet, attachments, announced, deadline }));
                Ok(Read::Nothing)
            }
        }
    }

    fn binary(&mut self, now: Instant, data: Bytes, limits: &Limits) -> Result<Read, Violation> {
        let unfinished = self.unfinished.as_mut().ok_or(Violation("an attachment without its packet"))?;
        unfinished.attachments.push(data);
        if unfinished.attachments.len() < unfinished.announced {
            unfinished.deadline = now + limits.attachment_timeout;
            return Ok(Read::Nothing);
        }
        match self.unfinished.take() {
            Some(finished) => finished.assemble().map(Read::Packet),
            None => Ok(Read::Nothing),
        }
    }

    fn deadline(&self) -> Option<Instant> {
        self.unfinished.as_ref().map(|unfinished| unfinished.deadline)
    }

    fn handle_timeout(&mut self, now: Instant) -> Due {
        match self.deadline() {
            Some(deadline) if deadline <= now => Due::Close(CloseReason::ForcedClose),
            _ => Due::Nothing,
        }
    }

    fn extend(&mut self, by: Duration) {
        if let Some(unfinished) = &mut self.unfinished {
            unfinished.deadline += by;
        }
    }

    fn wire(&self) -> Wire {
        Wire::SocketIo
    }

    fn joining(&self) -> Joining {
        Joining::ByPacket
    }
}

impl Unfinished {
    fn assemble(mut self) -> Result<Packet, Violation> {
        if let Body::Event { args, .. } | Body::Ack { args, .. } = &mut self.packet.body {
            check_placeholders(args.elements(), self.attachments.len())
                .map_err(|_| Violation("a placeholder for an attachment that does not exist"))?;
            *args = Args::from_raw(args.elements().clone(), self.attachments);
        }
        Ok(self.packet)
    }
}

#[cfg(test)]
mod tests;
