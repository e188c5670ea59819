//! What the connections of a run share: its times, its stage, and the threads they run on.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};

use super::backoff::Waiting;
use super::clock::Clock;
use super::failure::Failure;
use super::options::Options;
use super::tally::Tally;
use super::target::Target;

/// How many connections are served before it is looked which others have something: all that had something the last
/// time.
pub(crate) const TURN: u32 = 1024;

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Clients connect.
    Connecting,
    /// Messages are sent, then waited for.
    Running,
    /// What has not come by now is lost.
    Over,
}

/// What all connections know.
pub(crate) struct Common {
    pub(crate) target: Target,
    pub(crate) namespace: String,
    pub(crate) auth: Option<String>,
    pub(crate) payload: usize,
    pub(crate) clock: Clock,
    pub(crate) stage: watch::Sender<Stage>,
    pub(crate) waiting: Waiting,
    /// Clients that have lost their connection and are not back yet.
    away: AtomicUsize,
}

impl Common {
    pub(crate) fn new(options: &Options) -> Self {
        Self {
            target: options.target.clone(),
            namespace: options.namespace.clone(),
            auth: options.auth.clone(),
            payload: options.payload,
            clock: Clock::new(),
            stage: watch::Sender::new(Stage::Connecting),
            waiting: options.waiting,
            away: AtomicUsize::new(0),
        }
    }

    /// A client has lost its connection.
    pub(crate) fn left(&self) {
        self.away.fetch_add(1, Ordering::Relaxed);
    }

    /// A client that had lost its connection is back.
    pub(crate) fn came_back(&self) {
        self.away.fetch_sub(1, Ordering::Relaxed);
    }

    /// How many clients have lost their connection and are not back yet.
    pub(crate) fn away(&self) -> usize {
        self.away.load(Ordering::Relaxed)
    }

    /// Waits for the end.
    pub(crate) async fn over(&self) {
        // The sender lives as long as this.
        let _ = self.stage.subscribe().wait_for(|stage| *stage == Stage::Over).await;
    }
}

/// The threads of a run: this one, and others when more are asked for. Each has a tally of its own.
pub(crate) struct Crew {
    workers: Vec<Worker>,
}

/// One thread.
pub(crate) struct Worker {
    pub(crate) handle: Handle,
    pub(crate) tally: Arc<Mutex<Tally>>,
    /// Ends the thread when it is dropped; this one has none.
    _end: Option<oneshot::Sender<()>>,
}

impl Crew {
    /// Starts the other threads. Called on a runtime.
    pub(crate) fn new(threads: usize) -> Result<Self, Failure> {
        let tally = || Ok::<_, Failure>(Arc::new(Mutex::new(Tally::new()?)));
        let mut workers = vec![Worker { handle: Handle::current(), tally: tally()?, _end: None }];
        for _ in 1..threads {
            let runtime =
                tokio::runtime::Builder::new_current_thread().event_interval(TURN).enable_all().build();
            let runtime = runtime.map_err(|error| Failure::new(format!("a thread cannot start: {error}")))?;
            let (end, ended) = oneshot::channel::<()>();
            workers.push(Worker { handle: runtime.handle().clone(), tally: tally()?, _end: Some(end) });
            std::thread::spawn(move || {
                // It ends when the other side is dropped.
                let _ = runtime.block_on(ended);
            });
        }
        Ok(Self { workers })
    }

    /// The thread for a connection or, so that a room stays on one, a room.
    pub(crate) fn worker(&self, number: usize) -> Option<&Worker> {
        self.workers.get(number % self.workers.len().max(1))
    }

    /// The tally of the thread for a connection or a room.
    pub(crate) fn tally_of(&self, number: usize) -> Option<Arc<Mutex<Tally>>> {
        self.worker(number).map(|worker| Arc::clone(&worker.tally))
    }

    /// What all threads have counted until now: messages and errors.
    pub(crate) fn so_far(&self) -> (u64, u64) {
        self.workers.iter().fold((0, 0), |(deliveries, errors), worker| {
            let tally = worker.tally.lock();
            (deliveries + tally.deliveries, errors + tally.errors.total())
        })
    }

    /// What all threads counted.
    pub(crate) fn tally(self) -> Result<Tally, Failure> {
        let mut all = Tally::new()?;
        for worker in self.workers {
            let tally = std::mem::replace(&mut *worker.tally.lock(), Tally::new()?);
            all.add(tally)?;
        }
        Ok(all)
    }
}
