//! Real threads that push, write and let go at once. Every order that they find has to come out right.

use std::sync::atomic::AtomicBool;
use std::thread;
use std::time::{Duration, Instant};

use super::*;

const PUSHERS: usize = 3;
const EACH: usize = 5000;

/// A machine may be busy with other things.
const PATIENCE: Duration = Duration::from_secs(60);

/// A stream that takes odd pieces, and every now and then nothing.
#[derive(Default)]
struct Jitter {
    calls: AtomicUsize,
    taken: Mutex<Vec<u8>>,
}

impl Sink for Jitter {
    fn try_write(&self, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        if call.is_multiple_of(5) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let piece = &pieces[0];
        let n = piece.len().min(1 + call * 37 % 400);
        self.taken.lock().extend_from_slice(&piece[..n]);
        Ok(n)
    }
}

impl Jitter {
    /// The texts of the whole frames that came, and whether a part of one more did.
    fn texts(&self) -> (Vec<String>, bool) {
        let taken = self.taken.lock();
        let (mut texts, mut rest) = (Vec::new(), &taken[..]);
        while let [first, len, after @ ..] = rest {
            assert_eq!(*first, 0x81, "frames are mixed");
            let Some((text, next)) = after.split_at_checked(usize::from(*len)) else { break };
            texts.push(String::from_utf8(text.to_vec()).unwrap());
            rest = next;
        }
        (texts, !rest.is_empty())
    }
}

/// Lets threads push while others write as the flusher and the connection's task do; `meanwhile` decides when
/// the writers stop.
fn race(house: &House, outbox: &Arc<Outbox>, meanwhile: impl FnOnce(&AtomicUsize)) -> usize {
    let (stop, ended, queued) = (AtomicBool::new(false), AtomicUsize::new(0), AtomicUsize::new(0));
    thread::scope(|scope| {
        for pusher in 0..PUSHERS {
            let (outbox, ended, queued) = (outbox.clone(), &ended, &queued);
            scope.spawn(move || {
                for n in 0..EACH {
                    let pushed = push(&outbox, &format!("{pusher} {n}"));
                    queued.fetch_add(usize::from(pushed != Pushed::Dropped), Ordering::Relaxed);
                }
                ended.fetch_add(1, Ordering::Release);
            });
        }
        // Two that turn: the flusher, and an emitter that does its work.
        for _ in 0..2 {
            scope.spawn(|| {
                while !stop.load(Ordering::Acquire) {
                    house.flusher.turn();
                }
            });
        }
        scope.spawn(|| {
            while !stop.load(Ordering::Acquire) {
                if outbox.is_blocked() {
                    outbox.flush_from_driver();
                }
            }
        });
        // Also where that fails, or the writers would go on for ever.
        let _stops = OnDrop(|| stop.store(true, Ordering::Release));
        meanwhile(&ended);
    });
    queued.into_inner()
}

/// Does something at the end of its scope, however that ends.
struct OnDrop<F: Fn()>(F);

impl<F: Fn()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

fn wait_until(condition: impl Fn() -> bool) {
    let began = Instant::now();
    while !condition() {
        assert!(began.elapsed() < PATIENCE, "it is stuck");
        thread::yield_now();
    }
}

#[test]
fn what_several_threads_push_while_others_write_all_goes_out_in_order() {
    let (house, sink) = (House::roomy(), Arc::new(Jitter::default()));
    let outbox = house.outbox();
    outbox.attach(Some(sink.clone()), Mode::Flusher);
    let queued = race(&house, &outbox, |ended| {
        wait_until(|| ended.load(Ordering::Acquire) == PUSHERS && !outbox.has_queued());
    });
    assert_eq!(queued, PUSHERS * EACH);
    let (texts, cut) = sink.texts();
    assert!(!cut);
    for pusher in 0..PUSHERS {
        let own = texts.iter().filter_map(|text| text.strip_prefix(&format!("{pusher} ")));
        assert!(own.eq((0..EACH).map(|n| n.to_string())));
    }
    assert_eq!((bytes_of(&outbox), house.excess()), (0, 0));
}

#[test]
fn what_a_connection_that_ends_meanwhile_loses_is_all_counted() {
    for round in 0..10 {
        let house = House::new(1000, 1 << 24, 1 << 24, Overflow::Disconnect);
        let (outbox, sink) = (house.outbox(), Arc::new(Jitter::default()));
        outbox.attach(Some(sink.clone()), Mode::Flusher);
        let queued = race(&house, &outbox, |ended| {
            wait_until(|| outbox.written() > round * 3000);
            outbox.discard();
            wait_until(|| ended.load(Ordering::Acquire) == PUSHERS);
        });
        let out = sink.texts().0.len();
        let (lost, refused) = (house.metrics.undelivered.get(), house.metrics.refused_closing.get());
        assert_eq!(out as u64 + lost, queued as u64, "what was queued is out or counted");
        assert_eq!(queued as u64 + refused, (PUSHERS * EACH) as u64);
        assert_eq!((bytes_of(&outbox), house.excess()), (0, 0));
    }
}
