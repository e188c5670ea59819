//! The course of a run: everybody connects, then the clock runs, then what is under way is waited for.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::{Notify, Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio::time::{sleep, sleep_until, timeout};

use super::avalanche::Returns;
use super::client::Client;
use super::failure::Failure;
use super::options::Options;
use super::procfs::Usage;
use super::progress::Progress;
use super::tally::Tally;
use super::work::{Common, Crew, Stage};

/// Connections that are being opened at a time: fewer than a listener queues.
const AT_ONCE: usize = 64;

/// How long all connections together may take to open, besides the time of a ramp.
const CONNECTING: Duration = Duration::from_secs(120);

/// How often is looked what the server has used, when that ends the run.
const LOOK_AT_SERVER: Duration = Duration::from_millis(20);

/// How long a message may come after the last one was sent.
const SETTLING: Duration = Duration::from_secs(5);

/// How often is looked whether something has come.
const LOOK: Duration = Duration::from_millis(10);

/// How long clients may take to end.
const ENDING: Duration = Duration::from_secs(10);

/// Whether a connection is open, and if not, why.
type Opened = Result<(), Failure>;

/// A run.
pub(crate) struct Run {
    pub(crate) options: Options,
    pub(crate) common: Arc<Common>,
    pub(crate) crew: Crew,
    pub(crate) progress: Progress,
    /// Told by Ctrl-C.
    pub(crate) interrupt: Arc<Notify>,
    /// Ctrl-C ended it early.
    pub(crate) interrupted: bool,
    gate: Arc<Semaphore>,
    tasks: Vec<JoinHandle<()>>,
    ready: (mpsc::UnboundedSender<Opened>, mpsc::UnboundedReceiver<Opened>),
    /// When the first connection is opened.
    opening: Instant,
    /// When measuring began and ended.
    marks: Option<(Mark, Mark)>,
}

/// What a run came to.
pub(crate) struct Outcome {
    pub(crate) tally: Tally,
    /// How long was measured.
    pub(crate) measured: Duration,
    pub(crate) used: Option<Used>,
    /// Time on a core of this tool while it was measured, where that can be known.
    pub(crate) own: Option<Duration>,
    /// Who came back, when the server was restarted.
    pub(crate) returns: Option<Returns>,
    pub(crate) interrupted: bool,
}

/// What the server used.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Used {
    /// Before the first connection.
    pub(crate) before: Usage,
    /// When measuring began.
    pub(crate) from: Usage,
    /// When it ended, everybody still connected.
    pub(crate) until: Usage,
}

/// What was used until a time.
#[derive(Clone, Copy)]
struct Mark {
    server: Option<Usage>,
    own: Option<Usage>,
}

impl Run {
    pub(crate) fn new(options: Options, interrupt: Arc<Notify>) -> Result<Self, Failure> {
        Ok(Self {
            common: Arc::new(Common::new(&options)),
            crew: Crew::new(options.threads)?,
            progress: Progress::new(),
            interrupt,
            interrupted: false,
            gate: Arc::new(Semaphore::new(AT_ONCE)),
            tasks: Vec::new(),
            ready: mpsc::unbounded_channel(),
            opening: Instant::now(),
            marks: None,
            options,
        })
    }

    /// What the server uses now; `None` without `--pid`.
    pub(crate) fn usage(&self) -> Result<Option<Usage>, Failure> {
        self.options.pid.map(Usage::of).transpose()
    }

    /// Opens a connection on a thread, when its turn has come. Once it is open and prepared, it lives.
    pub(crate) fn spawn<T, P, L>(
        &mut self,
        worker: usize,
        prepare: impl FnOnce(Client) -> P + Send + 'static,
        live: impl FnOnce(T) -> L + Send + 'static,
    ) where
        T: Send + 'static,
        P: Future<Output = Result<T, Failure>> + Send + 'static,
        L: Future<Output = ()> + Send + 'static,
    {
        let Some(worker) = self.crew.worker(worker) else { return };
        let (common, gate, ready) = (Arc::clone(&self.common), Arc::clone(&self.gate), self.ready.0.clone());
        let turn = self.opening + self.ramp(self.tasks.len());
        self.tasks.push(worker.handle.spawn(async move {
            sleep_until(turn.into()).await;
            let opened = {
                // Nobody closes the gate.
                let _permit = gate.acquire().await;
                let client = Client::connect(&common.target, &common.namespace, common.auth.as_deref()).await;
                match client {
                    Ok(client) => prepare(client).await,
                    Err(failure) => Err(failure),
                }
            };
            match opened {
                Ok(opened) => {
                    let _ = ready.send(Ok(()));
                    live(opened).await;
                }
                Err(failure) => {
                    let _ = ready.send(Err(failure));
                }
            }
        }));
    }

