//! What was counted, and what went wrong.

use std::time::Duration;

use hdrhistogram::Histogram;
use serde::Serialize;

use super::failure::Failure;

/// Latencies are told apart up to this one; longer ones count as it.
const LONGEST: Duration = Duration::from_secs(120);

/// Significant digits of latencies.
const DIGITS: u8 = 3;

/// How many errors are told in words.
const EXAMPLES: usize = 5;

/// What went wrong, by its kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Errors {
    /// Acknowledgements and deliveries that never came.
    pub(crate) lost: u64,
    /// Acknowledgements and deliveries that came twice, or after a later one of the same sender.
    pub(crate) repeated_or_out_of_order: u64,
    /// Acknowledgements and deliveries that are not what was sent.
    pub(crate) wrong: u64,
    /// Connections that ended or could not be made.
    pub(crate) connections: u64,
    /// The first few, in words.
    pub(crate) examples: Vec<String>,
}

impl Errors {
    pub(crate) fn total(&self) -> u64 {
        self.lost + self.repeated_or_out_of_order + self.wrong + self.connections
    }
}

/// What became of connections that were cut (`jitter`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Jitter {
    /// How often a connection was cut.
    pub(crate) cuts: u64,
    /// Returns with the session that was lost.
    pub(crate) recovered: u64,
    /// Returns as a new client.
    pub(crate) not_recovered: u64,
    /// Attempts to return that failed.
    pub(crate) failed_attempts: u64,
    /// Deliveries that came.
    pub(crate) received: u64,
    /// Deliveries that clients missed that came back as new ones.
    pub(crate) missed: u64,
    /// Deliveries that clients missed whose session was recovered. These are errors, too.
    pub(crate) missed_though_recovered: u64,
}

/// The counts of one thread.
pub(crate) struct Tally {
    /// From when a message was due to when it came, in nanoseconds.
    pub(crate) latency: Histogram<u64>,
    /// Messages that everybody has, in the time that counts.
    pub(crate) messages: u64,
    /// Acknowledgements or deliveries that came in the time that counts.
    pub(crate) deliveries: u64,
    /// Messages that were due and could not be sent before the end.
    pub(crate) unsent: u64,
    pub(crate) jitter: Jitter,
    pub(crate) errors: Errors,
}

impl Tally {
    pub(crate) fn new() -> Result<Self, Failure> {
        let latency = Histogram::new_with_bounds(1, nanos(LONGEST), DIGITS)
            .map_err(|error| Failure::new(format!("no histogram can be made: {error}")))?;
        Ok(Self {
            latency,
            messages: 0,
            deliveries: 0,
            unsent: 0,
            jitter: Jitter::default(),
            errors: Errors::default(),
        })
    }

    pub(crate) fn latency(&mut self, latency: Duration) {
        self.latency.saturating_record(nanos(latency));
    }

    pub(crate) fn lost(&mut self, count: u64, what: impl FnOnce() -> String) {
        self.errors.lost += count;
        self.example(count, what);
    }

    pub(crate) fn repeated(&mut self, what: impl FnOnce() -> String) {
        self.errors.repeated_or_out_of_order += 1;
        self.example(1, what);
    }

    pub(crate) fn wrong(&mut self, what: impl FnOnce() -> String) {
        self.errors.wrong += 1;
        self.example(1, what);
    }

    pub(crate) fn connection(&mut self, failure: &Failure) {
        self.errors.connections += 1;
        self.example(1, || failure.to_string());
    }

    fn example(&mut self, count: u64, what: impl FnOnce() -> String) {
        if count > 0 && self.errors.examples.len() < EXAMPLES {
            // What a server sent may be long.
            self.errors.examples.push(what().chars().take(200).collect());
        }
    }

    /// Adds what another thread counted.
    pub(crate) fn add(&mut self, other: Self) -> Result<(), Failure> {
        let Self { latency, messages, deliveries, unsent, jitter, errors } = other;
        self.latency
            .add(latency)
            .map_err(|error| Failure::new(format!("latencies cannot be put together: {error}")))?;
        self.messages += messages;
        self.deliveries += deliveries;
        self.unsent += unsent;
        self.jitter.add(&jitter);
        self.errors.lost += errors.lost;
        self.errors.repeated_or_out_of_order += errors.repeated_or_out_of_order;
        self.errors.wrong += errors.wrong;
        self.errors.connections += errors.connections;
        self.errors.examples.extend(errors.examples);
        self.errors.examples.truncate(EXAMPLES);
        Ok(())
    }
}

impl Jitter {
    fn add(&mut self, other: &Self) {
        self.cuts += other.cuts;
        self.recovered += other.recovered;
        self.not_recovered += other.not_recovered;
        self.failed_attempts += other.failed_attempts;
        self.received += other.received;
        self.missed += other.missed;
        self.missed_though_recovered += other.missed_though_recovered;
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_threads_counted_adds_up_and_examples_stay_few() {
        let (mut a, mut b) = (Tally::new().unwrap(), Tally::new().unwrap());
        for n in 0..10 {
            a.wrong(|| format!("a{n}"));
            b.lost(2, || "b".repeat(1000));
        }
        b.lost(0, || unreachable!());
        b.latency(Duration::from_secs(9999));
        a.add(b).unwrap();
        assert_eq!((a.errors.total(), a.errors.examples.len()), (30, EXAMPLES));
        assert_eq!(a.latency.len(), 1);
        assert!(a.latency.max() >= nanos(LONGEST));
    }
}
