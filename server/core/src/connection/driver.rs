//! The one task of a connection: it owns the link, the reading side, the timers and the running handlers.
//!
//! Nothing else touches the state of the protocol, so that state needs no lock. Everyone else pushes to the
//! outbox, or leaves a [`Command`] and wakes the task.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use roomful_protocol::close::{CloseFrame, CloseReason};
use roomful_protocol::engineio::TransportKind;
use roomful_protocol::link::{Frame, Joining, Link, Output, TransportId, Violation};

use super::dispatch::Dispatch;
use super::transports::{TransportEvent, Transports};
use super::{Command, Connection};
use crate::handshake::Handshake;
use crate::server::Server;

/// Frames handled before other connections get their turn.
const TURN: usize = 64;

pub(crate) struct Driver<L, T> {
    server: Server,
    connection: Arc<Connection>,
    place: usize,
    link: L,
    /// Gone as soon as the connection has ended; the task may outlive it for its handlers.
    transports: Option<T>,
    dispatch: Dispatch,
    /// The connection is over when the client is no longer in the namespace in which it began.
    ends_with_home: bool,
    state: State,
    /// Why it is going to close, and the program's own words, until the transport hears of it.
    ending: Option<(CloseReason, Option<CloseFrame>)>,
    /// When the client must have joined a namespace.
    connect_deadline: Option<Instant>,
    stall: Option<Stall>,
    /// Since when nothing is read because too much waits for handlers.
    stopped: Option<Instant>,
    timer: Timer,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Opening,
    Open,
    /// It closes as soon as the client has come to the transport that it is on its way to.
    Upgrading {
        deadline: Instant,
    },
    /// What is queued still goes out.
    Closing {
        deadline: Instant,
    },
    /// Only handlers are left.
    Ended {
        deadline: Instant,
    },
}

/// A transport that takes nothing.
struct Stall {
    written: u64,
    deadline: Instant,
}

impl<L: Link, T: Transports> Driver<L, T> {
    pub(crate) fn new(server: Server, link: L, transports: T, handshake: Handshake) -> Self {
        let outbox = transports.outbox().clone();
        let connection = Connection::new(outbox, handshake, &link, transports.kind());
        connection.set_deflate(transports.deflate());
        let place = server.add_connection(connection.clone());
        let joining = link.joining();
        let in_time = joining == Joining::ByPacket;
        let connect_deadline = in_time.then(|| now() + server.limits().connect_timeout);
        Self {
            dispatch: Dispatch::new(server.clone(), connection.clone(), joining),
            ends_with_home: joining != Joining::ByPacket && link.home().is_some(),
            server,
            connection,
            place,
            link,
            transports: Some(transports),
            state: State::Opening,
            ending: None,
            connect_deadline,
            stall: None,
            stopped: None,
            timer: Timer::default(),
        }
    }

    fn open(&mut self, now: Instant, cx: &mut Context<'_>) {
        self.state = State::Open;
        self.take_output(now, cx);
        if let Some(home) = self.link.home() {
            // Nothing but a missing namespace could go wrong, and that is answered.
            let _ = self.dispatch.join(home, None, self.link.auth(), now, cx);
        }
        if self.server.is_closing() {
            self.close(CloseReason::ServerShuttingDown, now, cx);
        }
    }

    /// One bounded turn; whether there is more to do at once.
    fn turn(&mut self, now: Instant, cx: &mut Context<'_>) -> bool {
        let mut budget = TURN;
        self.commands(now, cx);
        while budget > 0 && self.dispatch.poll_running(now, cx) {
            budget -= 1;
        }
        self.timeouts(now, cx);
        if let Some(transports) = &mut self.transports {
            transports.poll_write(cx);
        }
        self.read(&mut budget, now, cx);
        // What the handlers just polled have asked for must not wait for the next wake.
        self.commands(now, cx);
        if let Some(reason) = self.connection.outbox.failure() {
            self.close(reason, now, cx);
        } else if self.ends_with_home && self.dispatch.has_left_home() {
            // It was in that namespace from the start, or was never let in, and has no way to join again.
            let reason = match self.dispatch.has_joined {
                true => CloseReason::ForcedServerClose,
                false => CloseReason::ForcedClose,
            };
            self.close(reason, now, cx);
        }
        budget == 0
    }

    fn read(&mut self, budget: &mut usize, now: Instant, cx: &mut Context<'_>) {
        while *budget > 0 && self.state == State::Open {
            if self.dispatch.is_full() {
                self.stopped.get_or_insert(now);
                return;
            }
            self.stopped = None;
            let Some(transports) = &mut self.transports else { return };
            let Poll::Ready(event) = transports.poll_event(cx) else { return };
            *budget -= 1;
            self.event(event, now, cx);
        }
    }