    /// How long after the first so many connections may have been begun.
    fn ramp(&self, connections: usize) -> Duration {
        self.options.ramp.map_or(Duration::ZERO, |rate| Duration::from_secs_f64(connections as f64 / rate))
    }

    /// Waits until all connections are open.
    pub(crate) async fn connected(&mut self) -> Result<(), Failure> {
        let (all, deadline) = (self.tasks.len(), self.opening + self.ramp(self.tasks.len()) + CONNECTING);
        for open in 0..all {
            self.progress.show(|| format!("{open} of {all} clients connected"));
            tokio::select! {
                ready = self.ready.1.recv() => ready.unwrap_or(Ok(())).map_err(|failure| {
                    Failure::new(format!("after {open} of {all} connections: {failure}"))
                })?,
                () = self.interrupt.notified() => {
                    return Err(Failure::new("ended before anything was measured"));
                }
                () = sleep_until(deadline.into()) => {
                    let seconds = self.opening.elapsed().as_secs();
                    return Err(Failure::new(format!(
                        "only {open} of {all} clients were connected after {seconds} s: take fewer --connections"
                    )));
                }
            }
        }
        Ok(())
    }

    /// Lets the clock run.
    pub(crate) fn start(&self) {
        self.common.clock.begin(self.options.warmup, self.options.duration);
        self.common.stage.send_replace(Stage::Running);
    }

    /// Waits until the time is over, or the server has used what it may, or Ctrl-C.
    pub(crate) async fn measure(&mut self) -> Result<(), Failure> {
        self.wait(self.common.clock.measured_from(), None).await?;
        let from = self.mark()?;
        let enough = self.options.until_cpu.zip(from.server).map(|(cpu, from)| from.cpu + cpu);
        self.wait(self.common.clock.until(), enough).await?;
        self.common.clock.stop();
        self.marks = Some((from, self.mark()?));
        Ok(())
    }

    /// Waits for what is still `open`, but not for ever.
    pub(crate) async fn settle(&self, open: impl Fn() -> bool) {
        let settled = Instant::now() + SETTLING;
        // Looked for first when what was due at the very end has gone out.
        sleep(LOOK).await;
        while open() && Instant::now() < settled {
            sleep(LOOK).await;
        }
    }

    /// Ends all connections, and puts together what was counted.
    pub(crate) async fn end(mut self, before: Option<Usage>) -> Result<Outcome, Failure> {
        self.common.stage.send_replace(Stage::Over);
        let ended = async {
            for task in self.tasks.drain(..) {
                // A task that panicked has said so.
                let _ = task.await;
            }
        };
        if timeout(ENDING, ended).await.is_err() {
            return Err(Failure::new("clients did not end in time: that is an error of this tool"));
        }
        self.progress.clear();
        let (from, until) = self.marks.unzip();
        let server = |mark: Option<Mark>| mark.and_then(|mark| mark.server);
        let used = match (before, server(from), server(until)) {
            (Some(before), Some(from), Some(until)) => Some(Used { before, from, until }),
            _ => None,
        };
        let own = |mark: Option<Mark>| mark.and_then(|mark| mark.own);
        let own = own(until).zip(own(from)).map(|(until, from)| until.cpu.saturating_sub(from.cpu));
        let measured = self.common.clock.measured();
        let tally = self.crew.tally()?;
        Ok(Outcome { tally, measured, used, own, returns: None, interrupted: self.interrupted })
    }

    fn mark(&self) -> Result<Mark, Failure> {
        // What this tool uses is known only on Linux.
        Ok(Mark { server: self.usage()?, own: Usage::of(std::process::id()).ok() })
    }

    /// Waits until a time, or until the server has used so much, and tells meanwhile how it goes.
    async fn wait(&mut self, until: Option<Instant>, enough: Option<Duration>) -> Result<(), Failure> {
        let until = until.unwrap_or_else(Instant::now);
        let (mut before, mut at) = (self.crew.so_far().0, Instant::now());
        while !self.interrupted {
            let now = Instant::now();
            let used = if enough.is_some() { self.usage()? } else { None };
            if now >= until || enough.zip(used).is_some_and(|(enough, used)| used.cpu >= enough) {
                break;
            }
            if now - at >= Progress::EVERY {
                let (count, errors) = self.crew.so_far();
                let rate = (count - before) as f64 / (now - at).as_secs_f64();
                let left = (until - now).as_secs_f64();
                let measures = self.common.clock.measures(now);
                self.progress.show(|| match measures {
                    true => format!("{count} done, {rate:.0}/s, {errors} errors, {left:.0} s left"),
                    false => format!("warming up, {errors} errors, {left:.0} s left"),
                });
                (before, at) = (count, now);
            }
            let look = if enough.is_some() { LOOK_AT_SERVER } else { Progress::EVERY };
            tokio::select! {
                () = sleep_until(until.min(now + look).into()) => {}
                () = self.interrupt.notified() => self.interrupted = true,
            }
        }
        Ok(())
    }
}
