//! The outbox by itself: who writes, what fits, what is released.

use std::io::IoSlice;

use bytes::Bytes;
use roomful_protocol::websocket::Opcode;
use roomful_protocol::wire::WireFrame;

use super::*;

mod bounds;
mod memory;
mod race;

/// What a unit with this text is charged.
fn charge(text: &str) -> usize {
    Unit::text(text).wire_len() + PACKET_CHARGE
}

/// Takes so many bytes and then no more.
#[derive(Default)]
struct Tap {
    room: Mutex<usize>,
    taken: Mutex<Vec<u8>>,
    largest_write: Mutex<usize>,
    broken: bool,
}

impl Tap {
    fn with_room(room: usize) -> Arc<Self> {
        Arc::new(Self { room: Mutex::new(room), ..Self::default() })
    }

    fn open() -> Arc<Self> {
        Self::with_room(usize::MAX)
    }

    fn broken() -> Arc<Self> {
        Arc::new(Self { broken: true, ..Self::default() })
    }

    fn make_room(&self, room: usize) {
        *self.room.lock() = room;
    }

    /// What came, as it would be with this much of the frames.
    fn took(&self, texts: &[&str]) -> bool {
        let frames: Vec<u8> = texts
            .iter()
            .flat_map(|text| WireFrame::new(Opcode::Text, text.as_bytes()).on_websocket().to_vec())
            .collect();
        *self.taken.lock() == frames
    }
}

