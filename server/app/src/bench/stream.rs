//! The messages of one sender: when each is due, and who has it.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::clock::Clock;

/// The most messages of one sender that may be under way when they are sent by the clock. Later ones wait; their
/// latency counts from when they were due all the same.
const MOST_OPEN: usize = 1000;

/// When messages are due.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Pace {
    /// As soon as fewer than so many are under way.
    Closed(usize),
    /// By the clock, whatever the server does: message `n` at `first + n * every` after the start.
    Open { first: Duration, every: Duration },
}

/// What is shared between a sender and those who hear it.
pub(crate) struct Stream {
    pace: Pace,
    /// How many are to get each message.
    receivers: u32,
    state: Mutex<State>,
    /// Told when a message may be due.
    pub(crate) wake: Notify,
}

#[derive(Default)]
struct State {
    /// The number of the first message in `pending`.
    first: u64,
    pending: VecDeque<Pending>,
    /// How many of them somebody still misses.
    open: usize,
    /// A last message is to be sent, whatever the clock says.
    one_more: bool,
}

struct Pending {
    due: Instant,
    missing: u32,
}

/// A delivery of a message that was under way.
pub(crate) struct Arrival {
    /// When the message was due.
    pub(crate) due: Instant,
    /// Everybody has it now.
    pub(crate) complete: bool,
}

impl Stream {
    pub(crate) fn new(pace: Pace, receivers: u32) -> Self {
        Self { pace, receivers, state: Mutex::default(), wake: Notify::new() }
    }

    /// Takes the next message that is due: its number.
    pub(crate) fn take(&self, clock: &Clock, now: Instant) -> Option<u64> {
        let mut state = self.state.lock();
        let number = state.sent();
        let due = match self.pace {
            Pace::Closed(window) => Some(now).filter(|_| state.open < window),
            Pace::Open { .. } => self.due(clock, number).filter(|due| *due <= now && state.open < MOST_OPEN),
        };
        let due = due.filter(|due| clock.runs_at(*due));
        let due = due.or_else(|| std::mem::take(&mut state.one_more).then_some(now))?;
        state.pending.push_back(Pending { due, missing: self.receivers });
        state.open += 1;
        Some(number)
    }

    /// Has a last message sent. By it those who hear it find out what they missed before.
    pub(crate) fn one_more(&self) {
        self.state.lock().one_more = true;
        self.wake.notify_one();
    }

    /// When a message is due by the clock; `None` in a closed loop and before the start.
    pub(crate) fn due(&self, clock: &Clock, number: u64) -> Option<Instant> {
        let Pace::Open { first, every } = self.pace else { return None };
        let nanos = every.as_nanos().saturating_mul(number.into());
        let after = Duration::from_nanos(u64::try_from(nanos).ok()?);
        clock.started()?.checked_add(first)?.checked_add(after)
    }

    /// Somebody has a message. `None` when nobody was missing it.
    pub(crate) fn arrived(&self, number: u64) -> Option<Arrival> {
        let mut state = self.state.lock();
        let at = usize::try_from(number.checked_sub(state.first)?).ok()?;
        let pending = state.pending.get_mut(at).filter(|pending| pending.missing > 0)?;
        pending.missing -= 1;
        let arrival = Arrival { due: pending.due, complete: pending.missing == 0 };
        if arrival.complete {
            state.open -= 1;
            while state.pending.front().is_some_and(|pending| pending.missing == 0) {
                state.pending.pop_front();
                state.first += 1;
            }
            self.wake.notify_one();
        }
        Some(arrival)
    }

    /// How many messages were sent.
    pub(crate) fn sent(&self) -> u64 {
        self.state.lock().sent()
    }

    /// How many are under way.
    pub(crate) fn open(&self) -> usize {
        self.state.lock().open
    }

    /// How many were due by the clock and not sent.
    pub(crate) fn unsent(&self, clock: &Clock) -> u64 {
        let (Pace::Open { first, every }, Some(until), Some(started)) =
            (self.pace, clock.until(), clock.started())
        else {
            return 0;
        };
        let time = until.saturating_duration_since(started).saturating_sub(first).as_nanos();
        let due = u64::try_from(time.div_ceil(every.as_nanos().max(1))).unwrap_or(u64::MAX);
        // Where there was one more than was due, nothing was held back.
        due.saturating_sub(self.sent())
    }
}

impl State {
    fn sent(&self) -> u64 {
        self.first + self.pending.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn running() -> Clock {
        let clock = Clock::new();
        clock.begin(Duration::ZERO, Duration::from_secs(10));
        clock
    }

    #[test]
    fn a_closed_loop_sends_the_next_message_when_everybody_has_one() {
        let (clock, stream) = (running(), Stream::new(Pace::Closed(2), 2));
        let now = Instant::now();
        assert_eq!((stream.take(&clock, now), stream.take(&clock, now)), (Some(0), Some(1)));
        assert_eq!(stream.take(&clock, now), None);
        assert!(!stream.arrived(1).unwrap().complete);
        assert_eq!(stream.take(&clock, now), None);
        assert!(stream.arrived(1).unwrap().complete);
        assert_eq!(stream.take(&clock, now), Some(2));
        assert!(stream.arrived(1).is_none(), "a third time");
        assert!(stream.arrived(7).is_none(), "never sent");
        assert_eq!((stream.sent(), stream.open()), (3, 2));
    }

    #[test]
    fn latency_counts_from_when_a_message_was_due_and_not_from_when_it_was_sent() {
        let clock = running();
        let pace = Pace::Open { first: Duration::from_millis(5), every: Duration::from_millis(10) };
        let stream = Stream::new(pace, 1);
        let start = clock.started().unwrap();
        assert_eq!(stream.take(&clock, start), None);
        // The sender was held up for 100 ms: ten messages go out at once, as late as they are.
        let late = start + Duration::from_millis(100);
        let numbers: Vec<_> = std::iter::from_fn(|| stream.take(&clock, late)).collect();
        assert_eq!(numbers, (0..10).collect::<Vec<_>>());
        let arrival = stream.arrived(0).unwrap();
        assert_eq!(late - arrival.due, Duration::from_millis(95));
        assert_eq!(stream.unsent(&clock), 990);
    }

    #[test]
    fn nothing_is_sent_after_the_end_and_no_backlog_is_without_a_bound() {
        let clock = running();
        let stream = Stream::new(Pace::Open { first: Duration::ZERO, every: Duration::from_micros(1) }, 1);
        let late = clock.started().unwrap() + Duration::from_secs(1);
        assert_eq!(std::iter::from_fn(|| stream.take(&clock, late)).count(), MOST_OPEN);
        clock.stop();
        let stream = Stream::new(Pace::Closed(1), 1);
        assert_eq!(stream.take(&clock, Instant::now()), None);
        stream.one_more();
        assert_eq!(stream.take(&clock, Instant::now()), Some(0));
        assert_eq!(stream.take(&clock, Instant::now()), None);
    }
}
