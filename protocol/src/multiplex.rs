//! websocket-multiplex 0.1: channels over one connection of text messages.
//!
//! `type,topic[,payload]`: a client enters a channel by `sub`, speaks by `msg`, leaves by `uns`; the server speaks by
//! `msg` and ends a channel by `uns`. Each channel is a namespace. What makes no sense means nothing.

mod topic;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use bytestring::ByteString;

use crate::args::Args;
use crate::limits::Limits;
use crate::link::{Joining, Violation};
use crate::messages::{Messages, Read};
use crate::packet::{Body, Lane, MESSAGE, Outbound, Packet};
use crate::raw;
use crate::wire::{TextFrame, Unit, Wire, WireFrame};

/// The channels that a mount has, each with the namespace that it is.
#[derive(Clone, Debug, Default)]
pub struct Channels {
    by_name: BTreeMap<Box<str>, Channel>,
}

#[derive(Clone, Debug)]
struct Channel {
    namespace: ByteString,
    /// The channel's name as it stands in messages.
    topic: Lane,
}

impl Channels {
    /// Adds a channel; one of that name before it is replaced.
    pub fn insert(&mut self, name: &str, namespace: ByteString) {
        let topic = topic::escape(name).into();
        self.by_name.insert(name.into(), Channel { namespace, topic });
    }
}

/// Reads the messages of one connection.
#[derive(Debug)]
pub struct MultiplexMessages {
    channels: Arc<Channels>,
}

impl MultiplexMessages {
    /// Reads messages for these channels.
    pub fn new(channels: Arc<Channels>) -> Self {
        Self { channels }
    }

    fn packet(&self, text: &str) -> Option<Packet> {
        let (kind, rest) = text.split_once(',')?;
        // Commas of a payload stay, those of a topic are escaped.
        let (topic, payload) = rest.split_once(',').unwrap_or((rest, ""));
        let Channel { namespace, topic } = self.channels.by_name.get(&*topic::unescape(topic))?.clone();
        let body = match kind {
            "sub" => Body::Connect { auth: None },
            "uns" => Body::Disconnect,
            "msg" => Body::Event { name: MESSAGE, args: Args::single(payload).ok()?, ack: None },
            _ => return None,
        };
        Some(Packet { namespace, lane: Some(topic), body })
    }
}

impl Messages for MultiplexMessages {
    fn text(&mut self, _: Instant, text: &str, _: &ByteString, _: &Limits) -> Result<Read, Violation> {
        Ok(self.packet(text).map_or(Read::Nothing, Read::Packet))
    }

    fn binary(&mut self, _: Instant, _: Bytes, _: &Limits) -> Result<Read, Violation> {
        Ok(Read::Unreadable(Violation("binary data for channels of text")))
    }

    fn wire(&self) -> Wire {
        Wire::Multiplex
    }

    fn joining(&self) -> Joining {
        Joining::AtWill
    }
}

/// The payload of an event: the text of a `message` event with one string. Nothing else can be said in a channel.
pub fn encode(packet: &Outbound<'_>) -> Option<Unit> {
    let Outbound::Event { args, .. } = packet else { return None };
    if !args.attachments().is_empty() {
        return None;
    }
    raw::encode(raw::Form::Messages, packet)
}

/// A payload in a channel.
pub fn in_lane(topic: &Lane, payload: &WireFrame) -> Unit {
    let payload = payload.payload();
    let text = std::str::from_utf8(&payload).unwrap_or_default();
    let mut frame = TextFrame::with_capacity(topic.len() + text.len() + 5);
    frame.push_str("msg,");
    frame.push_str(topic);
    frame.push(b',');
    frame.push_str(text);
    Unit::One(frame.finish())
}

/// The end of a channel.
pub fn left(topic: &Lane) -> Unit {
    Unit::text(&format!("uns,{topic}"))
}

#[cfg(test)]
mod tests;
