//! The connection of a client that only receives.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytestring::ByteString;

use super::Piece;
use crate::close::CloseReason;
use crate::link::{Frame, Joining, Link, Output, TransportEnd, TransportId, Violation};
use crate::wire::Wire;

/// A stream of server-sent events on the server's side. A comment goes out at every interval, so that proxies keep the
/// answer and a client that takes nothing is noticed.
pub struct SseLink {
    transport: TransportId,
    namespace: ByteString,
    auth: Option<ByteString>,
    interval: Duration,
    next: Instant,
    closed: bool,
    output: VecDeque<Output>,
}

impl SseLink {
    /// A stream that opens now on `transport`, for a client of `namespace`. `auth` is what it claims, as JSON of an
    /// object.
    pub fn new(
        now: Instant,
        transport: TransportId,
        namespace: ByteString,
        auth: Option<ByteString>,
        interval: Duration,
    ) -> Self {
        let next = now + interval;
        Self { transport, namespace, auth, interval, next, closed: false, output: VecDeque::new() }
    }
}

impl Link for SseLink {
    fn handle_frame(&mut self, _: Instant, _: TransportId, _: Frame) -> Result<(), Violation> {
        Err(Violation("a message from a client that only receives"))
    }

    fn handle_timeout(&mut self, now: Instant) {
        if !self.closed && self.next <= now {
            self.next = now + self.interval;
            self.output.push_back(Output::Send(self.transport, Piece::KeepAlive.unit()));
        }
    }

    fn transport_opened(&mut self, _: Instant, _: TransportId) -> Result<(), Violation> {
        Err(Violation("a stream of events cannot be upgraded"))
    }

    fn transport_closed(&mut self, _: Instant, which: TransportId, how: TransportEnd) {
        if which == self.transport && !self.closed {
            self.closed = true;
            self.output.push_back(Output::Closed(match how {
                TransportEnd::Closed => CloseReason::TransportClose,
                TransportEnd::Failed => CloseReason::TransportError,
            }));
        }
    }

    fn poll_timeout(&self) -> Option<Instant> {
        (!self.closed).then_some(self.next)
    }

    // Nothing is awaited from the client.
    fn extend(&mut self, _: Duration) {}

    fn poll_output(&mut self) -> Option<Output> {
        self.output.pop_front()
    }

    fn wire(&self) -> Wire {
        Wire::ServerSentEvents
    }

    fn joining(&self) -> Joining {
        Joining::AtHome
    }

    fn home(&self) -> Option<ByteString> {
        Some(self.namespace.clone())
    }

    fn auth(&self) -> Option<ByteString> {
        self.auth.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_of_life_goes_out_at_every_interval_until_the_end() {
        let second = Duration::from_secs(1);
        let begin = Instant::now();
        let mut link = SseLink::new(begin, TransportId(0), "/news".into(), None, 25 * second);
        link.handle_timeout(begin + 24 * second);
        assert!(link.poll_output().is_none());
        for round in 1..=3 {
            assert_eq!(link.poll_timeout(), Some(begin + 25 * round * second));
            link.handle_timeout(begin + 25 * round * second);
            let Some(Output::Send(TransportId(0), unit)) = link.poll_output() else { panic!() };
            assert_eq!(unit, Piece::KeepAlive.unit());
        }
        link.transport_closed(begin, TransportId(0), TransportEnd::Closed);
        link.transport_closed(begin, TransportId(0), TransportEnd::Failed);
        assert!(matches!(link.poll_output(), Some(Output::Closed(CloseReason::TransportClose))));
        assert!(link.poll_output().is_none() && link.poll_timeout().is_none());
    }
}
