//! Everything that goes to a client passes here, in order and bounded.
//!
//! Two locks: `queue` is all that a push takes, so an emitter never waits for a system call; `writer` is held
//! by whoever writes, which moves the queue over and sends it. So order holds and frames never mix, whoever
//! writes. Lock order: writer, then queue.

use std::io;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::Waker;

use futures_util::task::AtomicWaker;
use roomful_protocol::close::CloseReason;
use roomful_protocol::limits::Limits;
use roomful_protocol::wire::Unit;
use smallvec::SmallVec;
use tokio::sync::Notify;

use super::flusher::Flusher;
use super::sink::Sink;
use crate::metrics::Metrics;
use crate::sync::Mutex;
use writer::{Progress, Writer};

mod writer;

/// Added to a packet's length when it is charged: what keeping it costs beside its bytes.
const PACKET_CHARGE: usize = 64;

/// An emitter that finds more than this in a healthy outbox writes itself, so that a handler which emits in a
/// long loop does not fill it while the flusher waits for the handler to end.
const CROWDED: usize = 64 << 10;

/// The first packets lie inline: a broadcast to idle clients allocates nothing for them.
type Units = SmallVec<[Unit; 4]>;

/// What happens to a packet for a client whose outbox is full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Overflow {
    /// The connection is closed with a reason. Nothing is lost unnoticed: a client that comes back with
    /// recovery on gets what it missed.
    #[default]
    Disconnect,
    /// The new packet is dropped and counted.
    DropNewest,
    /// The oldest queued packets are dropped and counted until the new one fits.
    DropOldest,
}

/// The bounds that a server's outboxes share.
pub(crate) struct Bounds {
    soft: usize,
    hard: usize,
    budget: usize,
    policy: Overflow,
    /// Bytes that all outboxes together hold above their soft bound.
    excess: AtomicUsize,
}

impl Bounds {
    pub(crate) fn new(limits: &Limits, policy: Overflow) -> Self {
        Self {
            soft: limits.outbox_soft,
            hard: limits.outbox_hard.max(limits.outbox_soft),
            budget: limits.outbox_budget,
            policy,
            excess: AtomicUsize::new(0),
        }
    }
}

/// Who writes an outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Nobody for now: opening, or between two transports. Pushes wait.
    Held,
    /// The flusher: a stream that anyone can write without waiting.
    Flusher,
    /// The connection's task, woken by the push that finds the outbox empty.
    Driver,
    /// The stream took only a part: the connection's task, once it is writable. Then the flusher again.
    Blocked,
}

/// What became of a push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pushed {
    Queued,
    /// Queued, and so much waits that the emitter should write once its locks are released.
    Crowded,
    Dropped,
}

/// What is queued for one client.
pub struct Outbox {
    queue: Mutex<Queue>,
    writer: Mutex<Writer>,
    driver: AtomicWaker,
    flusher: Arc<Flusher>,
    bounds: Arc<Bounds>,
    metrics: Arc<Metrics>,
    /// Bytes the transport has taken so far: tells a slow client from one that takes nothing.
    written: AtomicU64,
    /// Told when nothing is left, where somebody has ever waited for that.
    drained: OnceLock<Box<Notify>>,
}

struct Queue {
    units: Units,
    /// Charged for what lies here and what a writer has taken but not finished.
    bytes: usize,
    mode: Mode,
    sealed: bool,
    /// On the flusher's list, or its driver has been woken.
    dirty: bool,
    /// A driver-written transport can take something right now.
    ready: bool,
    failed: Option<CloseReason>,
}

impl Outbox {
    pub(crate) fn new(bounds: Arc<Bounds>, metrics: Arc<Metrics>, flusher: Arc<Flusher>) -> Arc<Self> {
        Arc::new(Self {
            queue: Mutex::new(Queue {
                units: Units::new(),
                bytes: 0,
                mode: Mode::Held,
                sealed: false,
                dirty: false,
                ready: false,
                failed: None,
            }),
            writer: Mutex::new(Writer::default()),
            driver: AtomicWaker::new(),
            flusher,
            bounds,
            metrics,
            written: AtomicU64::new(0),
            drained: OnceLock::new(),
        })
    }

    /// Queues a packet. Never waits and never writes.
    pub(crate) fn push(self: &Arc<Self>, unit: Unit, volatile: bool) -> Pushed {
        let charge = unit.wire_len() + PACKET_CHARGE;
        let mut queue = self.queue.lock();
        if queue.sealed {
            drop(queue);
            self.metrics.refused_closing.increment();
            return Pushed::Dropped;
        }
        if volatile && !queue.takes_volatile(self.bounds.soft) {
            drop(queue);
            self.metrics.volatile_dropped.increment();
            return Pushed::Dropped;
        }
        if queue.bytes + charge > self.bounds.soft && !self.fits(&mut queue, charge) {
            return Pushed::Dropped;
        }
        queue.units.push(unit);
        self.charge(&mut queue, charge);
        let crowded = queue.mode == Mode::Flusher && queue.bytes > CROWDED;
        let writer = queue.mark_dirty();
        drop(queue);
        self.rouse(writer);
        if crowded { Pushed::Crowded } else { Pushed::Queued }
    }

