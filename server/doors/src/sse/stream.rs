//! The answer that goes on, as the one transport of its connection.

use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use roomful_core::TransportKind;
use roomful_core::door::{Mode, Outbox, TransportEvent, Transports};
use roomful_protocol::link::{TransportEnd, TransportId};
use roomful_protocol::sse::{Ids, Piece};
use roomful_protocol::wire::Unit;
use tokio::sync::oneshot;

use crate::http::{Body, StreamWriter};

/// A chunk of the answer is this long at most, but for an event that is longer.
const MAX_CHUNK: usize = 16 << 10;

/// What becomes of a request.
pub(super) enum Verdict {
    /// It is answered with these events.
    Open(Body),
    /// It is refused: why, as JSON.
    Refused(String),
}

pub(super) struct EventStream {
    outbox: Arc<Outbox>,
    answer: Answer,
    ids: Ids,
    retry: Option<Duration>,
}

enum Answer {
    /// Nobody has decided yet.
    Awaited(oneshot::Sender<Verdict>),
    Open(StreamWriter),
    Over,
}

/// What is to be done with what was queued.
#[derive(Default)]
struct Taken {
    events: String,
    refusal: Option<String>,
}

impl EventStream {
    /// The name by which the link knows it.
    pub(super) const ID: TransportId = TransportId(0);

    pub(super) fn new(
        outbox: Arc<Outbox>,
        verdict: oneshot::Sender<Verdict>,
        ids: Ids,
        retry: Option<Duration>,
    ) -> Self {
        outbox.attach(None, Mode::Driver);
        Self { outbox, answer: Answer::Awaited(verdict), ids, retry }
    }

    /// Sends what is queued, as far as it is taken.
    fn deliver(&mut self, cx: &Context<'_>) {
        while self.outbox.has_queued() && self.takes_more(cx) {
            let taken = self.take_queued();
            match taken.refusal {
                Some(why) => self.refuse(why),
                None => self.write(taken.events),
            }
        }
        // Volatile events are for a stream that takes them at once.
        self.outbox.set_ready(matches!(self.answer, Answer::Open(_)) && !self.outbox.has_queued());
    }

    fn takes_more(&mut self, cx: &Context<'_>) -> bool {
        match &mut self.answer {
            Answer::Open(writer) => writer.poll_ready(cx).is_ready(),
            Answer::Awaited(_) => true,
            Answer::Over => false,
        }
    }

    fn take_queued(&mut self) -> Taken {
        let mut taken = Taken::default();
        let ids = &mut self.ids;
        self.outbox.hand_out(|unit| {
            let fits = taken.events.len() < MAX_CHUNK && taken.refusal.is_none();
            if fits {
                for frame in unit.frames() {
                    Piece::with(frame, |piece| match piece {
                        Piece::Refused(why) => taken.refusal = Some(why.to_owned()),
                        piece => ids.write(piece, &mut taken.events),
                    });
                }
            }
            fits
        });
        taken
    }

    /// Sends events; the first of them, or the word that the client has been let in, begins the answer.
    fn write(&mut self, events: String) {
        if let Answer::Awaited(_) = self.answer {
            let (mut writer, body) = Body::stream();
            if let Some(delay) = self.retry {
                writer.send(format!("retry: {}\r\n\r\n", delay.as_millis()).into());
            }
            let awaited = std::mem::replace(&mut self.answer, Answer::Open(writer));
            decide(awaited, Verdict::Open(body));
        }
        if let Answer::Open(writer) = &mut self.answer {
            writer.send(events.into());
        }
    }

    fn refuse(&mut self, why: String) {
        let awaited = std::mem::replace(&mut self.answer, Answer::Over);
        decide(awaited, Verdict::Refused(why));
    }
}

/// A request that has gone does not need to know.
fn decide(awaited: Answer, verdict: Verdict) {
    if let Answer::Awaited(request) = awaited {
        let _ = request.send(verdict);
    }
}

impl Transports for EventStream {
    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<TransportEvent> {
        let gone = match &mut self.answer {
            Answer::Awaited(request) => request.poll_closed(cx),
            Answer::Open(writer) => writer.poll_gone(cx),
            Answer::Over => Poll::Pending,
        };
        gone.map(|()| TransportEvent::Closed(Self::ID, TransportEnd::Closed))
    }

    fn poll_write(&mut self, cx: &mut Context<'_>) {
        self.deliver(cx);
    }

    fn send(&mut self, _: TransportId, unit: Unit) {
        self.outbox.push_own(unit);
    }

    // There is no polling, and no second transport.
    fn release(&mut self) {}

    fn switch(&mut self, _: TransportId) {}

    fn close(&mut self, _: TransportId) {}

    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.deliver(cx);
        if let Answer::Open(writer) = &mut self.answer {
            if writer.poll_gone(cx).is_pending() && self.outbox.has_queued() {
                return Poll::Pending;
            }
            writer.finish();
        }
        self.answer = Answer::Over;
        Poll::Ready(())
    }

    fn kind(&self) -> TransportKind {
        TransportKind::Streaming
    }

    fn outbox(&self) -> &Arc<Outbox> {
        &self.outbox
    }
}
