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

use crate::ack::AckTarget;
use crate::error::ConnectError;
use crate::handler::BoxFuture;
use crate::handler::answer::Answer;
use crate::member::Member;

/// What a future was run for.
pub(crate) enum Purpose {
    /// A handler of an event.
    Event { member: Arc<Member>, ack: Option<AckTarget> },
    /// The guards of a namespace.
    Guards,
    /// The connect hooks.
    Connect,
    /// The disconnect hooks.
    Disconnect,
}

/// What it came to.
pub(crate) enum Outcome {
    Answer(Answer),
    Guards(Result<(), ConnectError>),
    Done,
    /// It panicked; what with is in the log.
    Panicked,
}

/// A future and the socket it belongs to, by the key of its slot in the dispatcher.
pub(crate) struct Run {
    pub(crate) slot: u32,
    pub(crate) purpose: Purpose,
    pub(crate) future: BoxFuture<Outcome>,
}

/// A future that has ended.
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
    /// Polls a future at once; parks it if it has to wait.
    pub(crate) fn start(&mut self, mut run: Run, cx: &mut Context<'_>) -> Option<Ended> {
        match poll_caught(&mut run.future, cx) {
            Poll::Ready(outcome) => Some(Ended { slot: run.slot, purpose: run.purpose, outcome }),
            Poll::Pending => {
                // The waker that the future has now is this task's own; once parked it gets a finer one, with
                // its first poll there.
                self.parked.get_or_insert_default().push(Parked(Some(run)));
                None
            }
        }
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
        match poll_caught(&mut run.future, cx) {
            Poll::Ready(outcome) => Poll::Ready(Ended { slot: run.slot, purpose: run.purpose, outcome }),
            Poll::Pending => {
                self.0 = Some(run);
                Poll::Pending
            }
        }
    }
}

/// A panic ends that future, not the connection.
fn poll_caught(future: &mut BoxFuture<Outcome>, cx: &mut Context<'_>) -> Poll<Outcome> {
    caught(|| future.as_mut().poll(cx)).unwrap_or(Poll::Ready(Outcome::Panicked))
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
