//! The link under virtual time: the clock is a number that only a test moves.

mod heartbeat;
mod messages;
mod probing;
mod refused;
mod switching;
mod time;
mod version3;

use super::*;
use crate::engineio::Open;
use crate::packet::{Body, Packet};
use crate::socketio::SocketIoMessages;

/// The transport that opens a connection.
const FIRST: TransportId = TransportId(0);
/// The one that takes over.
const SECOND: TransportId = TransportId(1);
/// One too many.
const THIRD: TransportId = TransportId(2);

/// A link, its clock, and what came out of it.
struct Harness<M = SocketIoMessages> {
    link: EngineLink<M>,
    now: Instant,
    begun: Instant,
}

impl Harness {
    /// A connection as it opens, its open packet not taken out yet.
    fn opening(kind: TransportKind, allow_upgrades: bool) -> Self {
        Self::begin(kind, allow_upgrades, Framing::default(), SocketIoMessages::default())
    }

    /// An open connection over long-polling.
    fn polling() -> Self {
        let mut opening = Self::opening(TransportKind::Polling, true);
        opening.output();
        opening
    }

    /// An open connection over long-polling, with a second transport that has shown up.
    fn probing() -> Self {
        let mut polling = Self::polling();
        polling.open(SECOND).unwrap();
        polling
    }

    /// A connection that has been upgraded.
    fn upgraded() -> Self {
        let mut probing = Self::probing();
        probing.text(SECOND, "2probe").unwrap();
        probing.text(SECOND, "5").unwrap();
        probing.output();
        probing
    }
}

impl<M: Messages> Harness<M> {
    fn begin(kind: TransportKind, allow_upgrades: bool, framing: Framing, messages: M) -> Self {
        let now = Instant::now();
        let limits = Arc::new(Limits::default());
        let open = Open::new("sid", &[], &limits).to_text();
        let start = Start { transport: FIRST, kind, open, allow_upgrades, framing };
        Self { link: EngineLink::new(now, start, messages, limits), now, begun: now }
    }

    fn text(&mut self, from: TransportId, text: &str) -> Result<(), Violation> {
        self.link.handle_frame(self.now, from, Frame::Text(text.to_owned().into()))
    }

    fn binary(&mut self, from: TransportId, data: &'static [u8]) -> Result<(), Violation> {
        self.link.handle_frame(self.now, from, Frame::Binary(Bytes::from_static(data)))
    }

    fn open(&mut self, which: TransportId) -> Result<(), Violation> {
        self.link.transport_opened(self.now, which)
    }

    fn end(&mut self, which: TransportId, how: TransportEnd) {
        self.link.transport_closed(self.now, which, how);
    }

    /// Lets time pass, with a call of the link at each instant it asked for.
    fn advance(&mut self, seconds: u64) {
        let until = self.now + Duration::from_secs(seconds);
        while let Some(at) = self.link.poll_timeout().filter(|&at| at <= until) {
            assert!(at >= self.now, "a deadline has passed without a call");
            self.now = at;
            self.link.handle_timeout(at);
            assert_ne!(self.link.poll_timeout(), Some(at), "a deadline stays");
        }
        self.now = until;
    }

    /// The next deadline, in seconds from the beginning.
    fn due(&self) -> Option<u64> {
        self.link.poll_timeout().map(|at| (at - self.begun).as_secs())
    }

    /// What has to be done, as one line each.
    fn output(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.link.poll_output()).map(|output| line(&output)).collect()
    }
}

fn line(output: &Output) -> String {
    match output {
        Output::Send(TransportId(to), unit) => {
            let texts: Vec<_> = unit.frames().iter().map(|frame| frame.payload()).collect();
            format!("send {to}: {}", String::from_utf8_lossy(&texts.concat()))
        }
        Output::Inbound(packet) => match &packet.body {
            Body::Connect { .. } => format!("connect {}", packet.namespace),
            Body::Disconnect => format!("disconnect {}", packet.namespace),
            Body::Event { name, args, .. } => format!("event {name}({})", args.elements()),
            Body::Ack { id, args } => format!("ack {id}({})", args.elements()),
        },
        Output::Release => "release".to_owned(),
        Output::Switch(TransportId(to)) => format!("switch {to}"),
        Output::Close(TransportId(which)) => format!("close {which}"),
        Output::Closed(reason) => format!("closed: {reason}"),
    }
}
