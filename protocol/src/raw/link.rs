//! The connection of a plain WebSocket client: WebSocket's heartbeat, and messages that mean something to a protocol.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytestring::ByteString;

use crate::close::CloseReason;
use crate::engineio::{Framing, Texts};
use crate::limits::Limits;
use crate::link::{Frame, Joining, Link, Output, TransportEnd, TransportId, Violation};
use crate::messages::{Due, Messages, Read};
use crate::sockjs;
use crate::websocket::Opcode;
use crate::wire::{Unit, Wire, WireFrame};

/// A plain WebSocket on the server's side.
///
/// When nothing was heard for one ping interval, a ping goes out. Whatever comes after that is as good as its
/// pong: a client that is busy sending a large message cannot put a pong into the middle of a frame.
pub struct RawLink<M> {
    limits: Arc<Limits>,
    transport: TransportId,
    messages: M,
    framing: Framing,
    heartbeat: Heartbeat,
    closed: bool,
    output: VecDeque<Output>,
}

#[derive(Clone, Copy)]
enum Heartbeat {
    /// A ping goes out then, if nothing is heard before.
    Quiet(Instant),
    /// A ping is out, and something must be heard by then.
    Waiting(Instant),
}

impl<M: Messages> RawLink<M> {
    /// A connection that opens now on `transport`.
    pub fn new(now: Instant, transport: TransportId, messages: M, limits: Arc<Limits>) -> Self {
        let heartbeat = Heartbeat::Quiet(now + limits.ping_interval);
        let framing = Framing::default();
        Self { limits, transport, messages, framing, heartbeat, closed: false, output: VecDeque::new() }
    }

    /// A connection of SockJS, which has told its client that it is open.
    pub fn sockjs(mut self) -> Self {
        self.framing.texts = Texts::SockJs;
        self.output.push_back(Output::Send(self.transport, Unit::text(sockjs::frame::OPEN)));
        self
    }

    /// Sends what the messaging protocol has to say.
    fn say(&mut self, unit: &Unit) {
        if let Some(unit) = unit.framed(self.framing) {
            self.output.push_back(Output::Send(self.transport, unit));
        }
    }

    /// Ends the connection. Nothing comes out after that.
    fn close(&mut self, reason: CloseReason) {
        if !self.closed {
            self.closed = true;
            self.output.push_back(Output::Closed(reason));
        }
    }
}

impl<M: Messages> Link for RawLink<M> {
    fn handle_frame(&mut self, now: Instant, from: TransportId, frame: Frame) -> Result<(), Violation> {
        if self.closed || from != self.transport {
            return Ok(());
        }
        self.heard(now, from);
        let read = match frame {
            Frame::Text(text) => self.messages.text(now, &text, &text, &self.limits),
            Frame::Binary(data) => self.messages.binary(now, data, &self.limits),
        };
        match read {
            Ok(Read::Packet(packet)) => self.output.push_back(Output::Inbound(packet)),
            Ok(Read::Reply(unit)) => self.say(&unit),
            Ok(Read::Nothing) => {}
            Ok(Read::Unreadable(violation)) => return Err(violation),
            Err(violation) => {
                self.close(CloseReason::ParseError);
                return Err(violation);
            }
        }
        Ok(())
    }

    fn handle_timeout(&mut self, now: Instant) {
        if self.closed {
            return;
        }
        match self.heartbeat {
            Heartbeat::Quiet(at) if at <= now => {
                self.heartbeat = Heartbeat::Waiting(now + self.limits.ping_timeout);
                let ping = Unit::One(WireFrame::new(Opcode::Ping, &[]));
                self.output.push_back(Output::Send(self.transport, ping));
            }
            Heartbeat::Waiting(until) if until <= now => self.close(CloseReason::PingTimeout),
            _ => {}
        }
        match self.messages.handle_timeout(now) {
            Due::Send(unit) if !self.closed => self.say(&unit),
            Due::Close(reason) => self.close(reason),
            _ => {}
        }
    }

    fn heard(&mut self, now: Instant, from: TransportId) {
        if from == self.transport {
            self.heartbeat = Heartbeat::Quiet(now + self.limits.ping_interval);
            self.messages.heard(now);
        }
    }

    fn transport_opened(&mut self, _: Instant, _: TransportId) -> Result<(), Violation> {
        Err(Violation("a plain WebSocket cannot be upgraded"))
    }

    fn transport_closed(&mut self, _: Instant, which: TransportId, how: TransportEnd) {
        if which == self.transport {
            self.close(match how {
                TransportEnd::Closed => CloseReason::TransportClose,
                TransportEnd::Failed => CloseReason::TransportError,
            });
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let (Heartbeat::Quiet(at) | Heartbeat::Waiting(at)) = self.heartbeat;
        (!self.closed).then(|| self.messages.deadline().map_or(at, |deadline| deadline.min(at)))
    }

    fn extend(&mut self, by: Duration) {
        if let Heartbeat::Waiting(until) = &mut self.heartbeat {
            *until += by;
        }
        self.messages.extend(by);
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.output.pop_front()
    }

    fn wire(&self) -> Wire {
        self.messages.wire()
    }

    fn framing(&self) -> Framing {
        self.framing
    }

    fn joining(&self) -> Joining {
        self.messages.joining()
    }

    fn home(&self) -> Option<ByteString> {
        self.messages.home()
    }

    fn public_id(&self) -> Option<&str> {
        self.messages.public_id()
    }
}

#[cfg(test)]
mod tests;
