//! When what is measured begins and ends.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Not set yet.
const NEVER: u64 = u64::MAX;

/// The times of a run, shared by all its threads.
pub(crate) struct Clock {
    /// What the other times are counted from, in nanoseconds.
    base: Instant,
    begin: AtomicU64,
    measured_from: AtomicU64,
    until: AtomicU64,
}

impl Clock {
    pub(crate) fn new() -> Self {
        let never = || AtomicU64::new(NEVER);
        Self { base: Instant::now(), begin: never(), measured_from: never(), until: never() }
    }

    /// Starts: from now on messages are sent, and measured when the warm-up is over.
    pub(crate) fn begin(&self, warmup: Duration, duration: Duration) {
        let now = self.base.elapsed();
        self.begin.store(nanos(now), Ordering::Release);
        self.measured_from.store(nanos(now + warmup), Ordering::Release);
        self.until.store(nanos(now + warmup + duration), Ordering::Release);
    }

    /// Ends before the time.
    pub(crate) fn stop(&self) {
        self.until.fetch_min(nanos(self.base.elapsed()), Ordering::AcqRel);
    }

    /// When the first message is due; `None` before the start.
    pub(crate) fn started(&self) -> Option<Instant> {
        self.at(&self.begin)
    }

    /// When the warm-up is over; `None` before the start.
    pub(crate) fn measured_from(&self) -> Option<Instant> {
        self.at(&self.measured_from)
    }

    /// When the last message is due; `None` before the start.
    pub(crate) fn until(&self) -> Option<Instant> {
        self.at(&self.until)
    }

    /// Whether a message may be sent that is due at this time.
    pub(crate) fn runs_at(&self, at: Instant) -> bool {
        self.started().is_some_and(|started| at >= started) && self.until().is_some_and(|until| at < until)
    }

    /// Whether what happens at this time counts.
    pub(crate) fn measures(&self, at: Instant) -> bool {
        self.measured_from().is_some_and(|from| at >= from) && self.until().is_some_and(|until| at < until)
    }

    /// How long was measured.
    pub(crate) fn measured(&self) -> Duration {
        match (self.measured_from(), self.until()) {
            (Some(from), Some(until)) => until.saturating_duration_since(from),
            _ => Duration::ZERO,
        }
    }

    fn at(&self, time: &AtomicU64) -> Option<Instant> {
        let nanos = Some(time.load(Ordering::Acquire)).filter(|nanos| *nanos != NEVER)?;
        self.base.checked_add(Duration::from_nanos(nanos))
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(NEVER - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_runs_before_the_start_and_a_stop_ends_it_early() {
        let clock = Clock::new();
        assert!(!clock.runs_at(Instant::now()) && clock.measured() == Duration::ZERO);
        clock.begin(Duration::from_secs(1), Duration::from_secs(2));
        let now = Instant::now();
        assert!(clock.runs_at(now) && !clock.measures(now));
        assert!(clock.measures(now + Duration::from_secs(2)) && !clock.runs_at(now + Duration::from_secs(4)));
        assert_eq!(clock.measured(), Duration::from_secs(2));
        clock.stop();
        assert!(!clock.runs_at(Instant::now() + Duration::from_millis(1)));
        assert_eq!(clock.measured(), Duration::ZERO);
    }
}