    /// Tells whoever writes in this mode that there is something.
    fn rouse(self: &Arc<Self>, writer: Mode) {
        match writer {
            Mode::Flusher => self.flusher.add(self.clone()),
            Mode::Driver => self.driver.wake(),
            Mode::Held | Mode::Blocked => {}
        }
    }

    /// Queues what belongs to the transport itself (a pong, a Close), also when the outbox is sealed.
    pub fn push_own(self: &Arc<Self>, unit: Unit) {
        let charge = unit.wire_len() + PACKET_CHARGE;
        let mut queue = self.queue.lock();
        if queue.bytes + charge > self.bounds.soft && !self.fits(&mut queue, charge) {
            return;
        }
        queue.units.push(unit);
        self.charge(&mut queue, charge);
        let writer = queue.mark_dirty();
        drop(queue);
        self.rouse(writer);
    }

    /// Queues what has to leave before everything that waits for the first transport: the answer to a handshake.
    pub fn push_first(&self, unit: Unit) {
        let charge = unit.wire_len() + PACKET_CHARGE;
        let mut queue = self.queue.lock();
        queue.units.insert(0, unit);
        self.charge(&mut queue, charge);
    }

    /// Whether a packet above the soft bound may be queued; makes room or ends the connection as the policy
    /// says.
    fn fits(&self, queue: &mut Queue, charge: usize) -> bool {
        let bounds = &self.bounds;
        let full = |queue: &Queue| {
            let bytes = queue.bytes + charge;
            let grows = bytes - queue.bytes.max(bounds.soft).min(bytes);
            bytes > bounds.hard || bounds.excess.load(Ordering::Relaxed) + grows > bounds.budget
        };
        if !full(queue) {
            return true;
        }
        match bounds.policy {
            Overflow::Disconnect => {
                queue.sealed = true;
                queue.failed.get_or_insert(CloseReason::Overflow);
                self.metrics.overflows.increment();
                self.driver.wake();
                false
            }
            Overflow::DropNewest => {
                self.metrics.overflow_dropped.increment();
                false
            }
            Overflow::DropOldest => {
                let mut oldest = 0;
                while let Some(unit) = queue.units.get(oldest).filter(|_| full(queue)) {
                    let freed = unit.wire_len() + PACKET_CHARGE;
                    self.release(queue, freed);
                    oldest += 1;
                }
                queue.units.drain(..oldest);
                let fits = !full(queue);
                self.metrics.overflow_dropped.add(oldest + usize::from(!fits));
                fits
            }
        }
    }

    fn charge(&self, queue: &mut Queue, bytes: usize) {
        let before = queue.bytes.max(self.bounds.soft);
        queue.bytes += bytes;
        let grown = queue.bytes.max(self.bounds.soft) - before;
        if grown > 0 {
            self.bounds.excess.fetch_add(grown, Ordering::Relaxed);
        }
    }

    fn release(&self, queue: &mut Queue, bytes: usize) {
        let before = queue.bytes.max(self.bounds.soft);
        queue.bytes = queue.bytes.saturating_sub(bytes);
        let shrunk = before - queue.bytes.max(self.bounds.soft);
        if shrunk > 0 {
            self.bounds.excess.fetch_sub(shrunk, Ordering::Relaxed);
        }
        if queue.bytes == 0
            && let Some(drained) = self.drained.get()
        {
            drained.notify_waiters();
        }
    }

    /// Waits until the transport has taken all that is queued, or what it has not taken has been let go of.
    pub(crate) async fn drained(&self) {
        let drained = self.drained.get_or_init(Box::default);
        loop {
            let emptied = drained.notified();
            if self.queue.lock().bytes == 0 {
                return;
            }
            emptied.await;
        }
    }

    /// Writes what is queued, if the transport is one that can be written from anywhere and takes it.
    pub(crate) fn flush(&self) {
        self.write_while(|mode| mode == Mode::Flusher);
    }

    /// Writes what is queued from the connection's task: after a full kernel buffer, or where the task is the
    /// only one that may write.
    pub fn flush_from_driver(&self) {
        self.write_while(|mode| mode != Mode::Held);
    }

    fn write_while(&self, may_write: impl Fn(Mode) -> bool) {
        let mut writer = self.writer.lock();
        loop {
            let mut queue = self.queue.lock();
            let done = writer.take_released();
            if done > 0 {
                self.release(&mut queue, done);
            }
            queue.dirty = false;
            if !may_write(queue.mode) {
                return;
            }
            writer.take_over(&mut queue.units);
            if writer.is_empty() {
                if queue.mode == Mode::Blocked {
                    queue.mode = Mode::Flusher;
                }
                return;
            }
            drop(queue);
            let progress = writer.write(&self.written);
            if progress != Progress::All {
                drop_into_blocked(self, &mut writer, progress);
                return;
            }
        }
    }

