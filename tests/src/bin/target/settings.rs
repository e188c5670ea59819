//! The environment that all targets share.

use std::str::FromStr;
use std::time::Duration;

use roomful::{EngineIo, Limits, Parser, PerMessageDeflate, Recovery, Server, ServerBuilder};

use super::Failure;

pub(crate) struct Settings {
    pub(crate) port: u16,
    pub(crate) workers: Option<usize>,
    pub(crate) multi_thread: bool,
    ping_interval: Option<u64>,
    ping_timeout: Option<u64>,
    max_payload: Option<usize>,
    deflate: Option<usize>,
    msgpack: bool,
    eio3: bool,
    recovery: bool,
}

impl Settings {
    pub(crate) fn from_environment() -> Result<Self, Failure> {
        Ok(Self {
            port: number("PORT")?.unwrap_or(3000),
            workers: number("WORKERS")?,
            multi_thread: std::env::var("RUNTIME").is_ok_and(|runtime| runtime == "mt"),
            ping_interval: number("PING_INTERVAL")?,
            ping_timeout: number("PING_TIMEOUT")?,
            max_payload: number("MAX_PAYLOAD")?,
            deflate: number("DEFLATE")?,
            msgpack: std::env::var("MSGPACK").is_ok_and(|msgpack| msgpack == "1"),
            eio3: std::env::var("EIO3").is_ok_and(|eio3| eio3 == "1"),
            recovery: std::env::var("RECOVERY").is_ok_and(|recovery| recovery == "1"),
        })
    }

    /// A door as the environment wants it: `DEFLATE=n` compresses WebSocket messages of n bytes and more,
    /// `MSGPACK=1` is for clients with the msgpack parser, `EIO3=1` lets in clients of Engine.IO 3.
    pub(crate) fn door(&self, door: EngineIo) -> EngineIo {
        let door = if self.msgpack { door.parser(Parser::Msgpack) } else { door }.allow_eio3(self.eio3);
        match self.deflate() {
            Some(deflate) => door.per_message_deflate(deflate),
            None => door,
        }
    }

    /// A server as the environment wants it: `RECOVERY=1` lets clients recover their sessions.
    pub(crate) fn server(&self) -> ServerBuilder {
        let builder = Server::builder();
        if self.recovery { builder.recovery(Recovery::default()) } else { builder }
    }

    /// How WebSocket messages are compressed, if at all.
    pub(crate) fn deflate(&self) -> Option<PerMessageDeflate> {
        self.deflate.map(|threshold| PerMessageDeflate::default().threshold(threshold))
    }

    /// A target's own limits, under what the environment says.
    pub(crate) fn limits(&self, own: Limits) -> Limits {
        let millis = |own, from: Option<u64>| from.map_or(own, Duration::from_millis);
        Limits {
            ping_interval: millis(own.ping_interval, self.ping_interval),
            ping_timeout: millis(own.ping_timeout, self.ping_timeout),
            max_payload: self.max_payload.unwrap_or(own.max_payload),
            ..own
        }
    }
}

/// A number from the environment, if it is there.
pub(crate) fn number<T: FromStr>(name: &str) -> Result<Option<T>, Failure> {
    match std::env::var(name) {
        Ok(text) if !text.is_empty() => {
            text.parse().map(Some).map_err(|_| format!("{name} must be a number, not `{text}`").into())
        }
        _ => Ok(None),
    }
}
