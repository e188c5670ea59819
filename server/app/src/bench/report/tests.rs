//! What a result looks like.

use std::time::Duration;

use super::*;
use crate::bench::options::{BenchCommand, read};
use crate::bench::procfs::Usage;
use crate::bench::tally::Tally;

fn options(flags: &[&str]) -> Options {
    match read(flags.iter().map(std::ffi::OsString::from)) {
        Ok(BenchCommand::Run(options)) => *options,
        other => panic!("{other:?}"),
    }
}

fn outcome(used: Option<Used>) -> Outcome {
    let mut tally = Tally::new().unwrap();
    for millis in 1..=1000 {
        tally.latency(Duration::from_millis(millis));
    }
    (tally.messages, tally.deliveries) = (100, 1000);
    Outcome { tally, measured: Duration::from_secs(2), used, own: None, returns: None, interrupted: false }
}

#[test]
fn percentiles_are_those_of_all_latencies() {
    let latency = Latency::of(&outcome(None).tally.latency).unwrap();
    for (is, millis) in
        [(latency.p50, 500.0), (latency.p90, 900.0), (latency.p99, 990.0), (latency.max, 1000.0)]
    {
        assert!((is / 1000.0 - millis).abs() < millis / 500.0, "{is} {millis}");
    }
    assert!(Latency::of(&Tally::new().unwrap().latency).is_none());
}

#[test]
fn the_table_and_the_json_say_the_same() {
    let usage = |seconds, mib: u64| Usage { cpu: Duration::from_secs(seconds), resident: mib << 20 };
    let used = Used { before: usage(1, 10), from: usage(2, 11), until: usage(4, 20) };
    let options = options(&["rooms", "http://a", "--connections", "20", "--room-size", "5"]);
    let report = Report::new(&options, outcome(Some(used)));
    let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
    assert_eq!((&json["rooms"], &json["messages_per_second"]), (&4.into(), &50.0.into()));
    assert_eq!(json["server"]["cpu_seconds"], 2.0);
    assert_eq!(json["server"]["deliveries_per_cpu_second"], 500.0);
    assert_eq!(json["server"]["resident_bytes"], 20 << 20);
    assert!(json["server"].get("resident_bytes_per_connection").is_none(), "it did more than to connect");
    let table = report.to_table();
    for part in ["20 in 4 rooms of 5", "100 (50/s)", "1000 (500/s)", "500 deliveries per CPU second", "none"]
    {
        assert!(table.contains(part), "{part}: {table}");
    }
    assert!(report.is_good());
}

#[test]
fn idle_connections_have_a_price() {
    let usage = |mib: u64| Usage { cpu: Duration::ZERO, resident: mib << 20 };
    let used = Used { before: usage(10), from: usage(11), until: usage(20) };
    let options = options(&["idle", "http://a", "--connections", "20"]);
    let report = Report::new(&options, outcome(Some(used)));
    let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
    assert_eq!(json["server"]["resident_bytes_per_connection"], f64::from(1 << 19));
    assert!(report.to_table().contains("512.0 KiB per client"));
}

#[test]
fn errors_are_counted_by_kind_and_make_the_result_bad() {
    let mut outcome = outcome(None);
    outcome.tally.lost(3, || "three are gone".into());
    outcome.interrupted = true;
    let report = Report::new(&options(&["http://a"]), outcome);
    assert!(!report.is_good());
    let table = report.to_table();
    assert!(table.contains("3 lost") && table.contains("- three are gone") && table.contains("ended early"));
}

#[test]
fn what_was_missed_and_who_came_back_is_told() {
    let mut jittery = outcome(None);
    jittery.tally.jitter =
        Jitter { cuts: 4, recovered: 1, not_recovered: 3, received: 90, missed: 10, ..Jitter::default() };
    let report = Report::new(&options(&["jitter", "http://a"]), jittery);
    assert!(report.is_good());
    let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
    assert_eq!((&json["jitter"]["missed"], &json["rate"]), (&10.into(), &100.0.into()));
    let table = report.to_table();
    assert!(
        table.contains("4: 1 sessions recovered, 3 not") && table.contains("10 deliveries (10.00 %)"),
        "{table}"
    );

    let back = [1, 3].map(Duration::from_secs).into();
    let mut restarted = outcome(None);
    restarted.returns = Some(Returns { clients: 4, lost: 4, back, attempts: 9, failed_attempts: 7 });
    let report = Report::new(&options(&["avalanche", "http://a"]), restarted);
    let json: serde_json::Value = serde_json::from_str(&report.to_json()).unwrap();
    assert_eq!(json["avalanche"]["seconds_until_50"], 3.0);
    assert!(json["avalanche"]["seconds_until_100"].is_null());
    let table = report.to_table();
    assert!(table.contains("2 of 4") && table.contains("50 % 3.00 s  99 % never"), "{table}");
}

#[test]
fn a_rate_is_that_of_what_is_done() {
    let clients =
        |scenario| Report::new(&options(&[scenario, "http://a", "--rate", "7"]), outcome(None)).to_table();
    assert!(clients("connect").contains("10, 7 connects/s\n"), "{}", clients("connect"));
    assert!(clients("echo").contains("100, 7 messages/s, 64 bytes\n"), "{}", clients("echo"));
}

#[test]
fn a_tool_that_is_busy_all_the_time_says_so() {
    let told = |own_millis, threads: &str| {
        let mut outcome = outcome(None);
        outcome.own = Some(Duration::from_millis(own_millis));
        Report::new(&options(&["http://a", "--threads", threads]), outcome).to_table()
    };
    assert!(told(1900, "1").contains("95 % busy: it may be what is slow"), "{}", told(1900, "1"));
    assert!(told(1900, "2").contains("48 % busy\n"), "{}", told(1900, "2"));
}