    fn event(&mut self, event: TransportEvent, now: Instant, cx: &mut Context<'_>) {
        match event {
            TransportEvent::Frame(from, frame) => self.frame(from, frame, now),
            TransportEvent::Opened(which) => {
                if let Err(violation) = self.link.transport_opened(now, which) {
                    self.violated(&violation);
                    if let Some(transports) = &mut self.transports {
                        transports.close(which);
                    }
                }
            }
            TransportEvent::Heard(which) => self.link.heard(now, which),
            TransportEvent::CarriedBy(headers) => self.link.carried_by(&headers),
            TransportEvent::Closed(which, how) => self.link.transport_closed(now, which, how),
        }
        self.take_output(now, cx);
    }

    fn frame(&mut self, from: TransportId, frame: Frame, now: Instant) {
        if let Err(violation) = self.link.handle_frame(now, from, frame) {
            self.violated(&violation);
        }
    }

    fn violated(&self, violation: &Violation) {
        self.server.shared().metrics.violations.increment();
        tracing::debug!(%violation, "a client broke the protocol");
    }

    /// Does what the link wants done.
    fn take_output(&mut self, now: Instant, cx: &mut Context<'_>) {
        while let Some(output) = self.link.poll_output() {
            let Some(transports) = &mut self.transports else { return };
            match output {
                Output::Send(to, unit) => transports.send(to, unit),
                Output::Inbound(packet) => {
                    if self.state != State::Open {
                        continue;
                    }
                    if let Err(violation) = self.dispatch.packet(packet, now, cx) {
                        self.violated(&violation);
                        self.close(CloseReason::ForcedClose, now, cx);
                    }
                }
                Output::Release => transports.release(),
                Output::Switch(to) => {
                    transports.switch(to);
                    self.connection.set_transport(transports.kind());
                    self.connection.set_deflate(transports.deflate());
                }
                Output::Close(which) => transports.close(which),
                Output::Closed(reason) => self.close(reason, now, cx),
            }
        }
    }

    fn commands(&mut self, now: Instant, cx: &mut Context<'_>) {
        for command in self.connection.take_commands() {
            match command {
                Command::Leave(member) => self.dispatch.dismiss(&member, cx),
                Command::LeaveAll => self.dispatch.dismiss_all(cx),
                Command::Close(reason, frame) => self.close_with(reason, frame.as_deref(), now, cx),
            }
        }
    }

    // --- time ---

    fn timeouts(&mut self, now: Instant, cx: &mut Context<'_>) {
        if self.state != State::Open {
            return;
        }
        self.dispatch.handle_deadline(now, cx);
        // While nothing is read, an answer to a heartbeat cannot be seen either. Pings still go out.
        if let Some(since) = &mut self.stopped {
            self.link.extend(now.saturating_duration_since(*since));
            *since = now;
        }
        if self.link.poll_timeout().is_some_and(|at| at <= now) {
            self.link.handle_timeout(now);
            self.take_output(now, cx);
        }
        // Looked at here, as a guard may take its time.
        if self.dispatch.has_joined {
            self.connect_deadline = None;
        }
        if self.connect_deadline.is_some_and(|at| at <= now) {
            self.connect_deadline = None;
            self.close(CloseReason::ConnectTimeout, now, cx);
        }
        self.watch_stall(now, cx);
    }

