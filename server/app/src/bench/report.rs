//! The result: as a table, and as JSON.

mod table;

use hdrhistogram::Histogram;
use serde::Serialize;

use super::avalanche::Returns;
use super::options::{Options, Scenario, Speed};
use super::run::{Outcome, Used};
use super::tally::{Errors, Jitter};

/// What a run came to. Fields are added, and do not change their meaning.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    version: &'static str,
    scenario: &'static str,
    url: String,
    namespace: String,
    connections: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    rooms: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    room_size: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    in_flight: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rate: Option<f64>,
    payload: usize,
    threads: usize,
    /// How long was measured.
    seconds: f64,
    /// Ctrl-C ended it early.
    interrupted: bool,
    messages: u64,
    messages_per_second: f64,
    deliveries: u64,
    deliveries_per_second: f64,
    /// Messages of the schedule that were not sent: the server could not keep up.
    unsent: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    latency_us: Option<Latency>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<Server>,
    /// Which share of the time each thread of this tool was busy, 0 to 1. Near 1 it is this tool that is measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_busy: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    jitter: Option<Jitter>,
    #[serde(skip_serializing_if = "Option::is_none")]
    avalanche: Option<Avalanche>,
    errors: Errors,
}

/// Percentiles, in microseconds.
#[derive(Debug, Serialize)]
struct Latency {
    count: u64,
    mean: f64,
    p50: f64,
    p90: f64,
    p99: f64,
    p999: f64,
    max: f64,
}

/// What the server used.
#[derive(Debug, Serialize)]
struct Server {
    cpu_seconds: f64,
    /// `None` when it used no time, or nothing came.
    #[serde(skip_serializing_if = "Option::is_none")]
    deliveries_per_cpu_second: Option<f64>,
    resident_bytes_before: u64,
    resident_bytes: u64,
    /// What resident memory grew by, for each connection; only of connections that do nothing else.
    #[serde(skip_serializing_if = "Option::is_none")]
    resident_bytes_per_connection: Option<f64>,
}

/// Who came back after a restart.
#[derive(Debug, Serialize)]
struct Avalanche {
    lost: usize,
    back: usize,
    /// Seconds from the first loss until so many percent of those who had lost their connection were back; `None`
    /// when that did not happen.
    seconds_until_50: Option<f64>,
    seconds_until_99: Option<f64>,
    seconds_until_100: Option<f64>,
    attempts: u64,
    failed_attempts: u64,
}

impl Report {
    pub(crate) fn new(options: &Options, outcome: Outcome) -> Self {
        let Outcome { tally, measured, used, own, returns, interrupted } = outcome;
        let seconds = measured.as_secs_f64();
        let per_second = |count: u64| if seconds > 0.0 { count as f64 / seconds } else { 0.0 };
        let in_rooms = options.scenario.has_rooms();
        let (in_flight, rate) = match options.speed {
            Speed::InFlight(_) if !options.scenario.talks() => (None, None),
            Speed::InFlight(window) => (Some(window), None),
            Speed::Rate(rate) => (None, Some(rate)),
        };
        Self {
            version: env!("CARGO_PKG_VERSION"),
            scenario: options.scenario.name(),
            url: options.url.clone(),
            namespace: options.namespace.clone(),
            connections: options.connections,
            rooms: in_rooms.then(|| options.connections.div_ceil(options.room_size)),
            room_size: in_rooms.then_some(options.room_size),
            in_flight,
            rate,
            payload: options.payload,
            threads: options.threads,
            seconds,
            interrupted,
            messages: tally.messages,
            messages_per_second: per_second(tally.messages),
            deliveries: tally.deliveries,
            deliveries_per_second: per_second(tally.deliveries),
            unsent: tally.unsent,
            latency_us: Latency::of(&tally.latency),
            server: used.map(|used| Server::new(&used, tally.deliveries, options)),
            client_busy: own
                .filter(|_| seconds > 0.0)
                .map(|own| own.as_secs_f64() / seconds / options.threads.max(1) as f64),
            jitter: (options.scenario == Scenario::Jitter).then_some(tally.jitter),
            avalanche: returns.as_ref().map(Avalanche::new),
            errors: tally.errors,
        }
    }

    /// Whether everything came as it should.
    pub(crate) fn is_good(&self) -> bool {
        self.errors.total() == 0
    }

    pub(crate) fn to_json(&self) -> String {
        // Numbers and strings always serialise.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}

impl Latency {
    /// `None` when nothing was measured.
    fn of(histogram: &Histogram<u64>) -> Option<Self> {
        let micros = |nanos: u64| nanos as f64 / 1000.0;
        let at = |quantile: f64| micros(histogram.value_at_quantile(quantile));
        (!histogram.is_empty()).then(|| Self {
            count: histogram.len(),
            mean: (histogram.mean() / 10.0).round() / 100.0,
            p50: at(0.5),
            p90: at(0.9),
            p99: at(0.99),
            p999: at(0.999),
            max: micros(histogram.max()),
        })
    }
}

impl Server {
    fn new(used: &Used, deliveries: u64, options: &Options) -> Self {
        let cpu_seconds = used.until.cpu.saturating_sub(used.from.cpu).as_secs_f64();
        let grown = used.until.resident as f64 - used.before.resident as f64;
        Self {
            cpu_seconds,
            deliveries_per_cpu_second: (cpu_seconds > 0.0 && deliveries > 0)
                .then(|| deliveries as f64 / cpu_seconds),
            resident_bytes_before: used.before.resident,
            resident_bytes: used.until.resident,
            resident_bytes_per_connection: (options.scenario == Scenario::Idle)
                .then(|| grown / options.connections.max(1) as f64),
        }
    }
}

impl Avalanche {
    fn new(returns: &Returns) -> Self {
        let until = |percent| returns.until(percent).map(|time| time.as_secs_f64());
        Self {
            lost: returns.lost,
            back: returns.back.len(),
            seconds_until_50: until(50),
            seconds_until_99: until(99),
            seconds_until_100: until(100),
            attempts: returns.attempts,
            failed_attempts: returns.failed_attempts,
        }
    }
}

#[cfg(test)]
mod tests;
