//! The handlers that run for a connection. They are futures of its task, not tasks of their own: a handler is
//! polled at once, in the order of arrival, and waits here only if it has to.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::Stream;
use futures_util::stream::FuturesUnordered;
use roomful_protocol::packet::Body;

use super::dispatch::Held;
use crate::ack::AckTarget;
use crate::error::{ConnectError, EventError};
use crate::handler::BoxFuture;
use crate::handler::answer::Answer;
use crate::member::Member;
use crate::recovery::Claimed;

/// What work is done for.
pub(crate) enum Purpose {
    /// A handler of an event.
    Event { member: Arc<Member>, ack: Option<AckTarget> },
    /// The middleware of an event, which waits for it.
    Middleware { event: Box<Body> },
    /// The guards of a namespace.
    Guards,
    /// A session that this client claims from its old connection.
    HandOver(Claimed),
    /// The connect hooks.
    Connect,
    /// The disconnect hooks.
    Disconnect,
}

/// What it came to.
pub(crate) enum Outcome {
    Answer(Answer),
    Guards(Result<(), ConnectError>),
    Session(Option<Held>),
    Middleware(Result<(), EventError>),
    Done,
    /// It panicked; what with is in the log.
    Panicked,
}

/// Mostly the user's code: a future that is polled by the connection's task.
pub(crate) enum Work {
    Event(BoxFuture<Answer>),
    Guards(BoxFuture<Result<(), ConnectError>>),
    Middleware(BoxFuture<Result<(), EventError>>),
    Hooks(BoxFuture<()>),
    HandOver(BoxFuture<Option<Held>>),
}

impl Work {
    /// Polls it for the first time, at once; it comes back when it has to wait.
    ///
    /// The waker that it has then is the task's own. Parked, it gets a finer one with its next poll.
    pub(crate) fn start(mut self, cx: &mut Context<'_>) -> Result<Outcome, Self> {
        match self.poll(cx) {
            Poll::Ready(outcome) => Ok(outcome),
            Poll::Pending => Err(self),
        }
    }

    /// A panic ends this work, not the connection.
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Outcome> {
        caught(|| match self {
            Self::Event(future) => future.as_mut().poll(cx).map(Outcome::Answer),
            Self::Guards(future) => future.as_mut().poll(cx).map(Outcome::Guards),
            Self::Middleware(future) => future.as_mut().poll(cx).map(Outcome::Middleware),
            Self::Hooks(future) => future.as_mut().poll(cx).map(|()| Outcome::Done),
            Self::HandOver(future) => future.as_mut().poll(cx).map(Outcome::Session),
        })
        .unwrap_or(Poll::Ready(Outcome::Panicked))
    }
}

/// Work that waits, and the socket it belongs to, by the key of its slot in the dispatcher.
pub(crate) struct Run {
    pub(crate) slot: u32,
    pub(crate) purpose: Purpose,
    pub(crate) work: Work,
}

/// Work that has ended.
pub(crate) struct Ended {
    pub(crate) slot: u32,
    pub(crate) purpose: Purpose,
    pub(crate) outcome: Outcome,
}

/// The parked ones. Empty, it costs nothing: most connections never park a handler.
#[derive(Default)]
pub(crate) struct Running {
    parked: Option<Box<FuturesUnordered<Parked>>>,
}

impl Running {
    pub(crate) fn park(&mut self, run: Run) {
        self.parked.get_or_insert_default().push(Parked(Some(run)));
    }

    /// The next parked future that ends.
    pub(crate) fn poll_ended(&mut self, cx: &mut Context<'_>) -> Option<Ended> {
        let parked = self.parked.as_mut()?;
        match Pin::new(&mut **parked).poll_next(cx) {
            Poll::Ready(Some(ended)) => Some(ended),
            Poll::Ready(None) => {
                self.parked = None;
                None
            }
            Poll::Pending => None,
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.parked.as_ref().map_or(0, |parked| parked.len())
    }

    /// Drops all that are parked; how many.
    pub(crate) fn drop_all(&mut self) -> usize {
        self.parked.take().map_or(0, |parked| parked.len())
    }
}

struct Parked(Option<Run>);

impl Future for Parked {
    type Output = Ended;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Ended> {
        let Some(mut run) = self.0.take() else { return Poll::Pending };
        match run.work.poll(cx) {
            Poll::Ready(outcome) => Poll::Ready(Ended { slot: run.slot, purpose: run.purpose, outcome }),
            Poll::Pending => {
                self.0 = Some(run);
                Poll::Pending
            }
        }
    }
}

/// Calls the user's code; `None` when it panicked.
pub(crate) fn caught<T>(call: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(call)).map_err(|panic| log_panic(&*panic)).ok()
}

fn log_panic(panic: &(dyn Any + Send)) {
    let text =
        panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    tracing::error!(panic = text.unwrap_or("of another type than text"), "a handler panicked");
}
