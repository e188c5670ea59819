//! The connection of a plain WebSocket client: WebSocket's heartbeat, and messages as events.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytestring::ByteString;

use super::Form;
use crate::close::CloseReason;
use crate::limits::Limits;
use crate::link::{Frame, Link, Output, TransportEnd, TransportId, Violation};
use crate::packet::{Body, Packet};
use crate::websocket::Opcode;
use crate::wire::{Unit, Wire, WireFrame};

/// A plain WebSocket on the server's side.
///
/// When nothing was heard for one ping interval, a ping goes out. Whatever comes after that is as good as its
/// pong: a client that is busy sending a large message cannot put a pong into the middle of a frame.
pub struct RawLink {
    limits: Arc<Limits>,
    transport: TransportId,
    namespace: ByteString,
    form: Form,
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

impl RawLink {
    /// A connection that opens now on `transport`, for clients of `namespace`.
    pub fn new(
        now: Instant,
        transport: TransportId,
        namespace: ByteString,
        form: Form,
        limits: Arc<Limits>,
    ) -> Self {
        let heartbeat = Heartbeat::Quiet(now + limits.ping_interval);
        Self { limits, transport, namespace, form, heartbeat, closed: false, output: VecDeque::new() }
    }

    /// Ends the connection. Nothing comes out after that.
    fn close(&mut self, reason: CloseReason) {
        if !self.closed {
            self.closed = true;
            self.output.push_back(Output::Closed(reason));
        }
    }
}

impl Link for RawLink {
    fn handle_frame(&mut self, now: Instant, from: TransportId, frame: Frame) -> Result<(), Violation> {
        if self.closed || from != self.transport {
            return Ok(());
        }
        self.heard(now, from);
        match self.form.decode(frame) {
            Ok((name, args)) => {
                let body = Body::Event { name, args, ack: None };
                self.output.push_back(Output::Inbound(Packet { namespace: self.namespace.clone(), body }));
                Ok(())
            }
            Err(violation) => {
                self.close(CloseReason::ParseError);
                Err(violation)
            }
        }
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
    }

    fn heard(&mut self, now: Instant, from: TransportId) {
        if from == self.transport {
            self.heartbeat = Heartbeat::Quiet(now + self.limits.ping_interval);
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
        (!self.closed).then_some(at)
    }

    fn extend(&mut self, by: Duration) {
        if let Heartbeat::Waiting(until) = &mut self.heartbeat {
            *until += by;
        }
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.output.pop_front()
    }

    fn wire(&self) -> Wire {
        self.form.wire()
    }

    fn joins_by_packet(&self) -> bool {
        false
    }

    fn home(&self) -> Option<ByteString> {
        Some(self.namespace.clone())
    }
}

#[cfg(test)]
mod tests;
