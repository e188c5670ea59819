//! The messages of one client, and the heartbeat between them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use bytestring::ByteString;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::Events;
use super::decode::{ChannelKind, ChannelPacket, channel, event, message};
use crate::args::lenient::repair;
use crate::close::CloseReason;
use crate::limits::Limits;
use crate::link::{Joining, Violation};
use crate::messages::{Due, Messages, Read};
use crate::packet::{Body, Lane, MAIN, Packet};
use crate::wire::{Unit, Wire};

/// What the clients of a mount and the server have agreed on.
#[derive(Clone, Debug)]
pub struct Options {
    /// The namespace that clients are in from the start.
    pub namespace: ByteString,
    /// Whether they use the plugin for events.
    pub events: Events,
    /// The channels of the plugin for those, each with the namespace that it is. Empty: clients do not use it.
    pub channels: BTreeMap<Box<str>, ByteString>,
    /// How often the server pings. A client that has said nothing by the next ping is gone.
    pub ping_interval: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            namespace: MAIN,
            events: Events::default(),
            channels: BTreeMap::new(),
            ping_interval: Duration::from_secs(30),
        }
    }
}

/// The id that a client is told when it asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientId {
    /// One that others may know. Those of the client's sockets are made of it.
    Public(Box<str>),
    /// The secret one of its connection, which it knows from there.
    Secret(Box<str>),
}

/// Reads the messages of one client.
pub struct PrimusMessages {
    options: Arc<Options>,
    id: ClientId,
    /// When it came, and the time since 1970 at that moment, which pings tell.
    begun: (Instant, Duration),
    next_ping: Instant,
    heard: bool,
}

/// What a client's own messages begin with, the quote included.
const OWN: &str = "\"primus::";

/// A ping of a client, as those before version 7 send it, is answered with what it holds up to this length.
const MAX_PING: usize = 64;

impl PrimusMessages {
    /// Reads the messages of a client that has come now, which is so long after the beginning of 1970.
    pub fn new(now: Instant, since_1970: Duration, options: Arc<Options>, id: ClientId) -> Self {
        let next_ping = now + options.ping_interval;
        Self { options, id, begun: (now, since_1970), next_ping, heard: true }
    }

    /// A message of the protocol's own.
    fn own(&self, document: &str) -> Read {
        let Ok(text) = serde_json::from_str::<String>(document) else { return unreadable() };
        match text.strip_prefix("primus::").and_then(|own| own.split_once("::")) {
            Some(("id", _)) => {
                let (ClientId::Public(id) | ClientId::Secret(id)) = &self.id;
                reply(format!("primus::id::{id}"))
            }
            // Version 7 turned the direction round; those before it ping, and leave when nobody answers.
            Some(("ping", what)) if what.len() <= MAX_PING => reply(format!("primus::pong::{what}")),
            _ => Read::Nothing,
        }
    }

    fn in_channel(&self, packet: &ChannelPacket<'_>) -> Read {
        let Some(namespace) = self.options.channels.get(packet.channel.as_str()) else {
            return Read::Nothing;
        };
        let body = match (packet.kind, packet.data) {
            (ChannelKind::Subscribe, _) => Some(Body::Connect { auth: None }),
            (ChannelKind::Unsubscribe, _) => Some(Body::Disconnect),
            (ChannelKind::Message, Some(data)) => self.data(data),
            (ChannelKind::Message, None) => None,
        };
        let Some(body) = body else { return Read::Nothing };
        let lane: Lane = format!("{},{}", packet.id, Value::from(packet.channel.as_str())).into();
        Read::Packet(Packet { namespace: namespace.clone(), lane: Some(lane), body })
    }

    /// Data, which may be an event; `None` for an event that clients may not send.
    fn data(&self, document: &str) -> Option<Body> {
        let event = match self.options.events {
            Events::Emitter => event(document),
            Events::No => None,
        };
        event.unwrap_or_else(|| Some(message(document)))
    }
}

fn reply(text: String) -> Read {
    Read::Reply(Unit::text(&Value::from(text).to_string()))
}

/// Primus drops what it cannot read and goes on.
fn unreadable() -> Read {
    Read::Unreadable(Violation("a message that is no JSON"))
}

impl Messages for PrimusMessages {
    fn text(&mut self, now: Instant, text: &str, _: &ByteString, _: &Limits) -> Result<Read, Violation> {
        self.heard(now);
        let document: Cow<'_, str> = repair(text.trim());
        if document.starts_with(OWN) {
            return Ok(self.own(&document));
        }
        if serde_json::from_str::<IgnoredAny>(&document).is_err() {
            return Ok(unreadable());
        }
        if !self.options.channels.is_empty()
            && let Some(packet) = channel(&document)
        {
            return Ok(self.in_channel(&packet));
        }
        let packet = self.data(&document).map(|body| Packet::new(self.options.namespace.clone(), body));
        Ok(packet.map_or(Read::Unreadable(Violation("an event that is not for clients")), Read::Packet))
    }

    fn binary(&mut self, now: Instant, _: Bytes, _: &Limits) -> Result<Read, Violation> {
        self.heard(now);
        Ok(Read::Unreadable(Violation("binary data where messages are JSON")))
    }

    fn heard(&mut self, _: Instant) {
        self.heard = true;
    }

    fn deadline(&self) -> Option<Instant> {
        Some(self.next_ping)
    }

    fn handle_timeout(&mut self, now: Instant) -> Due {
        if now < self.next_ping {
            return Due::Nothing;
        }
        if !self.heard {
            return Due::Close(CloseReason::PingTimeout);
        }
        self.heard = false;
        self.next_ping = now + self.options.ping_interval;
        let (begun, since_1970) = self.begun;
        let time = (since_1970 + now.saturating_duration_since(begun)).as_millis();
        Due::Send(Unit::text(&format!("\"primus::ping::{time}\"")))
    }

    fn extend(&mut self, by: Duration) {
        if !self.heard {
            self.next_ping += by;
        }
    }

    fn wire(&self) -> Wire {
        match self.options.events {
            Events::No => Wire::Primus,
            Events::Emitter => Wire::PrimusEmitter,
        }
    }

    fn joining(&self) -> Joining {
        if self.options.channels.is_empty() { Joining::AtHome } else { Joining::AtWill }
    }

    fn home(&self) -> Option<ByteString> {
        Some(self.options.namespace.clone())
    }

    fn public_id(&self) -> Option<&str> {
        match &self.id {
            ClientId::Public(id) => Some(id),
            ClientId::Secret(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
