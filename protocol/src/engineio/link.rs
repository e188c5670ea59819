//! The connection's state machine: open, heartbeat, upgrade, close.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use bytestring::ByteString;

use super::{Framing, TransportKind, Version, kind, payload};
use crate::close::CloseReason;
use crate::limits::Limits;
use crate::link::{Frame, Joining, Link, Output, TransportEnd, TransportId, Violation};
use crate::messages::{self, Messages, Read};
use crate::wire::{Unit, Wire};
use heartbeat::{Due, Heartbeat};

mod heartbeat;

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
    /// The version that is spoken, and how binary data travels.
    pub framing: Framing,
}

/// An Engine.IO connection on the server's side.
pub struct EngineLink<M> {
    limits: Arc<Limits>,
    messages: M,
    main: TransportId,
    upgradable: bool,
    framing: Framing,
    probe: Option<Probe>,
    heartbeat: Heartbeat,
    closed: bool,
    output: VecDeque<Output>,
}

struct Probe {
    transport: TransportId,
    deadline: Instant,
}

impl<M: Messages> EngineLink<M> {
    /// A connection that opens now. The first ping follows after one interval, or is awaited from the client.
    pub fn new(now: Instant, start: Start, messages: M, limits: Arc<Limits>) -> Self {
        let heartbeat = Heartbeat::begin(start.framing.version, now, &limits);
        let open = Output::Send(start.transport, Unit::text(&start.open));
        Self {
            limits,
            messages,
            main: start.transport,
            upgradable: start.allow_upgrades && start.kind == TransportKind::Polling,
            framing: start.framing,
            probe: None,
            heartbeat,
            closed: false,
            output: VecDeque::from([open]),
        }
    }

    /// Sends this right behind the open packet; before anything else is taken out.
    pub fn greet(&mut self, unit: Unit) {
        self.output.push_back(Output::Send(self.main, unit));
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
            Ok(Read::Reply(unit)) => self.say(&unit),
            Ok(Read::Nothing) => {}
            Ok(Read::Unreadable(violation)) => return Err(violation),
            Err(violation) => return self.violated(CloseReason::ForcedClose, violation.0),
        }
        Ok(())
    }

    /// Sends what the messaging protocol has to say.
    fn say(&mut self, unit: &Unit) {
        if let Some(unit) = unit.framed(self.framing) {
            self.output.push_back(Output::Send(self.main, unit));
        }
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
            b'b' => match payload::decode_base64_packet(text, self.framing.version) {
                Some((kind, data)) => self.main_binary(now, kind, data.into()),
                None => self.violated(CloseReason::ParseError, "binary data that is no base64"),
            },
            b'0'..=b'6' => self.control(now, first),
            _ => self.violated(CloseReason::ParseError, "an unknown packet type"),
        }
    }

    fn main_binary(&mut self, now: Instant, kind: u8, data: Bytes) -> Result<(), Violation> {
        match kind {
            kind::MESSAGE => {
                let read = self.messages.binary(now, data, &self.limits);
                self.read(read)
            }
            // Only in version 3, which has a type in front of binary data: unknown ones mean nothing, as in the
            // reference.
            other => self.control(now, other),
        }
    }

    /// A packet that is no message.
    fn control(&mut self, now: Instant, kind: u8) -> Result<(), Violation> {
        match (kind, self.framing.version) {
            (kind::PING, Version::V3) => {
                self.heartbeat = Heartbeat::begin(Version::V3, now, &self.limits);
                self.output.push_back(Output::Send(self.main, Unit::text("3")));
            }
            (kind::PONG, Version::V4) => {
                self.heartbeat = Heartbeat::begin(Version::V4, now, &self.limits);
            }
            (kind::PING, Version::V4) => {
                return self.violated(CloseReason::TransportError, "a ping from the client");
            }
            (kind::PONG, Version::V3) => {
                return self.violated(CloseReason::TransportError, "a pong from the client");
            }
            (kind::CLOSE, _) => {
                // A waiting poll ends like any other: it is the client that closes, so nobody tells it.
                self.output.push_back(Output::Release);
                self.close(CloseReason::TransportClose);
            }
            // Open, upgrade and noop mean nothing here and do no harm: the reference ignores them too.
            _ => {}
        }
        Ok(())
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
            Frame::Binary(data) => match self.framing.version {
                Version::V4 => self.main_binary(now, kind::MESSAGE, data),
                Version::V3 => match data.first() {
                    Some(&kind) => self.main_binary(now, kind.wrapping_add(b'0'), data.slice(1..)),
                    None => self.violated(CloseReason::ParseError, "an empty packet"),
                },
            },
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        if self.closed {
            return;
        }
        match self.heartbeat.handle_timeout(now, &self.limits) {
            Due::Ping => self.output.push_back(Output::Send(self.main, Unit::text("2"))),
            Due::Silence => self.close(CloseReason::PingTimeout),
            Due::Nothing => {}
        }
        if self.probe.as_ref().is_some_and(|probe| probe.deadline <= now) {
            self.end_probe();
        }
        match self.messages.handle_timeout(now) {
            messages::Due::Send(unit) => self.say(&unit),
            messages::Due::Close(reason) => self.close(reason),
            messages::Due::Nothing => {}
        }
    }

    fn transport_opened(&mut self, now: Instant, which: TransportId) -> Result<(), Violation> {
        if self.closed || !self.upgradable || self.probe.is_some() {
            return Err(Violation("an upgrade that is not possible now"));
        }
        self.probe = Some(Probe { transport: which, deadline: now + self.limits.upgrade_timeout });
        Ok(())
    }

    fn is_upgrading(&self) -> bool {
        self.probe.is_some()
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
        let probe = self.probe.as_ref().map(|probe| probe.deadline);
        [Some(self.heartbeat.deadline()), probe, self.messages.deadline()].into_iter().flatten().min()
    }

    fn extend(&mut self, by: Duration) {
        self.heartbeat.extend(by);
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

    /// A `noop` with data: clients that do not know of it see a packet that means nothing.
    fn farewell(&self, within: Duration) -> Option<Unit> {
        Some(Unit::text(&format!("6{{\"reconnectWithin\":{}}}", within.as_millis())))
    }

    fn carried_by(&mut self, headers: &ByteString) {
        self.messages.carried_by(headers);
    }
}

#[cfg(test)]
mod tests;