impl Sink for Tap {
    fn try_write(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        if self.broken {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let bytes: Vec<u8> = pieces.iter().flat_map(|piece| piece.to_vec()).collect();
        let mut room = self.room.lock();
        let n = bytes.len().min(*room);
        if n == 0 {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        *room = room.saturating_sub(n);
        self.taken.lock().extend_from_slice(&bytes[..n]);
        let mut largest = self.largest_write.lock();
        *largest = n.max(*largest);
        Ok(n)
    }
}

/// What several outboxes share.
struct House {
    bounds: Arc<Bounds>,
    metrics: Arc<Metrics>,
    flusher: Arc<Flusher>,
}

impl House {
    fn new(soft: usize, hard: usize, budget: usize, policy: Overflow) -> Self {
        let limits =
            Limits { outbox_soft: soft, outbox_hard: hard, outbox_budget: budget, ..Limits::default() };
        Self {
            bounds: Arc::new(Bounds::new(&limits, policy)),
            metrics: Arc::default(),
            flusher: Arc::default(),
        }
    }

    fn roomy() -> Self {
        Self::new(1 << 24, 1 << 24, 0, Overflow::Disconnect)
    }

    fn outbox(&self) -> Arc<Outbox> {
        Outbox::new(self.bounds.clone(), self.metrics.clone(), self.flusher.clone())
    }

    fn attached(&self, tap: &Arc<Tap>) -> Arc<Outbox> {
        let outbox = self.outbox();
        outbox.attach(Some(tap.clone()), Mode::Flusher);
        outbox
    }

    fn excess(&self) -> usize {
        self.bounds.excess.load(Ordering::Relaxed)
    }
}

fn push(outbox: &Arc<Outbox>, text: &str) -> Pushed {
    outbox.push(Unit::text(text), false)
}

fn bytes_of(outbox: &Outbox) -> usize {
    outbox.queue.lock().bytes
}

fn frames(outbox: &Outbox, max_bytes: usize) -> Vec<String> {
    let mut taken = Vec::new();
    let mut len = 0;
    outbox.hand_out(|unit| {
        let takes = len < max_bytes;
        if takes {
            taken.push(String::from_utf8_lossy(&unit.frames()[0].payload()).into_owned());
            len += unit.wire_len();
        }
        takes
    });
    taken
}

// --- modes ---

#[test]
fn a_push_to_a_held_outbox_waits_for_a_transport() {
    let (house, tap) = (House::roomy(), Tap::open());
    let outbox = house.outbox();
    push(&outbox, "early");
    house.flusher.turn();
    outbox.flush();
    outbox.flush_from_driver();
    assert!(tap.took(&[]) && outbox.has_queued());
    outbox.attach(Some(tap.clone()), Mode::Flusher);
    house.flusher.turn();
    assert!(tap.took(&["early"]) && !outbox.has_queued());
}

#[test]
fn the_flusher_writes_what_is_pushed_between_its_turns_in_one_write() {
    let (house, tap) = (House::roomy(), Tap::open());
    let outbox = house.attached(&tap);
    for text in ["a", "b", "c", "d", "e", "f"] {
        push(&outbox, text);
    }
    assert!(tap.took(&[]), "a push never writes");
    house.flusher.turn();
    assert!(tap.took(&["a", "b", "c", "d", "e", "f"]));
    assert_eq!(*tap.largest_write.lock(), tap.taken.lock().len());
}

#[test]
fn a_push_puts_a_clean_outbox_on_the_list_once() {
    let (house, tap) = (House::roomy(), Tap::open());
    let outbox = house.attached(&tap);
    house.flusher.turn();
    let others = Arc::strong_count(&outbox);
    push(&outbox, "a");
    push(&outbox, "b");
    assert_eq!(Arc::strong_count(&outbox), others + 1);
    house.flusher.turn();
    assert_eq!(Arc::strong_count(&outbox), others);
    push(&outbox, "c");
    house.flusher.turn();
    assert!(tap.took(&["a", "b", "c"]));
}

#[test]
fn a_large_frame_between_small_ones_keeps_its_place() {
    let (house, tap) = (House::roomy(), Tap::open());
    let outbox = house.attached(&tap);
    let large = "x".repeat(100_000);
    let texts = ["a", "b", &large, "c", &large, &large, "d"];
    for text in texts {
        push(&outbox, text);
    }
    house.flusher.turn();
    assert!(tap.took(&texts));
}

#[test]
fn a_stream_that_is_full_is_the_drivers_until_it_has_taken_everything() {
    let (house, tap) = (House::roomy(), Tap::with_room(4));
    let outbox = house.attached(&tap);
    push(&outbox, "one");
    push(&outbox, "two");
    house.flusher.turn();
    assert!(outbox.is_blocked());
    assert_eq!(outbox.written(), 4);
    tap.make_room(usize::MAX);
    push(&outbox, "three");
    house.flusher.turn();
    assert_eq!(outbox.written(), 4, "the flusher leaves it alone");
    outbox.flush_from_driver();
    assert!(!outbox.is_blocked() && tap.took(&["one", "two", "three"]));
    push(&outbox, "four");
    house.flusher.turn();
    assert!(tap.took(&["one", "two", "three", "four"]));
}

#[test]
fn a_frame_goes_on_where_it_was_cut_whatever_is_pushed_meanwhile() {
    let (house, tap) = (House::roomy(), Tap::with_room(1));
    let outbox = house.attached(&tap);
    push(&outbox, "first");
    house.flusher.turn();
    for n in 0..20 {
        push(&outbox, &n.to_string());
        outbox.push_own(Unit::text("2"));
        tap.make_room(1);
        outbox.flush_from_driver();
    }
    tap.make_room(usize::MAX);
    outbox.flush_from_driver();
    let numbers: Vec<_> = (0..20).map(|n| n.to_string()).collect();
    let mut wanted = vec!["first"];
    numbers.iter().for_each(|number| wanted.extend([number.as_str(), "2"]));
    assert!(tap.took(&wanted));
}

#[test]
fn a_stream_that_is_broken_seals_and_says_why() {
    let house = House::roomy();
    let outbox = house.attached(&Tap::broken());
    push(&outbox, "lost");
    house.flusher.turn();
    assert_eq!(outbox.failure(), Some(CloseReason::TransportError));
    assert_eq!(push(&outbox, "late"), Pushed::Dropped);
    assert_eq!(house.metrics.refused_closing.get(), 1);
    outbox.discard();
    assert_eq!(house.metrics.undelivered.get(), 1);
}

#[test]
fn a_sealed_outbox_refuses_pushes_and_still_writes_what_it_has() {
    let (house, tap) = (House::roomy(), Tap::open());
    let outbox = house.attached(&tap);
    push(&outbox, "queued");
    outbox.seal();
    assert_eq!(push(&outbox, "refused"), Pushed::Dropped);
    outbox.push_own(Unit::text("own"));
    house.flusher.turn();
    assert!(tap.took(&["queued", "own"]));
    assert_eq!(house.metrics.refused_closing.get(), 1);
}

#[test]
fn another_transport_gets_what_the_last_one_did_not_take() {
    let house = House::roomy();
    let outbox = house.outbox();
    outbox.attach(None, Mode::Driver);
    for text in ["a", "b", "c"] {
        push(&outbox, text);
    }
    assert_eq!(frames(&outbox, 1), ["a"]);
    let tap = Tap::open();
    outbox.attach(Some(tap.clone()), Mode::Flusher);
    push(&outbox, "d");
    house.flusher.turn();
    assert!(tap.took(&["b", "c", "d"]));
}

// --- polls ---

#[test]
fn a_poll_takes_whole_packets_until_it_is_long_enough() {
    let house = House::roomy();
    let outbox = house.outbox();
    outbox.attach(None, Mode::Driver);
    for text in ["aaaa", "bbbb", "cccc", "dddd"] {
        push(&outbox, text);
    }
    assert_eq!(frames(&outbox, 7), ["aaaa", "bbbb"]);
    assert!(outbox.has_queued());
    push(&outbox, "eeee");
    assert_eq!(frames(&outbox, 1000), ["cccc", "dddd", "eeee"]);
    assert!(!outbox.has_queued());
    assert!(frames(&outbox, 1000).is_empty());
    assert_eq!(bytes_of(&outbox), 0);
}

#[test]
fn a_poll_takes_a_packet_that_is_longer_than_it_wants() {
    let house = House::roomy();
    let outbox = house.outbox();
    outbox.attach(None, Mode::Driver);
    push(&outbox, "a long packet");
    assert_eq!(frames(&outbox, 1), ["a long packet"]);
}

#[test]
fn volatile_is_taken_where_a_transport_is_ready_for_it() {
    let house = House::roomy();
    let outbox = house.outbox();
    let volatile = || outbox.push(Unit::text("v"), true);
    assert_eq!(volatile(), Pushed::Dropped, "held");
    outbox.attach(None, Mode::Driver);
    assert_eq!(volatile(), Pushed::Dropped, "no poll waits");
    outbox.set_ready(true);
    assert_eq!(volatile(), Pushed::Queued);
    frames(&outbox, 1000);
    assert_eq!(volatile(), Pushed::Dropped, "the poll has been answered");
    let tap = Tap::with_room(1);
    outbox.attach(Some(tap), Mode::Flusher);
    assert_eq!((volatile(), volatile()), (Pushed::Queued, Pushed::Queued));
    house.flusher.turn();
    assert_eq!(volatile(), Pushed::Dropped, "the stream is full");
    assert_eq!(house.metrics.volatile_dropped.get(), 4);
}
