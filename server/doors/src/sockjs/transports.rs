//! The transports of a session over HTTP: requests that receive, one after another.

use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use bytestring::ByteString;
use roomful_core::door::{Mode, Outbox, TransportEvent, Transports};
use roomful_core::{CloseFrame, CloseReason, TransportKind};
use roomful_protocol::link::{Frame, TransportEnd, TransportId};
use roomful_protocol::sockjs::frame::{self, Joined};
use roomful_protocol::wire::Unit;
use tokio::sync::oneshot;
use tokio::time::{Sleep, sleep};

use super::receiver::Receiver;
use super::session::{Post, Session, Sessions};

/// How long a request waits for the end of the one before it, which the HTTP server may report later than it was.
const OVERLAP: Duration = Duration::from_millis(20);

pub(super) struct OverHttp {
    outbox: Arc<Outbox>,
    entry: Entry,
    receiver: Option<(TransportId, Receiver)>,
    /// Those that would receive, and since when they wait.
    next: VecDeque<(TransportId, Receiver)>,
    /// Until when the first of them waits for the one that receives now.
    overlap: Option<Pin<Box<Sleep>>>,
    next_id: u32,
    post: Option<(std::vec::IntoIter<ByteString>, oneshot::Sender<()>)>,
    events: VecDeque<TransportEvent>,
    kind: TransportKind,
    /// How long what is queued waits for a request when the connection closes.
    linger: Option<Pin<Box<Sleep>>>,
}

/// The session's place among those of the door, for as long as it is known there.
pub(super) struct Entry {
    pub(super) sessions: Arc<Sessions>,
    pub(super) session: Arc<Session>,
    pub(super) id: Box<str>,
    /// How long late clients are told why it has ended.
    pub(super) remember: Duration,
    /// Why it ends; `None` while it does not, and when it is the client that has gone.
    why: Option<Arc<str>>,
}

impl Entry {
    pub(super) fn new(sessions: Arc<Sessions>, session: Arc<Session>, id: &str, remember: Duration) -> Self {
        Self { sessions, session, id: id.into(), remember, why: None }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let why = self.why.clone().unwrap_or_else(|| frame::INTERRUPTED.into());
        self.sessions.end(&self.id, self.why.take(), self.remember);
        self.session.end(&why);
    }
}

impl OverHttp {
    /// The name by which the link knows the first request.
    pub(super) const FIRST: TransportId = TransportId(0);

    pub(super) fn new(outbox: Arc<Outbox>, entry: Entry, receiver: Receiver, kind: TransportKind) -> Self {
        outbox.attach(None, Mode::Driver);
        Self {
            outbox,
            entry,
            receiver: Some((Self::FIRST, receiver)),
            next: VecDeque::new(),
            overlap: None,
            next_id: 1,
            post: None,
            events: VecDeque::new(),
            kind,
            linger: None,
        }
    }

    fn poll_mailbox(&mut self, cx: &Context<'_>) {
        let mailbox = self.entry.session.take(cx);
        for receiver in mailbox.receivers {
            let id = TransportId(self.next_id);
            self.next_id = self.next_id.wrapping_add(1) % u32::MAX;
            self.next.push_back((id, receiver));
        }
        if let Some(Post { messages, handled }) = mailbox.post {
            self.post = Some((messages.into_iter(), handled));
        }
    }

    /// Tells the link of the next request that would receive.
    fn poll_next(&mut self, cx: &mut Context<'_>) {
        self.next.retain_mut(|(_, receiver)| receiver.poll_gone(cx).is_pending());
        let Some((id, _)) = self.next.front() else {
            self.overlap = None;
            return;
        };
        if self.receiver.is_some() {
            let overlap = self.overlap.get_or_insert_with(|| Box::pin(sleep(OVERLAP)));
            if overlap.as_mut().poll(cx).is_pending() {
                return;
            }
        }
        self.overlap = None;
        self.events.push_back(TransportEvent::Opened(*id));
    }

    /// Notes that the request which receives has been cut.
    fn poll_gone(&mut self, cx: &mut Context<'_>) {
        let Some((id, receiver)) = &mut self.receiver else { return };
        if receiver.poll_gone(cx).is_ready() {
            self.events.push_back(TransportEvent::Closed(*id, TransportEnd::Failed));
            self.receiver = None;
        }
    }

    /// Takes one of those that would receive out of their line.
    fn take_next(&mut self, which: TransportId) -> Option<Receiver> {
        let at = self.next.iter().position(|(id, _)| *id == which)?;
        self.next.remove(at).map(|(_, receiver)| receiver)
    }