    /// A client that takes nothing for one ping timeout is gone, whatever it still says. One that polls may
    /// take a heartbeat longer: nothing tells it that something waits.
    fn watch_stall(&mut self, now: Instant, cx: &mut Context<'_>) {
        if !self.connection.outbox.waits_for_client() {
            self.stall = None;
            return;
        }
        let written = self.connection.outbox.written();
        let limits = self.server.limits();
        let between_polls = match self.connection.transport() {
            TransportKind::Polling => limits.ping_interval,
            TransportKind::WebSocket | TransportKind::WebTransport | TransportKind::Streaming => {
                Duration::ZERO
            }
        };
        let deadline = now + limits.ping_timeout + between_polls;
        match &self.stall {
            Some(stall) if stall.written == written => {
                if stall.deadline <= now {
                    self.close(CloseReason::PingTimeout, now, cx);
                }
            }
            _ => self.stall = Some(Stall { written, deadline }),
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        match self.state {
            State::Closing { deadline } | State::Ended { deadline } => Some(deadline),
            State::Upgrading { deadline } => {
                Some(self.link.poll_timeout().map_or(deadline, |at| at.min(deadline)))
            }
            State::Opening | State::Open => {
                let stall = self.stall.as_ref().map(|stall| stall.deadline);
                [self.link.poll_timeout(), self.connect_deadline, self.dispatch.deadline(), stall]
                    .into_iter()
                    .flatten()
                    .min()
            }
        }
    }

    // --- the end ---

    fn close(&mut self, reason: CloseReason, now: Instant, cx: &mut Context<'_>) {
        self.close_with(reason, None, now, cx);
    }

    fn close_with(
        &mut self,
        reason: CloseReason,
        frame: Option<&CloseFrame>,
        now: Instant,
        cx: &mut Context<'_>,
    ) {
        if self.state != State::Open {
            return;
        }
        tracing::debug!(%reason, "a connection closes");
        // A client that takes nothing is not waited for.
        let patience = match reason {
            CloseReason::PingTimeout | CloseReason::Overflow => Duration::ZERO,
            _ => self.server.limits().close_timeout,
        };
        let deadline = now + patience;
        self.ending = Some((reason, frame.cloned()));
        self.dispatch.leave_all(reason.for_socket(), cx);
        let within = self.server.shared().reconnect_within;
        if reason == CloseReason::ServerShuttingDown
            && !within.is_zero()
            && let Some(farewell) = self.link.farewell(within)
        {
            self.connection.outbox.push_own(farewell);
        }
        self.connection.outbox.seal();
        // A client that is meant to come back needs no goodbye.
        if reason == CloseReason::ForcedServerClose && self.link.is_upgrading() {
            self.state = State::Upgrading { deadline };
        } else {
            self.begin_closing(deadline);
        }
    }

    fn begin_closing(&mut self, deadline: Instant) {
        self.state = State::Closing { deadline };
        if let (Some(transports), Some((reason, frame))) = (&mut self.transports, self.ending.take()) {
            transports.closing(reason, frame.as_ref());
        }
    }

    /// Lets an upgrade come to its end, and then closes; whether there is more to do at once.
    fn finish_upgrade(&mut self, deadline: Instant, now: Instant, cx: &mut Context<'_>) -> bool {
        let mut budget = TURN;
        while let Some(transports) = self.transports.as_mut().filter(|_| budget > 0) {
            transports.poll_write(cx);
            let Poll::Ready(event) = transports.poll_event(cx) else { break };
            budget -= 1;
            self.event(event, now, cx);
        }
        if self.link.poll_timeout().is_some_and(|at| at <= now) {
            self.link.handle_timeout(now);
            self.take_output(now, cx);
        }
        if !self.link.is_upgrading() || deadline <= now {
            self.begin_closing(deadline);
        }
        budget == 0
    }

    /// Lets go of the transport and of all that is queued for it.
    fn end(&mut self, now: Instant) {
        self.transports = None;
        self.connection.outbox.discard();
        self.state = State::Ended { deadline: now + self.server.limits().handler_grace };
    }

    /// Delivers what is queued, then waits for the handlers.
    fn poll_end(&mut self, now: Instant, cx: &mut Context<'_>) -> Poll<()> {
        self.commands(now, cx);
        while self.dispatch.poll_running(now, cx) {}
        if let State::Closing { deadline } = self.state {
            let closed =
                self.transports.as_mut().is_none_or(|transports| transports.poll_close(cx).is_ready());
            // What is queued cannot be delivered any more when the stream has broken.
            let broken = self.connection.outbox.failure() == Some(CloseReason::TransportError);
            if closed || broken || deadline <= now {
                self.end(now);
            }
        }
        let State::Ended { deadline } = self.state else { return Poll::Pending };
        if self.dispatch.running.len() == 0 {
            return Poll::Ready(());
        }
        if deadline > now {
            return Poll::Pending;
        }
        let dropped = self.dispatch.running.drop_all();
        self.server.shared().metrics.handlers_dropped.add(dropped);
        tracing::warn!(dropped, "handlers of a client that has gone did not end in time and were dropped");
        Poll::Ready(())
    }
}

/// Nothing in a driver is pinned where it lies.
impl<L, T> Unpin for Driver<L, T> {}

impl<L: Link, T: Transports> Future for Driver<L, T> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let driver = self.get_mut();
        driver.connection.outbox.register_driver(cx.waker());
        let now = now();
        if driver.state == State::Opening {
            driver.open(now, cx);
        }
        let mut more = driver.state == State::Open && driver.turn(now, cx);
        if let State::Upgrading { deadline } = driver.state {
            more |= driver.finish_upgrade(deadline, now, cx);
        }
        if driver.state != State::Open && driver.poll_end(now, cx).is_ready() {
            return Poll::Ready(());
        }
        if more || driver.timer.poll(driver.next_deadline(), now, cx) {
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }
}

impl<L, T> Drop for Driver<L, T> {
    fn drop(&mut self) {
        self.connection.outbox.discard();
        self.server.remove_connection(self.place);
    }
}

/// The runtime's clock, which tests can stop.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

/// One timer for all deadlines. A deadline that moves away lets the timer fire early once rather than arming it
/// again for every heartbeat.
#[derive(Default)]
struct Timer {
    sleep: Option<Pin<Box<tokio::time::Sleep>>>,
}

impl Timer {
    /// Arranges a wake at `deadline`; whether it has come already.
    fn poll(&mut self, deadline: Option<Instant>, now: Instant, cx: &mut Context<'_>) -> bool {
        let Some(deadline) = deadline else { return false };
        if deadline <= now {
            return true;
        }
        let deadline = tokio::time::Instant::from_std(deadline);
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        if sleep.deadline() > deadline || sleep.is_elapsed() {
            sleep.as_mut().reset(deadline);
        }
        while sleep.as_mut().poll(cx).is_ready() {
            if deadline <= tokio::time::Instant::now() {
                return true;
            }
            sleep.as_mut().reset(deadline);
        }
        false
    }
}
