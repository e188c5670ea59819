//! Reading the flags of `roomful bench`. Each error says what would be right.

use std::ffi::OsString;
use std::str::FromStr;
use std::time::Duration;

use lexopt::Arg;

use super::{BenchCommand, Options};
use crate::config::ConfigError;

/// What the flags say, before it is known what belongs together.
#[derive(Default)]
pub(super) struct Flags {
    /// The names of those that were given.
    pub(super) given: Vec<String>,
    pub(super) connections: Option<usize>,
    pub(super) ramp: Option<f64>,
    pub(super) in_flight: Option<usize>,
    pub(super) rate: Option<f64>,
    pub(super) payload: Option<usize>,
    pub(super) duration: Option<Duration>,
    pub(super) until_cpu: Option<Duration>,
    pub(super) warmup: Option<Duration>,
    pub(super) room_size: Option<usize>,
    pub(super) cut: Option<f64>,
    pub(super) reconnect_delay: Option<Duration>,
    pub(super) reconnect_delay_max: Option<Duration>,
    pub(super) randomization: Option<f64>,
    pub(super) restart_command: Option<String>,
    pub(super) threads: Option<usize>,
    pub(super) pid: Option<u32>,
    pub(super) json: Option<String>,
    pub(super) namespace: Option<String>,
    pub(super) auth: Option<String>,
}

/// Reads the flags behind `bench`.
pub(crate) fn read(args: impl IntoIterator<Item = OsString>) -> Result<BenchCommand, ConfigError> {
    let mut parser = lexopt::Parser::from_args(args);
    let mut flags = Flags::default();
    let mut words = Vec::new();
    while let Some(arg) = parser.next().map_err(|error| usage(&error.to_string()))? {
        let name = match arg {
            Arg::Short('h') | Arg::Long("help") => return Ok(BenchCommand::Help),
            Arg::Value(word) => {
                words.push(word.into_string().map_err(|word| usage(&format!("{word:?} is not UTF-8")))?);
                continue;
            }
            Arg::Short(letter) => return Err(usage(&format!("there is no option -{letter}"))),
            Arg::Long(name) => name.to_owned(),
        };
        if !Flags::NAMES.contains(&name.as_str()) {
            return Err(usage(&format!("there is no option --{name}")));
        }
        let text = parser.value().map_err(|_| usage(&format!("--{name} needs a value behind it")))?;
        let shown = if name == "auth" { String::new() } else { format!(" {text:?}") };
        let wrong = |remedy: &str| ConfigError::new(format!("--{name}{shown} cannot be used: {remedy}"));
        let text = text.to_str().ok_or_else(|| wrong("it is not UTF-8"))?;
        flags.set(&name, text).map_err(|remedy| wrong(&remedy))?;
        flags.given.push(name);
    }
    Options::new(flags, &words).map(|options| BenchCommand::Run(Box::new(options)))
}

impl Flags {
    /// All options. Each has a value.
    pub(super) const NAMES: [&str; 19] = [
        "connections",
        "ramp",
        "in-flight",
        "rate",
        "payload",
        "duration",
        "until-cpu",
        "warmup",
        "room-size",
        "cut",
        "reconnect-delay",
        "reconnect-delay-max",
        "randomization",
        "restart-command",
        "threads",
        "pid",
        "json",
        "namespace",
        "auth",
    ];

    fn set(&mut self, name: &str, text: &str) -> Result<(), String> {
        match name {
            "connections" => self.connections = Some(number(text, 1, 200_000)?),
            "ramp" => self.ramp = Some(decimal(text, 0.1, 1_000_000.0)?),
            "in-flight" => self.in_flight = Some(number(text, 1, 1000)?),
            "rate" => self.rate = Some(decimal(text, 0.1, 1_000_000.0)?),
            "payload" => self.payload = Some(number(text, 1, 1_000_000)?),
            "duration" => self.duration = Some(seconds(text, 0.1, 3600.0)?),
            "until-cpu" => self.until_cpu = Some(seconds(text, 0.01, 3600.0)?),
            "warmup" => self.warmup = Some(seconds(text, 0.0, 600.0)?),
            "room-size" => self.room_size = Some(number(text, 1, 200_000)?),
            "cut" => self.cut = Some(decimal(text, 0.1, 10_000.0)?),
            "reconnect-delay" => self.reconnect_delay = Some(seconds(text, 0.001, 3600.0)?),
            "reconnect-delay-max" => self.reconnect_delay_max = Some(seconds(text, 0.001, 3600.0)?),
            "randomization" => self.randomization = Some(decimal(text, 0.0, 1.0)?),
            "restart-command" if text.is_empty() => return Err("give what a shell is to do".into()),
            "restart-command" => self.restart_command = Some(text.to_owned()),
            "threads" => self.threads = Some(number(text, 1, 64)?),
            "pid" => self.pid = Some(number(text, 1, u32::MAX)?),
            "json" if text.is_empty() => return Err("give a file, or - for standard output".into()),
            "json" => self.json = Some(text.to_owned()),
            "namespace" if text == "/" => self.namespace = Some(text.to_owned()),
            "namespace" => self.namespace = Some(crate::config::namespace(text)?),
            "auth" => {
                let object = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text);
                let object = object.map_err(|_| "give an object of JSON, such as '{\"token\":\"abc\"}'")?;
                self.auth = Some(serde_json::Value::Object(object).to_string());
            }
            other => return Err(format!("there is no option --{other}")),
        }
        Ok(())
    }
}

pub(super) fn usage(problem: &str) -> ConfigError {
    ConfigError::new(format!("{problem}; `roomful bench --help` lists what there is"))
}

fn number<T: FromStr + PartialOrd + std::fmt::Display>(text: &str, least: T, most: T) -> Result<T, String> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|number| digits && *number >= least && *number <= most);
    number.ok_or_else(|| format!("give a number from {least} to {most}"))
}

fn decimal(text: &str, least: f64, most: f64) -> Result<f64, String> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number = text.parse().ok().filter(|number| plain && (least..=most).contains(number));
    number.ok_or_else(|| format!("give a number from {least} to {most}"))
}

/// A time in seconds, with or without the unit.
fn seconds(text: &str, least: f64, most: f64) -> Result<Duration, String> {
    let seconds = decimal(text.strip_suffix('s').unwrap_or(text), least, most);
    seconds.map(Duration::from_secs_f64).map_err(|remedy| format!("{remedy}, in seconds"))
}
