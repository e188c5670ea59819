//! The connection's state machine: open, heartbeat, upgrade, close.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use bytestring::ByteString;

use super::{TransportKind, kind, payload};
use crate::close::CloseReason;
use crate::limits::Limits;
use crate::link::{Frame, Link, Output, TransportEnd, TransportId, Violation};
use crate::packet::Packet;
use crate::wire::{Unit, Wire};

/// What the messages of a connection mean.
pub trait Messages: Send + 'static {
    /// A text message, its type taken off. It is a part of `whole`, and so is everything that is kept of it.
    ///
    /// # Errors
    /// When the messaging protocol forbids it here; the connection then closes.
    fn text(
        &mut self,
        now: Instant,
        text: &str,
        whole: &ByteString,
        limits: &Limits,
    ) -> Result<Read, Violation>;

    /// A binary message.
    ///
    /// # Errors
    /// As [`text`](Self::text).
    fn binary(&mut self, now: Instant, data: Bytes, limits: &Limits) -> Result<Read, Violation>;

    /// When an unfinished packet has to go on, if there is one.
    fn deadline(&self) -> Option<Instant>;

    /// Moves that deadline, when nothing was read for so long.
    fn extend(&mut self, by: Duration);

    /// How packets are encoded for this client.
    fn wire(&self) -> Wire;

    /// Whether clients join namespaces by a packet of their own.
    fn joins_by_packet(&self) -> bool;
}

/// What a message was.
#[derive(Debug, PartialEq, Eq)]
pub enum Read {
    /// A whole packet.
    Packet(Packet),
    /// Nothing, or not yet.
    Nothing,
}

/// How a connection begins.
#[derive(Clone, Debug)]
pub struct Start {
    /// The transport that opens it.
    pub transport: TransportId,
    /// Its kind; only polling can be upgraded.
    pub kind: TransportKind,
    /// The open packet as text.
    pub open: String,
    /// Whether the server lets clients upgrade.
    pub allow_upgrades: bool,
}

/// An Engine.IO 4 connection on the server's side.
pub struct EngineLink<M> {
    limits: Arc<Limits>,
    messages: M,
    main: TransportId,
    upgradable: bool,
    probe: Option<Probe>,
    heartbeat: Heartbeat,
    closed: bool,
    output: VecDeque<Output>,
}

#[derive(Clone, Copy)]
enum Heartbeat {
    /// Nothing is asked; the next ping goes out then.
    Idle(Instant),
    /// A ping is out and must be answered by then.
    Waiting(Instant),
}

struct Probe {
    transport: TransportId,
    deadline: Instant,
}

impl<M: Messages> EngineLink<M> {
    /// A connection that opens now. The first ping follows after one interval.
    pub fn new(now: Instant, start: Start, messages: M, limits: Arc<Limits>) -> Self {
        let heartbeat = Heartbeat::Idle(now + limits.ping_interval);
        let open = Output::Send(start.transport, Unit::text(&start.open));
        Self {
            limits,
            messages,
            main: start.transport,
            upgradable: start.allow_upgrades && start.kind == TransportKind::Polling,
            probe: None,
            heartbeat,
            closed: false,
            output: VecDeque::from([open]),
        }
    }

    /// Ends the connection, and with it an upgrade. Nothing comes out after that.
    fn close(&mut self, reason: CloseReason) {
        if !self.closed {
            self.closed = true;
            self.end_probe();
            self.output.push_back(Output::Closed(reason));
        }
    }

    fn violated(&mut self, reason: CloseReason, what: &'static str) -> Result<(), Violation> {
        self.close(reason);
        Err(Violation(what))
    }

    fn read(&mut self, read: Result<Read, Violation>) -> Result<(), Violation> {
        match read {
            Ok(Read::Packet(packet)) => self.output.push_back(Output::Inbound(packet)),
            Ok(Read::Nothing) => {}
            Err(violation) => return self.violated(CloseReason::ForcedClose, violation.0),
        }
        Ok(())
    }

