//! The result for people.

use std::fmt::Write as _;
use std::time::Duration;

use super::{Avalanche, Latency, Report, Server};
use crate::bench::tally::{Errors, Jitter};

/// From this share on the tool itself may be what is slow.
const BUSY: f64 = 0.9;

impl Report {
    /// The result for people.
    pub(crate) fn to_table(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let mut line = |name: &str, value: String| {
            let _ = writeln!(text, "  {name:<14}{value}");
        };
        let early = if self.interrupted { ", ended early" } else { "" };
        line("scenario", format!("{} {}", self.scenario, self.url));
        line("clients", self.clients());
        line("measured", format!("{:.1} s{early}", self.seconds));
        if self.messages > 0 || self.latency_us.is_some() {
            let what = if self.scenario == "connect" { "connects" } else { "messages" };
            line(what, format!("{} ({:.0}/s)", self.messages, self.messages_per_second));
        }
        if self.rooms.is_some() {
            line("deliveries", format!("{} ({:.0}/s)", self.deliveries, self.deliveries_per_second));
        }
        if let Some(latency) = &self.latency_us {
            line("latency", latency.to_line());
        }
        if let Some(server) = &self.server {
            let what = match self.scenario {
                "connect" => "connects",
                "echo" => "messages",
                _ => "deliveries",
            };
            server.describe(&mut line, what);
        }
        if let Some(busy) = self.client_busy {
            let remedy = if busy > BUSY { ": it may be what is slow; take more --threads" } else { "" };
            line("this tool", format!("{:.0} % busy{remedy}", busy * 100.0));
        }
        if let Some(jitter) = &self.jitter {
            describe_jitter(jitter, &mut line);
        }
        if let Some(avalanche) = &self.avalanche {
            avalanche.describe(&mut line);
        }
        if self.unsent > 0 {
            let unsent = self.unsent;
            line(
                "not sent",
                format!("{unsent} messages were due: the server or this client cannot keep the rate"),
            );
        }
        line("errors", describe(&self.errors));
        for example in &self.errors.examples {
            line("", format!("- {example}"));
        }
        text
    }

    fn clients(&self) -> String {
        let mut text = self.connections.to_string();
        if let (Some(rooms), Some(size)) = (self.rooms, self.room_size) {
            let s = if rooms == 1 { "" } else { "s" };
            let _ = write!(text, " in {rooms} room{s} of {size}");
        }
        if let Some(window) = self.in_flight {
            let each = if self.rooms.is_some() { "room" } else { "client" };
            let _ = write!(text, ", {window} in flight per {each}, {} bytes", self.payload);
        }
        if let Some(rate) = self.rate {
            let _ = match self.scenario {
                "connect" => write!(text, ", {rate} connects/s"),
                _ => write!(text, ", {rate} messages/s, {} bytes", self.payload),
            };
        }
        text
    }
}

impl Latency {
    fn to_line(&self) -> String {
        let show = |micros: f64| {
            let time = Duration::from_secs_f64(micros / 1e6);
            format!("{time:.*?}", if micros < 1000.0 { 0 } else { 2 })
        };
        let Self { p50, p90, p99, p999, max, .. } = *self;
        let [p50, p90, p99, p999, max] = [p50, p90, p99, p999, max].map(show);
        format!("p50 {p50}  p90 {p90}  p99 {p99}  p99.9 {p999}  max {max}")
    }
}

impl Server {
    fn describe(&self, line: &mut impl FnMut(&str, String), what: &str) {
        let per_cpu = match self.deliveries_per_cpu_second {
            Some(count) => format!(", {count:.0} {what} per CPU second"),
            None => String::new(),
        };
        line("server CPU", format!("{:.2} s{per_cpu}", self.cpu_seconds));
        let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
        let (before, now) = (mib(self.resident_bytes_before), mib(self.resident_bytes));
        let each =
            self.resident_bytes_per_connection.map(|bytes| format!(": {:.1} KiB per client", bytes / 1024.0));
        line("server memory", format!("{now:.1} MiB, {before:.1} before{}", each.unwrap_or_default()));
    }
}

impl Avalanche {
    fn describe(&self, line: &mut impl FnMut(&str, String)) {
        let Self { lost, back, attempts, failed_attempts, .. } = self;
        line("came back", format!("{back} of {lost} that lost their connection"));
        let show = |time: Option<f64>| time.map_or("never".into(), |seconds| format!("{seconds:.2} s"));
        let [half, most, all] =
            [self.seconds_until_50, self.seconds_until_99, self.seconds_until_100].map(show);
        line("back after", format!("50 % {half}  99 % {most}  all {all}"));
        line("attempts", format!("{attempts}, of which {failed_attempts} failed"));
    }
}

fn describe_jitter(jitter: &Jitter, line: &mut impl FnMut(&str, String)) {
    let Jitter { cuts, recovered, not_recovered, failed_attempts, received, missed, .. } = jitter;
    line(
        "cuts",
        format!(
            "{cuts}: {recovered} sessions recovered, {not_recovered} not, {failed_attempts} failed attempts"
        ),
    );
    let all = (received + missed).max(1) as f64;
    let percent = *missed as f64 / all * 100.0;
    line(
        "missed",
        format!("{missed} deliveries ({percent:.2} %) by clients that were away and not recovered"),
    );
}

fn describe(errors: &Errors) -> String {
    let Errors { lost, repeated_or_out_of_order, wrong, connections, .. } = errors;
    if errors.total() == 0 {
        return "none".into();
    }
    format!(
        "{lost} lost, {repeated_or_out_of_order} twice or out of order, {wrong} wrong, {connections} connections"
    )
}
