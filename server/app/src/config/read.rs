//! Reading the environment and the flags, by the same rules.

use std::ffi::OsString;

use lexopt::Arg;

use super::{Command, Config, ConfigError, door, value};
use crate::{bench, chat};

/// The options that take a value: `--name` and `ROOMFUL_NAME`. The order counts in the environment, where
/// `ROOMFUL_HOST` and `ROOMFUL_PORT` say more than `ROOMFUL_BIND`.
const VALUES: [&str; 15] = [
    "bind",
    "host",
    "port",
    "path",
    "workers",
    "sessions",
    "reconnect-within",
    "api-key",
    "cors-origin",
    "namespace",
    "door",
    "max-payload",
    "ping-interval",
    "ping-timeout",
    "log",
];

/// The options that are on or off.
const SWITCHES: [&str; 5] =
    ["compression", "recovery", "cors-credentials", "no-playground", "bench-handlers"];

/// Reads what this process was told.
pub(crate) fn from_process() -> Result<Command, ConfigError> {
    read(std::env::args_os().skip(1), |name| std::env::var_os(name))
}

/// Reads flags and an environment.
fn read(
    args: impl IntoIterator<Item = OsString>,
    environment: impl Fn(&str) -> Option<OsString>,
) -> Result<Command, ConfigError> {
    let mut args = args.into_iter().peekable();
    if args.next_if(|arg| arg == "bench").is_some() {
        return bench::read(args).map(Command::Bench);
    }
    let mut config = Config::default();
    let environment = read_environment(&mut config, environment);
    // First the flags: `--help` helps also where the environment is wrong.
    if let Some(other) = read_flags(&mut config, args)? {
        return Ok(other);
    }
    environment?;
    check(&config)?;
    Ok(Command::Serve(Box::new(config)))
}

fn read_environment(
    config: &mut Config,
    environment: impl Fn(&str) -> Option<OsString>,
) -> Result<(), ConfigError> {
    for option in VALUES.iter().chain(&SWITCHES) {
        let variable = format!("ROOMFUL_{}", option.replace('-', "_").to_uppercase());
        // An empty variable is how many tools leave one out.
        let Some(text) = environment(&variable).filter(|text| !text.is_empty()) else { continue };
        let wrong = |remedy: &str| ConfigError::new(format!("{variable} cannot be used: {remedy}"));
        let text = text.to_str().ok_or_else(|| wrong("it is not UTF-8"))?;
        match *option {
            "compression" => config.compression = value::switch(text).map_err(|e| wrong(&e))?,
            "recovery" => config.recovery = value::switch(text).map_err(|e| wrong(&e))?,
            "cors-credentials" => config.cors.credentials = value::switch(text).map_err(|e| wrong(&e))?,
            "no-playground" => config.playground = !value::switch(text).map_err(|e| wrong(&e))?,
            "bench-handlers" => config.bench_handlers = value::switch(text).map_err(|e| wrong(&e))?,
            "cors-origin" | "namespace" | "door" => {
                for item in text.split(',') {
                    set(config, option, item.trim()).map_err(|e| wrong(&e))?;
                }
            }
            _ => set(config, option, text).map_err(|e| wrong(&e))?,
        }
    }
    Ok(())
}

/// Reads the flags; a command if it is another one than to serve.
fn read_flags(
    config: &mut Config,
    args: impl IntoIterator<Item = OsString>,
) -> Result<Option<Command>, ConfigError> {
    let mut parser = lexopt::Parser::from_args(args);
    // A list of flags replaces the environment's.
    let mut lists_seen = Vec::new();
    let mut served = false;
    while let Some(arg) = parser.next().map_err(|error| usage(&error.to_string()))? {
        let name = match arg {
            Arg::Short('h') | Arg::Long("help") => return Ok(Some(Command::Help)),
            Arg::Short('V') | Arg::Long("version") => return Ok(Some(Command::Version)),
            Arg::Value(word) if word == "serve" && !served => {
                served = true;
                continue;
            }
            Arg::Value(word) => {
                return Err(usage(&format!(
                    "{word:?} is no command; there are `serve` and, as the first word, `bench`"
                )));
            }
            Arg::Short(letter) => {
                return Err(usage(&format!("there is no option {:?}", format!("-{letter}"))));
            }
            Arg::Long(name) => name.to_owned(),
        };
        match name.as_str() {
            "compression" => config.compression = true,
            "recovery" => config.recovery = true,
            "cors-credentials" => config.cors.credentials = true,
            "no-playground" => config.playground = false,
            "bench-handlers" => config.bench_handlers = true,
            known if VALUES.contains(&known) => {
                if !lists_seen.contains(&name) {
                    forget_list(config, known);
                    lists_seen.push(name.clone());
                }
                let text =
                    parser.value().map_err(|_| usage(&format!("--{known} needs a value behind it")))?;
                let wrong =
                    |remedy: &str| ConfigError::new(format!("--{known} {text:?} cannot be used: {remedy}"));
                let text = text.to_str().ok_or_else(|| wrong("it is not UTF-8"))?;
                set(config, known, text).map_err(|remedy| match known {
                    // Secrets stay out of logs, wrong ones too.
                    "api-key" => ConfigError::new(format!("--api-key cannot be used: {remedy}")),
                    _ => wrong(&remedy),
                })?;
            }
            unknown => return Err(usage(&unknown_option(unknown))),
        }
    }
    Ok(None)
}

