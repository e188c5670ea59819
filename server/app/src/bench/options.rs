//! What `roomful bench` is told.

mod flags;

use std::time::Duration;

use super::backoff::Waiting;
use super::target::Target;
use crate::config::ConfigError;
pub(crate) use flags::read;
use flags::{Flags, usage};

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scenario {
    Echo,
    FanOut,
    Rooms,
    Idle,
    Connect,
    Jitter,
    Avalanche,
}

impl Scenario {
    const ALL: [Self; 7] =
        [Self::Echo, Self::FanOut, Self::Rooms, Self::Idle, Self::Connect, Self::Jitter, Self::Avalanche];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Echo => "echo",
            Self::FanOut => "fan-out",
            Self::Rooms => "rooms",
            Self::Idle => "idle",
            Self::Connect => "connect",
            Self::Jitter => "jitter",
            Self::Avalanche => "avalanche",
        }
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scenario| scenario.name() == name)
    }

    /// Whether clients are in rooms.
    pub(crate) fn has_rooms(self) -> bool {
        matches!(self, Self::FanOut | Self::Rooms | Self::Jitter)
    }

    /// Whether messages are sent all the time.
    pub(crate) fn talks(self) -> bool {
        self == Self::Echo || self.has_rooms()
    }

    fn connections(self) -> usize {
        match self {
            Self::Echo | Self::FanOut | Self::Jitter => 100,
            Self::Rooms | Self::Idle | Self::Avalanche => 1000,
            Self::Connect => 10,
        }
    }

    /// Whether an option says something about this scenario.
    fn knows(self, option: &str) -> bool {
        match option {
            "in-flight" => self.talks() && self != Self::Jitter,
            "rate" => self.talks() || self == Self::Connect,
            "payload" => self.talks() || self == Self::Idle,
            "room-size" => matches!(self, Self::Rooms | Self::Jitter),
            "until-cpu" => matches!(self, Self::Echo | Self::FanOut | Self::Rooms | Self::Connect),
            "cut" => self == Self::Jitter,
            "reconnect-delay" | "reconnect-delay-max" | "randomization" => {
                matches!(self, Self::Jitter | Self::Avalanche)
            }
            "restart-command" => self == Self::Avalanche,
            // The process that was measured would be gone, and nothing is warm.
            "pid" | "warmup" => self != Self::Avalanche,
            _ => true,
        }
    }
}

/// What sets the speed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Speed {
    /// So many messages of each client or room under way.
    InFlight(usize),
    /// So many messages (or connects) a second, of all together.
    Rate(f64),
}

/// How to measure.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) scenario: Scenario,
    pub(crate) url: String,
    pub(crate) target: Target,
    pub(crate) connections: usize,
    /// Connections that are opened a second; as fast as it goes without it.
    pub(crate) ramp: Option<f64>,
    pub(crate) speed: Speed,
    /// Bytes of a message's text; 0 when none are sent.
    pub(crate) payload: usize,
    pub(crate) duration: Duration,
    /// It ends when the server has used so much time on a core.
    pub(crate) until_cpu: Option<Duration>,
    pub(crate) warmup: Duration,
    pub(crate) room_size: usize,
    /// Percent of the clients whose connection is cut, each second.
    pub(crate) cut: f64,
    pub(crate) waiting: Waiting,
    /// What a shell is told to restart the server.
    pub(crate) restart_command: Option<String>,
    pub(crate) threads: usize,
    pub(crate) pid: Option<u32>,
    /// Where the result goes as JSON; `-` is standard output.
    pub(crate) json: Option<String>,
    pub(crate) namespace: String,
    pub(crate) auth: Option<String>,
}

/// What to do.
#[derive(Debug)]
pub(crate) enum BenchCommand {
    Run(Box<Options>),
    Help,
}

impl Options {
    /// Puts together what the flags and words say.
    fn new(flags: Flags, words: &[String]) -> Result<Self, ConfigError> {
        let (scenario, url) = scenario_and_url(words)?;
        if let Some(option) = flags.given.iter().find(|option| !scenario.knows(option)) {
            return Err(usage(&format!("--{option} says nothing about the scenario {}", scenario.name())));
        }
        let connections = flags.connections.unwrap_or(scenario.connections());
        let room_size = match scenario {
            Scenario::FanOut => connections,
            _ => flags.room_size.unwrap_or(10).min(connections),
        };
        if scenario == Scenario::Jitter && room_size < 2 {
            return Err(ConfigError::new(
                "jitter needs 2 or more --connections in a room: one speaks, and the others are cut",
            ));
        }
        if flags.until_cpu.is_some() && flags.pid.is_none() {
            return Err(ConfigError::new(
                "--until-cpu needs --pid: without it the server's time is not known",
            ));
        }
        let default = Waiting::default();
        let least = flags.reconnect_delay.unwrap_or(default.least);
        let waiting = Waiting {
            least,
            most: flags.reconnect_delay_max.unwrap_or(default.most).max(least),
            randomization: flags.randomization.unwrap_or(default.randomization),
        };
        let seconds = Duration::from_secs;
        let is_avalanche = scenario == Scenario::Avalanche;
        Ok(Self {
            scenario,
            url: url.to_owned(),
            target: Target::parse(url).map_err(ConfigError::new)?,
            connections,
            ramp: flags.ramp,
            speed: speed(scenario, flags.in_flight, flags.rate)?,
            payload: flags.payload.unwrap_or(if scenario.talks() { 64 } else { 0 }),
            duration: flags.duration.unwrap_or(seconds(if is_avalanche { 60 } else { 10 })),
            until_cpu: flags.until_cpu,
            warmup: flags.warmup.unwrap_or(seconds(u64::from(!is_avalanche))),
            room_size,
            cut: flags.cut.unwrap_or(10.0),
            waiting,
            restart_command: flags.restart_command,
            threads: flags.threads.unwrap_or(1),
            pid: flags.pid,
            json: flags.json,
            namespace: flags.namespace.unwrap_or_else(|| "/".into()),
            auth: flags.auth,
        })
    }
}

fn scenario_and_url(words: &[String]) -> Result<(Scenario, &str), ConfigError> {
    match words {
        [] => Err(usage("the URL of the server is missing, such as http://127.0.0.1:3000")),
        [url] if Scenario::named(url).is_some() => {
            Err(usage(&format!("the URL of the server is missing behind `{url}`")))
        }
        [url] => Ok((Scenario::Echo, url)),
        [name, url] => {
            let names = Scenario::ALL.map(Scenario::name).join(", ");
            let unknown = || usage(&format!("there is no scenario {name:?}; there are {names}"));
            Ok((Scenario::named(name).ok_or_else(unknown)?, url))
        }
        [_, _, more, ..] => Err(usage(&format!("{more:?} is one word too many"))),
    }
}

fn speed(scenario: Scenario, in_flight: Option<usize>, rate: Option<f64>) -> Result<Speed, ConfigError> {
    match (in_flight, rate) {
        (Some(_), Some(_)) => Err(ConfigError::new(
            "--in-flight and --rate exclude each other: the one sends when the server has answered, the other by \
             the clock",
        )),
        (None, Some(rate)) => Ok(Speed::Rate(rate)),
        // A closed loop would wait for those that were cut.
        (None, None) if scenario == Scenario::Jitter => Ok(Speed::Rate(100.0)),
        (in_flight, None) => Ok(Speed::InFlight(in_flight.unwrap_or(1))),
    }
}

#[cfg(test)]
mod tests;
