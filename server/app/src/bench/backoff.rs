//! How long a client waits before it connects again: as the official clients do.

use std::time::Duration;

/// What the waiting is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Waiting {
    /// Before the first attempt; it doubles with each one that fails.
    pub(crate) least: Duration,
    /// The longest.
    pub(crate) most: Duration,
    /// From 0 to 1: by which share of itself a wait may be shorter or longer, so that not all come at once.
    pub(crate) randomization: f64,
}

impl Default for Waiting {
    fn default() -> Self {
        Self { least: Duration::from_secs(1), most: Duration::from_secs(5), randomization: 0.5 }
    }
}

/// The attempts of one client since it was connected.
pub(crate) struct Backoff {
    waiting: Waiting,
    attempts: i32,
}

impl Backoff {
    pub(crate) fn new(waiting: Waiting) -> Self {
        Self { waiting, attempts: 0 }
    }

    /// How long to wait before the next attempt.
    pub(crate) fn next(&mut self) -> Duration {
        let wait = self.at(random());
        self.attempts = self.attempts.saturating_add(1);
        wait
    }

    /// `chance` is from 0 to 1.
    fn at(&self, chance: f64) -> Duration {
        let Waiting { least, most, randomization } = self.waiting;
        let doubled = least.as_secs_f64() * 2_f64.powi(self.attempts.min(30));
        let wait = doubled * (1.0 + randomization * (2.0 * chance - 1.0));
        Duration::try_from_secs_f64(wait.min(most.as_secs_f64())).unwrap_or(most)
    }
}

/// A number from 0 to 1.
fn random() -> f64 {
    // Without chance all wait equally long.
    getrandom::u32().map_or(0.5, |number| f64::from(number) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_doubles_up_to_the_longest_and_is_spread_around() {
        let mut backoff = Backoff::new(Waiting::default());
        let millis = |backoff: &Backoff, chance| backoff.at(chance).as_millis();
        assert_eq!([0.0, 0.5, 1.0].map(|chance| millis(&backoff, chance)), [500, 1000, 1500]);
        assert!((500..=1500).contains(&backoff.next().as_millis()));
        assert_eq!([0.0, 0.5, 1.0].map(|chance| millis(&backoff, chance)), [1000, 2000, 3000]);
        for _ in 0..100 {
            assert!(backoff.next() <= Duration::from_secs(5));
        }
        assert_eq!(millis(&backoff, 0.0), 5000);
    }
}
