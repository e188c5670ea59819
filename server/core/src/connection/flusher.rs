//! Writes the outboxes that have something queued, after the connections that were ready have been handled.
//!
//! Joining many frames into one write is the biggest lever on speed there is; a task of its own does it, so
//! that no connection's task has to be woken for a packet that is only passing through its outbox.

use std::cell::RefCell;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;

use futures_util::task::AtomicWaker;
use tokio::runtime::{Handle, Id, RuntimeFlavor};

use super::outbox::Outbox;
use crate::sync::Mutex;

/// Outboxes written in one turn before the connections get their turn again.
const TURN: usize = 512;

/// One flusher. Each thread that starts connections has its own, and a connection keeps its flusher for life.
#[derive(Default)]
pub(crate) struct Flusher {
    lists: Mutex<Lists>,
    waker: AtomicWaker,
    gone: AtomicBool,
}

#[derive(Default)]
struct Lists {
    dirty: Vec<Arc<Outbox>>,
    /// The emptied list of the last turn, so that a busy flusher does not allocate.
    spare: Vec<Arc<Outbox>>,
}

thread_local! {
    static CURRENT: RefCell<Option<(Id, Arc<Flusher>)>> = const { RefCell::new(None) };
}

impl Flusher {
    /// The flusher of this thread on the current runtime, started when it is first asked for.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub(crate) fn current() -> Arc<Self> {
        let runtime = Handle::current();
        CURRENT.with_borrow_mut(|current| match current {
            Some((id, flusher)) if *id == runtime.id() && !flusher.gone.load(Ordering::Relaxed) => {
                flusher.clone()
            }
            _ => {
                let flusher = Arc::new(Self::default());
                let yields = runtime.runtime_flavor() != RuntimeFlavor::CurrentThread;
                runtime.spawn(run(Running(flusher.clone()), yields));
                *current = Some((runtime.id(), flusher.clone()));
                flusher
            }
        })
    }

    /// Puts an outbox on the list. Its dirty mark keeps it from being put there twice.
    pub(crate) fn add(&self, outbox: Arc<Outbox>) {
        let first = {
            let mut lists = self.lists.lock();
            lists.dirty.push(outbox);
            lists.dirty.len() == 1
        };
        if first {
            self.waker.wake();
        }
    }

    /// Writes some of the dirty outboxes; whether there are more. Any thread may do this.
    pub(crate) fn turn(&self) -> bool {
        let (mut batch, more) = {
            let mut lists = self.lists.lock();
            let mut batch = std::mem::take(&mut lists.spare);
            if lists.dirty.len() <= TURN {
                std::mem::swap(&mut batch, &mut lists.dirty);
            } else {
                batch.extend(lists.dirty.drain(..TURN));
            }
            (batch, !lists.dirty.is_empty())
        };
        for outbox in batch.drain(..) {
            outbox.flush();
        }
        self.lists.lock().spare = batch;
        more
    }
}

/// Marks the flusher as gone when its runtime drops the task.
struct Running(Arc<Flusher>);

impl Drop for Running {
    fn drop(&mut self) {
        self.0.gone.store(true, Ordering::Relaxed);
    }
}

async fn run(running: Running, yields: bool) {
    let flusher = &running.0;
    loop {
        poll_fn(|cx| {
            flusher.waker.register(cx.waker());
            if flusher.lists.lock().dirty.is_empty() { Poll::Pending } else { Poll::Ready(()) }
        })
        .await;
        // A multi-thread runtime runs a woken task before the ones that were ready, so it must step back once.
        if yields {
            tokio::task::yield_now().await;
        }
        while flusher.turn() {
            tokio::task::yield_now().await;
        }
    }
}
