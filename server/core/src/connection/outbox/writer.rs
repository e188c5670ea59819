//! The writing half of an outbox: packets taken over from the queue, and what is left of a frame begun.

use std::cell::{Cell, RefCell};
use std::io::IoSlice;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use roomful_protocol::wire::Unit;

use super::{PACKET_CHARGE, Sink, Units, would_block};

/// Small frames are joined by copying into one write of about this size: it costs less than many writes, and
/// less than handing many pieces to the kernel.
const JOIN: usize = 64 << 10;

/// A frame of this size is written by itself, without a copy.
const LARGE: usize = 16 << 10;

/// The longest list of packets whose memory is kept for the next one to write.
const KEPT: usize = 1024;

thread_local! {
    static JOINED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
    /// An empty list. What is written at once lies in it only during the write, so all outboxes of a thread share
    /// one; a stream that takes only a part keeps the list until the rest is out.
    static SPARE: Cell<Vec<Unit>> = const { Cell::new(Vec::new()) };
}

/// How far a write came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Progress {
    All,
    Blocked,
    Failed,
}

#[derive(Default)]
pub(super) struct Writer {
    sink: Option<Arc<dyn Sink>>,
    pub(super) units: Vec<Unit>,
    /// The first unit that is not finished, its first frame that is not, and how much of that is out.
    unit: usize,
    frame: usize,
    offset: usize,
    /// Charges of finished units that the queue has not been told of.
    released: usize,
}

impl Writer {
    pub(super) fn set_sink(&mut self, sink: Option<Arc<dyn Sink>>) {
        // A frame begun on another stream cannot be ended on this one; begin it again. Between polling and
        // WebSocket this does not happen, as polling hands out whole packets.
        self.frame = 0;
        self.offset = 0;
        self.sink = sink;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.unit >= self.units.len()
    }

    /// Moves the queue's packets over, behind what is still here.
    pub(super) fn take_over(&mut self, queued: &mut Units) {
        if queued.is_empty() {
            return;
        }
        if self.units.capacity() == 0 {
            self.units = SPARE.take();
        } else if self.unit * 2 > self.units.len() {
            // A client that always lags a little would otherwise keep all that it was ever sent.
            self.units.drain(..self.unit);
            self.unit = 0;
        }
        // Room that a burst needed is kept for as long as bursts come.
        let bursts = queued.len() > queued.inline_size();
        if queued.len() == 1 {
            self.units.extend(queued.pop());
        } else {
            self.units.extend(queued.drain(..));
        }
        if queued.spilled() && !bursts {
            *queued = Units::new();
        }
    }

    /// Forgets finished units, and gives their list back.
    fn reset(&mut self) {
        self.units.clear();
        if self.units.capacity() <= KEPT {
            SPARE.set(std::mem::take(&mut self.units));
        } else {
            self.units = Vec::new();
        }
        (self.unit, self.frame, self.offset) = (0, 0, 0);
    }

    /// What has become free since the last call, as charged.
    pub(super) fn take_released(&mut self) -> usize {
        std::mem::take(&mut self.released)
    }

    /// Drops everything; the number of packets that were not finished.
    pub(super) fn clear(&mut self) -> usize {
        let lost = self.units.len().saturating_sub(self.unit);
        self.units = Vec::new();
        (self.unit, self.frame, self.offset) = (0, 0, 0);
        self.sink = None;
        lost
    }

    /// Hands whole units out until one is refused; the bytes handed out.
    pub(super) fn hand_out(&mut self, mut take: impl FnMut(&Unit) -> bool) -> usize {
        let mut bytes = 0;
        while let Some(unit) = self.units.get(self.unit).filter(|unit| take(unit)) {
            let len = unit.wire_len();
            bytes += len;
            self.released += len + PACKET_CHARGE;
            self.unit += 1;
        }
        if self.is_empty() {
            self.reset();
        }
        bytes
    }

    /// Writes until everything is out or the sink takes no more.
    pub(super) fn write(&mut self, written: &AtomicU64) -> Progress {
        let Some(sink) = self.sink.take() else { return Progress::Blocked };
        let progress = self.write_to(&*sink, written);
        self.sink = Some(sink);
        progress
    }

    fn write_to(&mut self, sink: &dyn Sink, written: &AtomicU64) -> Progress {
        while !self.is_empty() {
            match self.write_once(sink) {
                Ok(0) => return Progress::Failed,
                Ok(n) => {
                    written.fetch_add(n as u64, Ordering::Relaxed);
                    self.advance(n);
                }
                Err(error) if would_block(&error) => return Progress::Blocked,
                Err(_) => return Progress::Failed,
            }
        }
        self.reset();
        Progress::All
    }

    /// One write: small frames joined by copying, a large one by itself as it is.
    fn write_once(&self, sink: &dyn Sink) -> std::io::Result<usize> {
        // The usual case: one packet without attachments.
        if let Some([Unit::One(frame)]) = self.units.get(self.unit..) {
            let rest = frame.on_websocket().get(self.offset..).unwrap_or_default();
            return sink.try_write(&[IoSlice::new(rest)]);
        }
        let mut pieces = self.pieces().peekable();
        let first = pieces.next().unwrap_or_default();
        match pieces.peek() {
            Some(second) if first.len() < LARGE && second.len() < LARGE => JOINED.with_borrow_mut(|joined| {
                joined.clear();
                joined.extend_from_slice(first);
                while let Some(piece) = pieces.next_if(|piece| piece.len() < LARGE && joined.len() < JOIN) {
                    joined.extend_from_slice(piece);
                }
                sink.try_write(&[IoSlice::new(joined)])
            }),
            _ => sink.try_write(&[IoSlice::new(first)]),
        }
    }

    fn pieces(&self) -> impl Iterator<Item = &[u8]> {
        let units = self.units.get(self.unit..).unwrap_or_default();
        let frames = units.iter().flat_map(Unit::frames).skip(self.frame);
        let mut skip = self.offset;
        frames.map(move |frame| {
            let bytes: &Bytes = frame.on_websocket();
            bytes.get(std::mem::take(&mut skip)..).unwrap_or_default()
        })
    }

    /// Moves on over `n` bytes that are out.
    fn advance(&mut self, mut n: usize) {
        while let Some(unit) = self.units.get(self.unit) {
            let Some(frame) = unit.frames().get(self.frame) else {
                self.released += unit.wire_len() + PACKET_CHARGE;
                self.unit += 1;
                self.frame = 0;
                continue;
            };
            let left = frame.on_websocket().len() - self.offset;
            if n < left {
                self.offset += n;
                return;
            }
            n -= left;
            self.offset = 0;
            self.frame += 1;
        }
    }
}