fn set(config: &mut Config, option: &str, text: &str) -> Result<(), String> {
    match option {
        "bind" => (config.host, config.port) = value::bind(text)?,
        "host" => config.host = value::host(text)?,
        "port" => config.port = value::port(text)?,
        "path" => config.path = value::path(text)?,
        "sessions" => config.sessions = Some(value::file(text)?),
        "reconnect-within" => config.reconnect_within = Some(value::duration(text)?),
        "workers" => config.workers = Some(value::workers(text)?),
        "api-key" => config.api_key = Some(value::api_key(text)?),
        "cors-origin" => match value::origin(text)? {
            any if any == "*" => config.cors.any = true,
            origin => config.cors.origins.push(origin),
        },
        "namespace" => {
            let name = value::namespace(text)?;
            if !config.namespaces.contains(&name) {
                config.namespaces.push(name);
            }
        }
        "door" => config.doors.push(door::door(text)?),
        "max-payload" => config.max_payload = value::size(text)?,
        "ping-interval" => config.ping_interval = value::duration(text)?,
        "ping-timeout" => config.ping_timeout = value::duration(text)?,
        "log" => config.log = value::level(text)?,
        other => return Err(format!("there is no option --{other}")),
    }
    Ok(())
}

fn forget_list(config: &mut Config, option: &str) {
    match option {
        "namespace" => config.namespaces.clear(),
        "door" => config.doors.clear(),
        "cors-origin" => {
            config.cors.origins.clear();
            config.cors.any = false;
        }
        _ => {}
    }
}

/// What only all options together can get wrong.
fn check(config: &Config) -> Result<(), ConfigError> {
    let example = "as in --cors-origin https://example.com";
    if config.cors.credentials && config.cors.any {
        return Err(ConfigError::new(format!(
            "--cors-credentials with --cors-origin '*' would let every page on the web act as its visitor: name \
             the origins instead, {example}"
        )));
    }
    if config.cors.credentials && config.cors.origins.is_empty() {
        return Err(ConfigError::new(format!(
            "--cors-credentials says nothing without --cors-origin: add one, {example}"
        )));
    }
    if config.playground && config.namespaces.iter().any(|name| name == chat::NAMESPACE) {
        let name = chat::NAMESPACE;
        return Err(ConfigError::new(format!(
            "the namespace {name} belongs to the playground: choose another name, or add --no-playground"
        )));
    }
    if config.bench_handlers && config.namespaces.iter().any(|name| name == bench::handlers::NAMESPACE) {
        let name = bench::handlers::NAMESPACE;
        return Err(ConfigError::new(format!(
            "the namespace {name} belongs to --bench-handlers: choose another name, or leave that out"
        )));
    }
    check_doors(config)
}

fn check_doors(config: &Config) -> Result<(), ConfigError> {
    let mut paths = vec![config.path.as_str()];
    for door in &config.doors {
        let path = door.path.as_str();
        if let Some(taken) = paths.iter().find(|taken| is_within(path, taken) || is_within(taken, path)) {
            return Err(ConfigError::new(format!(
                "the paths {path} and {taken} lie in each other: give each door one of its own"
            )));
        }
        paths.push(path);
        let exists = |name: &&str| *name == "/" || config.namespaces.iter().any(|known| known == name);
        if let Some(missing) = door.namespaces().find(|name| !exists(name)) {
            return Err(ConfigError::new(format!(
                "the door {path} opens to {missing}, which does not exist: add --namespace {missing}"
            )));
        }
    }
    Ok(())
}

/// Whether a path is another one, or below it.
fn is_within(path: &str, other: &str) -> bool {
    path.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn usage(problem: &str) -> ConfigError {
    ConfigError::new(format!("{problem}; `roomful --help` lists what there is"))
}

fn unknown_option(name: &str) -> String {
    let known = VALUES.iter().chain(&SWITCHES).chain(&["help", "version"]);
    let similar = known.min_by_key(|known| distance(known, name)).filter(|known| distance(known, name) < 4);
    let suggestion = similar.map(|known| format!(": did you mean --{known}?")).unwrap_or_default();
    format!("there is no option {:?}{suggestion}", format!("--{name}"))
}

/// How many letters have to be changed, added or taken away to make the one word of the other.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (to, above) in b.chars().zip(row.iter().skip(1)) {
            left = (diagonal + usize::from(from != to)).min(left + 1).min(above + 1);
            diagonal = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests;
