//! A session over HTTP: its receiving requests come and go.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytestring::ByteString;

use super::frame;
use crate::close::CloseReason;
use crate::engineio::{Framing, Texts};
use crate::limits::Limits;
use crate::link::{Frame, Joining, Link, Output, TransportEnd, TransportId, Violation};
use crate::messages::{Due, Messages, Read};
use crate::wire::{Unit, Wire};

/// The times of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timing {
    /// How long a request waits before it is told that the server is there. Default: 25 s.
    pub heartbeat: Duration,
    /// How long a session waits for the next request before it is over. Default: 5 s.
    pub disconnect_delay: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self { heartbeat: Duration::from_secs(25), disconnect_delay: Duration::from_secs(5) }
    }
}

/// A session of SockJS over HTTP. Each request that receives is a transport to it: one at a time, and the session
/// outlives it for a while.
pub struct SockJsLink<M> {
    limits: Arc<Limits>,
    timing: Timing,
    messages: M,
    receiver: Receiver,
    closed: bool,
    output: VecDeque<Output>,
}

#[derive(Clone, Copy)]
enum Receiver {
    Waits {
        transport: TransportId,
        heartbeat: Instant,
    },
    /// The next one has to come by then.
    Away {
        until: Instant,
    },
}

impl<M: Messages> SockJsLink<M> {
    /// A session that opens now with a request that receives.
    pub fn new(
        now: Instant,
        transport: TransportId,
        messages: M,
        timing: Timing,
        limits: Arc<Limits>,
    ) -> Self {
        let receiver = Receiver::Waits { transport, heartbeat: now + timing.heartbeat };
        let open = Output::Send(transport, Unit::text(frame::OPEN));
        Self { limits, timing, messages, receiver, closed: false, output: VecDeque::from([open]) }
    }

    fn close(&mut self, reason: CloseReason) {
        if !self.closed {
            self.closed = true;
            self.output.push_back(Output::Closed(reason));
        }
    }

    /// Sends what the messaging protocol has to say: in the order of everything else, whoever receives it.
    fn say(&mut self, to: TransportId, unit: &Unit) {
        if let Some(unit) = unit.framed(self.framing()) {
            self.output.push_back(Output::Send(to, unit));
        }
    }
}

/// What is said to nobody in particular, since whoever comes next receives it.
const QUEUED: TransportId = TransportId(u32::MAX);

impl<M: Messages> Link for SockJsLink<M> {
    fn handle_frame(&mut self, now: Instant, _: TransportId, frame: Frame) -> Result<(), Violation> {
        if self.closed {
            return Ok(());
        }
        let read = match frame {
            Frame::Text(text) => self.messages.text(now, &text, &text, &self.limits),
            Frame::Binary(data) => self.messages.binary(now, data, &self.limits),
        };
        match read {
            Ok(Read::Packet(packet)) => self.output.push_back(Output::Inbound(packet)),
            Ok(Read::Reply(unit)) => self.say(QUEUED, &unit),
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
        match &mut self.receiver {
            Receiver::Waits { transport, heartbeat } if *heartbeat <= now => {
                *heartbeat = now + self.timing.heartbeat;
                let beat = Output::Send(*transport, Unit::text(frame::HEARTBEAT));
                self.output.push_back(beat);
            }
            Receiver::Away { until } if *until <= now => self.close(CloseReason::TransportClose),
            _ => {}
        }
        match self.messages.handle_timeout(now) {
            Due::Send(unit) if !self.closed => self.say(QUEUED, &unit),
            Due::Close(reason) => self.close(reason),
            _ => {}
        }
    }

    fn transport_opened(&mut self, now: Instant, which: TransportId) -> Result<(), Violation> {
        match self.receiver {
            Receiver::Away { .. } if !self.closed => {
                self.receiver = Receiver::Waits { transport: which, heartbeat: now + self.timing.heartbeat };
                self.messages.heard(now);
                self.output.push_back(Output::Switch(which));
                Ok(())
            }
            _ => Err(Violation("a second request that would receive")),
        }
    }

    fn transport_closed(&mut self, now: Instant, which: TransportId, how: TransportEnd) {
        match (self.receiver, how) {
            (Receiver::Waits { transport, .. }, TransportEnd::Closed) if transport == which => {
                self.receiver = Receiver::Away { until: now + self.timing.disconnect_delay };
            }
            (Receiver::Waits { transport, .. }, TransportEnd::Failed) if transport == which => {
                self.close(CloseReason::TransportClose);
            }
            _ => {}
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        if self.closed {
            return None;
        }
        let (Receiver::Waits { heartbeat: at, .. } | Receiver::Away { until: at }) = self.receiver;
        Some(self.messages.deadline().map_or(at, |deadline| deadline.min(at)))
    }

    fn extend(&mut self, by: Duration) {
        if let Receiver::Away { until } = &mut self.receiver {
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
        Framing { texts: Texts::SockJs, ..Framing::default() }
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