    /// Hands queued packets to `take`, in order, until it refuses one: that one stays queued.
    pub fn hand_out(&self, take: impl FnMut(&Unit) -> bool) {
        let mut writer = self.writer.lock();
        let mut queue = self.queue.lock();
        queue.dirty = false;
        writer.take_over(&mut queue.units);
        drop(queue);
        let taken = writer.hand_out(take);
        self.written.fetch_add(taken as u64, Ordering::Relaxed);
        let more = !writer.is_empty();
        let released = writer.take_released();
        let mut queue = self.queue.lock();
        self.release(&mut queue, released);
        queue.ready = false;
        queue.dirty |= more;
    }

    /// Whether anything waits to be written.
    pub fn has_queued(&self) -> bool {
        let writer = self.writer.lock();
        !writer.is_empty() || !self.queue.lock().units.is_empty()
    }

    /// Says whether a transport that the connection's task writes could take a packet right now: volatile
    /// packets are dropped otherwise.
    pub fn set_ready(&self, ready: bool) {
        self.queue.lock().ready = ready;
    }

    /// Begins writing to `sink` in the given mode, first what has been queued so far.
    pub fn attach(self: &Arc<Self>, sink: Option<Arc<dyn Sink>>, mode: Mode) {
        {
            let mut writer = self.writer.lock();
            writer.set_sink(sink);
            let mut queue = self.queue.lock();
            queue.mode = mode;
            queue.ready = false;
            queue.dirty = mode == Mode::Flusher;
        }
        self.rouse(mode);
    }

    /// Lets the emitting thread write what this runtime's outboxes hold, in one bounded turn.
    pub(crate) fn relieve(&self) {
        self.flusher.turn();
    }

    /// From now on every push is refused and counted. What is queued can still be written.
    pub(crate) fn seal(&self) {
        self.queue.lock().sealed = true;
    }

    /// Lets go of the transport and of all that is queued, and counts it.
    pub(crate) fn discard(&self) {
        let mut writer = self.writer.lock();
        let mut queue = self.queue.lock();
        queue.sealed = true;
        queue.mode = Mode::Held;
        let lost = writer.clear() + queue.units.len();
        queue.units = Units::new();
        let bytes = queue.bytes;
        self.release(&mut queue, bytes);
        self.metrics.undelivered.add(lost);
    }

    /// Why the connection has to end, if writing failed or too much was queued.
    pub(crate) fn failure(&self) -> Option<CloseReason> {
        self.queue.lock().failed
    }

    /// Whether the stream has to become writable before anything more goes out.
    pub fn is_blocked(&self) -> bool {
        self.queue.lock().mode == Mode::Blocked
    }

    /// Whether something waits for the client rather than for the flusher.
    pub(crate) fn waits_for_client(&self) -> bool {
        let queue = self.queue.lock();
        queue.mode != Mode::Flusher && queue.bytes > 0
    }

    /// Bytes taken by the transport so far.
    pub(crate) fn written(&self) -> u64 {
        self.written.load(Ordering::Relaxed)
    }

    pub(crate) fn register_driver(&self, waker: &Waker) {
        self.driver.register(waker);
    }

    pub(crate) fn wake_driver(&self) {
        self.driver.wake();
    }
}

/// A write that did not finish: the task goes on when the stream is writable, or the connection ends.
fn drop_into_blocked(outbox: &Outbox, writer: &mut Writer, progress: Progress) {
    let mut queue = outbox.queue.lock();
    let done = writer.take_released();
    outbox.release(&mut queue, done);
    match progress {
        // A driver-written stream stays the driver's: its own poll tells when it can go on.
        Progress::Blocked if queue.mode == Mode::Driver => {
            queue.dirty = true;
            return;
        }
        Progress::Blocked | Progress::All => queue.mode = Mode::Blocked,
        Progress::Failed => {
            queue.mode = Mode::Held;
            queue.sealed = true;
            queue.failed.get_or_insert(CloseReason::TransportError);
        }
    }
    drop(queue);
    outbox.driver.wake();
}

impl Queue {
    /// Notes that there is something to write; who is to hear of it, if nobody has yet.
    fn mark_dirty(&mut self) -> Mode {
        let writer = if self.dirty { Mode::Held } else { self.mode };
        self.dirty |= matches!(writer, Mode::Flusher | Mode::Driver);
        writer
    }

    fn takes_volatile(&self, soft: usize) -> bool {
        match self.mode {
            Mode::Flusher => self.bytes <= soft,
            Mode::Driver => self.ready,
            Mode::Held | Mode::Blocked => false,
        }
    }
}

/// An error that says that nothing can be written now.
pub(crate) fn would_block(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted)
}

#[cfg(test)]
mod tests;
