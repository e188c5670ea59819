//! What options mean, and what is said about wrong ones.

use std::ffi::OsString;

use super::*;

const URL: &str = "http://127.0.0.1:3000";

fn told(flags: &[&str]) -> Result<BenchCommand, ConfigError> {
    read(flags.iter().map(OsString::from))
}

fn options(flags: &[&str]) -> Options {
    match told(flags) {
        Ok(BenchCommand::Run(options)) => *options,
        other => panic!("{flags:?}: {other:?}"),
    }
}

fn error(flags: &[&str]) -> String {
    told(flags).expect_err("an error").to_string()
}

#[test]
fn a_url_alone_measures_echo_in_a_closed_loop() {
    let options = options(&[URL]);
    assert_eq!((options.scenario, options.speed), (Scenario::Echo, Speed::InFlight(1)));
    assert_eq!((options.connections, options.namespace.as_str()), (100, "/"));
}

#[test]
fn options_may_stand_before_and_behind_the_scenario_and_the_url() {
    let options =
        options(&["--rate=2.5", "rooms", "--room-size", "4", URL, "--duration", "0.3s", "--warmup", "0"]);
    assert_eq!((options.scenario, options.speed, options.room_size), (Scenario::Rooms, Speed::Rate(2.5), 4));
    assert_eq!((options.duration, options.warmup), (Duration::from_millis(300), Duration::ZERO));
}

#[test]
fn in_a_fan_out_everybody_is_in_one_room() {
    assert_eq!(options(&["fan-out", URL, "--connections", "7"]).room_size, 7);
    assert_eq!(options(&["rooms", URL, "--connections", "7"]).room_size, 7);
}

#[test]
fn what_is_wrong_is_named_with_what_would_be_right() {
    for (flags, says) in [
        (&[][..], "URL"),
        (&["echo"], "URL"),
        (&["ehco", URL], "fan-out"),
        (&["echo", URL, "more"], "too many"),
        (&[URL, "--in-flight", "2", "--rate", "3"], "exclude"),
        (&[URL, "--rate", "0"], "0.1"),
        (&[URL, "--rate", "inf"], "0.1"),
        (&[URL, "--connections", "+1"], "1 to 200000"),
        (&[URL, "--duration", "-1"], "seconds"),
        (&[URL, "--connection", "1"], "--connection"),
        (&[URL, "--pid"], "value"),
        (&[URL, "--namespace", "a b"], "namespace"),
        (&["https://example.com"], "TLS"),
        (&["idle", URL, "--rate", "3"], "the scenario idle"),
        (&["jitter", URL, "--in-flight", "3"], "the scenario jitter"),
        (&["jitter", URL, "--connections", "1"], "2 or more"),
        (&["avalanche", URL, "--pid", "3"], "the scenario avalanche"),
        (&["avalanche", URL, "--randomization", "1.5"], "0 to 1"),
        (&["echo", URL, "--until-cpu", "1"], "--pid"),
    ] {
        let error = error(flags);
        assert!(error.contains(says), "{flags:?}: {error}");
    }
}

#[test]
fn clients_come_back_as_the_official_ones_do_unless_they_are_told_otherwise() {
    let seconds = Duration::from_secs;
    let jitter = options(&["jitter", URL]);
    assert_eq!(
        (jitter.speed, jitter.room_size, jitter.waiting),
        (Speed::Rate(100.0), 10, Waiting::default())
    );
    let flags = ["avalanche", URL, "--reconnect-delay", "8", "--randomization", "0", "--ramp", "50"];
    let avalanche = options(&flags);
    let waiting = Waiting { least: seconds(8), most: seconds(8), randomization: 0.0 };
    assert_eq!((avalanche.waiting, avalanche.ramp), (waiting, Some(50.0)));
    assert_eq!((avalanche.duration, avalanche.warmup), (seconds(60), Duration::ZERO));
}

#[test]
fn idle_clients_say_nothing_unless_a_payload_is_given() {
    assert_eq!(options(&["idle", URL]).payload, 0);
    assert_eq!(options(&["idle", URL, "--payload", "1024"]).payload, 1024);
    assert_eq!(options(&["echo", URL]).payload, 64);
}

#[test]
fn a_wrong_auth_is_not_shown() {
    let error = error(&[URL, "--auth", "secret"]);
    assert!(!error.contains("secret") && error.contains("JSON"), "{error}");
    assert_eq!(options(&[URL, "--auth", "{ \"a\": 1 }"]).auth.as_deref(), Some("{\"a\":1}"));
}

#[test]
fn the_help_names_every_option_and_scenario() {
    for option in Flags::NAMES {
        assert!(crate::bench::HELP.contains(&format!("--{option} ")), "{option}");
    }
    for scenario in Scenario::ALL {
        assert!(crate::bench::HELP.contains(&format!("\n  {} ", scenario.name())), "{}", scenario.name());
    }
}