    /// Sends a frame to the request that receives, which may end with that.
    fn tell(&mut self, frame: &str) {
        let Some((id, receiver)) = &mut self.receiver else { return };
        if !receiver.send(frame) {
            self.events.push_back(TransportEvent::Closed(*id, TransportEnd::Closed));
            self.receiver = None;
        }
    }

    /// Sends what is queued, as far as it is taken.
    fn deliver(&mut self, cx: &Context<'_>) {
        while self.outbox.has_queued()
            && let Some((_, receiver)) = &mut self.receiver
            && receiver.poll_ready(cx).is_ready()
        {
            let messages = take_queued(&self.outbox, receiver.room());
            // Frames are made of text.
            self.tell(std::str::from_utf8(&messages).unwrap_or_default());
        }
        // Volatile events are for a request that takes them at once.
        self.outbox.set_ready(self.receiver.is_some() && !self.outbox.has_queued());
    }
}

impl Drop for OverHttp {
    /// Requests that still wait when the session has ended hear that it has.
    fn drop(&mut self) {
        let why = self.entry.why.as_deref().unwrap_or(frame::INTERRUPTED);
        for (_, mut receiver) in self.next.drain(..) {
            receiver.send(why);
        }
    }
}

/// As many messages as have room in a frame, but at least one.
fn take_queued(outbox: &Outbox, room: usize) -> Bytes {
    let mut joined = Joined::default();
    outbox.hand_out(|unit| {
        let fits = joined.is_empty() || joined.len() < room;
        if fits {
            for frame in unit.frames() {
                joined.push(&frame.payload());
            }
        }
        fits
    });
    joined.finish()
}

impl Transports for OverHttp {
    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<TransportEvent> {
        if self.events.is_empty() {
            self.poll_mailbox(cx);
            self.poll_gone(cx);
            if self.events.is_empty() {
                self.poll_next(cx);
            }
        }
        if let Some(event) = self.events.pop_front() {
            return Poll::Ready(event);
        }
        if let Some((messages, _)) = &mut self.post {
            if let Some(message) = messages.next() {
                return Poll::Ready(TransportEvent::Frame(Self::FIRST, Frame::Text(message)));
            }
            if let Some((_, handled)) = self.post.take() {
                let _ = handled.send(());
            }
        }
        // A request that has just begun to receive takes what has waited for it.
        self.deliver(cx);
        match self.events.pop_front() {
            Some(event) => Poll::Ready(event),
            None => Poll::Pending,
        }
    }

    fn poll_write(&mut self, cx: &mut Context<'_>) {
        self.deliver(cx);
    }

    fn send(&mut self, to: TransportId, unit: Unit) {
        match &self.receiver {
            // What the session says itself is for this request alone.
            Some((id, _)) if *id == to => {
                for frame in unit.frames() {
                    self.tell(std::str::from_utf8(&frame.payload()).unwrap_or_default());
                }
            }
            _ => self.outbox.push_own(unit),
        }
    }

    // Nothing is upgraded.
    fn release(&mut self) {}

    fn switch(&mut self, to: TransportId) {
        if let Some(receiver) = self.take_next(to) {
            self.receiver = Some((to, receiver));
        }
    }

    fn close(&mut self, which: TransportId) {
        if let Some(mut receiver) = self.take_next(which) {
            receiver.send(frame::STILL_OPEN);
        }
    }

    fn closing(&mut self, reason: CloseReason, frame: Option<&CloseFrame>) {
        // A client that has gone may come back, to a new session.
        if reason != CloseReason::TransportClose {
            self.entry.why = Some(frame::close(reason, frame).into());
        }
    }

    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.poll_mailbox(cx);
        self.post = None;
        self.poll_gone(cx);
        let Some(why) = self.entry.why.clone() else { return Poll::Ready(()) };
        loop {
            if self.receiver.is_none() {
                self.receiver = self.next.pop_front();
            }
            self.deliver(cx);
            if !self.outbox.has_queued() {
                break;
            }
            if self.receiver.is_some() {
                // It takes no more for now.
                return Poll::Pending;
            }
            if self.next.is_empty() {
                let remember = self.entry.remember;
                let linger = self.linger.get_or_insert_with(|| Box::pin(sleep(remember)));
                return linger.as_mut().poll(cx);
            }
        }
        self.tell(&why);
        self.receiver = None;
        Poll::Ready(())
    }

    fn kind(&self) -> TransportKind {
        self.kind
    }

    fn outbox(&self) -> &Arc<Outbox> {
        &self.outbox
    }
}