    fn main_text(&mut self, now: Instant, text: &ByteString) -> Result<(), Violation> {
        let Some(&first) = text.as_bytes().first() else {
            return self.violated(CloseReason::ParseError, "an empty packet");
        };
        match first {
            kind::MESSAGE => {
                let message = text.get(1..).unwrap_or_default();
                let read = self.messages.text(now, message, text, &self.limits);
                self.read(read)
            }
            b'b' => match payload::decode_base64(text.get(1..).unwrap_or_default()) {
                Some(data) => {
                    let read = self.messages.binary(now, data.into(), &self.limits);
                    self.read(read)
                }
                None => self.violated(CloseReason::ParseError, "binary data that is no base64"),
            },
            kind::PONG => {
                self.heartbeat = Heartbeat::Idle(now + self.limits.ping_interval);
                Ok(())
            }
            kind::PING => self.violated(CloseReason::TransportError, "a ping from the client"),
            kind::CLOSE => {
                // A waiting poll ends like any other: it is the client that closes, so nobody tells it.
                self.output.push_back(Output::Release);
                self.close(CloseReason::TransportClose);
                Ok(())
            }
            // Open, upgrade and noop mean nothing here and do no harm: the reference ignores them too.
            b'0' | kind::UPGRADE | b'6' => Ok(()),
            _ => self.violated(CloseReason::ParseError, "an unknown packet type"),
        }
    }

    fn probe_text(&mut self, from: TransportId, text: &str) -> Result<(), Violation> {
        match text {
            "2probe" => {
                self.output.push_back(Output::Send(from, Unit::text("3probe")));
                self.output.push_back(Output::Release);
                Ok(())
            }
            "5" => {
                self.probe = None;
                self.upgradable = false;
                self.main = from;
                self.output.push_back(Output::Switch(from));
                Ok(())
            }
            _ => {
                self.end_probe();
                Err(Violation("an upgrade that does not begin with a probe"))
            }
        }
    }

    fn end_probe(&mut self) {
        if let Some(probe) = self.probe.take() {
            self.output.push_back(Output::Close(probe.transport));
        }
    }

    fn is_probe(&self, transport: TransportId) -> bool {
        self.probe.as_ref().is_some_and(|probe| probe.transport == transport)
    }
}

impl<M: Messages> Link for EngineLink<M> {
    fn handle_frame(&mut self, now: Instant, from: TransportId, frame: Frame) -> Result<(), Violation> {
        if self.closed {
            return Ok(());
        }
        if self.is_probe(from) {
            let Frame::Text(text) = frame else {
                self.end_probe();
                return Err(Violation("an upgrade that does not begin with a probe"));
            };
            return self.probe_text(from, &text);
        }
        if from != self.main {
            return Ok(());
        }
        match frame {
            Frame::Text(text) => self.main_text(now, &text),
            Frame::Binary(data) => {
                let read = self.messages.binary(now, data, &self.limits);
                self.read(read)
            }
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        if self.closed {
            return;
        }
        match self.heartbeat {
            Heartbeat::Idle(at) if at <= now => {
                self.heartbeat = Heartbeat::Waiting(now + self.limits.ping_timeout);
                self.output.push_back(Output::Send(self.main, Unit::text("2")));
            }
            Heartbeat::Waiting(until) if until <= now => self.close(CloseReason::PingTimeout),
            _ => {}
        }
        if self.probe.as_ref().is_some_and(|probe| probe.deadline <= now) {
            self.end_probe();
        }
        if self.messages.deadline().is_some_and(|deadline| deadline <= now) {
            self.close(CloseReason::ForcedClose);
        }
    }

    fn transport_opened(&mut self, now: Instant, which: TransportId) -> Result<(), Violation> {
        if self.closed || !self.upgradable || self.probe.is_some() {
            return Err(Violation("an upgrade that is not possible now"));
        }
        self.probe = Some(Probe { transport: which, deadline: now + self.limits.upgrade_timeout });
        Ok(())
    }

    fn transport_closed(&mut self, _now: Instant, which: TransportId, how: TransportEnd) {
        if self.is_probe(which) {
            self.end_probe();
        } else if which == self.main {
            self.close(match how {
                TransportEnd::Closed => CloseReason::TransportClose,
                TransportEnd::Failed => CloseReason::TransportError,
            });
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        if self.closed {
            return None;
        }
        let (Heartbeat::Idle(at) | Heartbeat::Waiting(at)) = self.heartbeat;
        let probe = self.probe.as_ref().map(|probe| probe.deadline);
        [Some(at), probe, self.messages.deadline()].into_iter().flatten().min()
    }

    fn extend(&mut self, by: Duration) {
        // The next ping does not wait for the peer. The peer waits for it, and gives up when it comes too late.
        if let Heartbeat::Waiting(until) = &mut self.heartbeat {
            *until += by;
        }
        if let Some(probe) = &mut self.probe {
            probe.deadline += by;
        }
        self.messages.extend(by);
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.output.pop_front()
    }

    fn wire(&self) -> Wire {
        self.messages.wire()
    }

    fn joins_by_packet(&self) -> bool {
        self.messages.joins_by_packet()
    }
}

#[cfg(test)]
mod tests;
