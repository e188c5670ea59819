//! The entrances beside Socket.IO's, as the program was told to open them.

use std::path::Path;
use std::time::Duration;

use axum::Router;
use roomful::{
    MountAt as _, Multiplex, PerMessageDeflate, PlainWebSocket, PrimusProtocol, Server, ServerSentEvents,
    SockJs,
};

use crate::config::door::{Channels, Door, Primus, Protocol};
use crate::origin::Allowed;

/// What holds for all doors.
pub(crate) struct Doors<'a> {
    pub(crate) server: &'a Server,
    pub(crate) allowed: &'a Allowed,
    pub(crate) compression: Option<PerMessageDeflate>,
}

impl Doors<'_> {
    /// One door at its path.
    ///
    /// # Errors
    /// When a file that it needs cannot be read.
    pub(crate) fn open(&self, door: &Door) -> Result<Router, String> {
        let (path, namespace) = (door.path.as_str(), door.namespace.as_str());
        Ok(match &door.protocol {
            Protocol::WebSocket { events } => {
                let door = PlainWebSocket::new(self.server.clone()).namespace(namespace);
                let door = if *events { door.events() } else { door };
                let door = match self.compression {
                    Some(deflate) => door.per_message_deflate(deflate),
                    None => door,
                };
                door.only_origins(self.allowed.origins()).mount(path)
            }
            Protocol::ServerSentEvents { retry } => {
                let door = ServerSentEvents::new(self.server.clone()).namespace(namespace);
                let door = retry.map_or(door.clone(), |delay| door.retry(delay));
                let door = match self.allowed.cors() {
                    Some(cors) => door.cors(cors),
                    None => door,
                };
                door.only_origins(self.allowed.origins()).mount(path)
            }
            Protocol::SockJs { events, heartbeat, cookie, client } => {
                let door = self.sockjs(*heartbeat, client.as_deref()).cookie(*cookie).namespace(namespace);
                if *events { door.events() } else { door }.mount(path)
            }
            Protocol::Multiplex { channels, heartbeat, client } => {
                let channels =
                    named(channels).fold(Multiplex::new(), |all, (name, it)| all.channel(name, it));
                self.sockjs(*heartbeat, client.as_deref()).multiplex(channels).mount(path)
            }
            Protocol::Primus(primus) => self.primus(primus, namespace)?.mount(path),
        })
    }

    fn sockjs(&self, heartbeat: Option<Duration>, client: Option<&str>) -> SockJs {
        let door = SockJs::new(self.server.clone()).only_origins(self.allowed.origins());
        let door = heartbeat.map_or(door.clone(), |every| door.heartbeat(every));
        let door = client.map_or(door.clone(), |url| door.client_url(url));
        match self.compression {
            Some(deflate) => door.per_message_deflate(deflate),
            None => door,
        }
    }

    fn primus(&self, primus: &Primus, namespace: &str) -> Result<roomful::Primus, String> {
        let protocol = PrimusProtocol::new().namespace(namespace);
        let protocol = if primus.emitter { protocol.emitter() } else { protocol };
        let protocol = named(&primus.channels).fold(protocol, |all, (name, it)| all.channel(name, it));
        let protocol = match primus.ping_interval {
            Some(interval) => protocol.ping_interval(interval),
            None => protocol,
        };
        let door = roomful::Primus::new(self.server.clone(), primus.transformer, protocol);
        let door = match &primus.library {
            Some(file) => door.library(read(file)?),
            None => door,
        };
        let door = match &primus.client {
            Some(url) => door.sockjs_client_url(url),
            None => door,
        };
        let door = match self.allowed.cors() {
            Some(cors) => door.cors(cors),
            None => door,
        };
        Ok(door.only_origins(self.allowed.origins()))
    }
}

fn named(channels: &Channels) -> impl Iterator<Item = (&str, &str)> {
    channels.iter().map(|(name, namespace)| (&**name, &**namespace))
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(file).map_err(|error| format!("the library {} cannot be read: {error}", file.display()))
}
