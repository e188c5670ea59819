//! What was different in Socket.IO 1 and 2, over Engine.IO 3: clients are in the main namespace from the start, a
//! CONNECT carries its payload as a query behind the name, and its answer carries none.

use std::time::{Duration, Instant};

use bytes::Bytes;
use bytestring::ByteString;
use serde::ser::{SerializeMap, Serializer as _};

use super::encode::control;
use super::kind;
use crate::limits::Limits;
use crate::link::{Joining, Violation};
use crate::messages::{Due, Messages, Read};
use crate::packet::{Body, MAIN, Outbound, Packet};
use crate::wire::{Unit, Wire};

/// The refusal that the reference gives as an object also to these clients.
const NO_SUCH_NAMESPACE: &str = "Invalid namespace";

/// Encodes a packet as a message of Engine.IO (type `4` in front).
pub fn encode(namespace: &str, packet: &Outbound<'_>) -> Unit {
    match *packet {
        Outbound::Connected { .. } => control(kind::CONNECT, namespace, None::<&()>),
        Outbound::Refused { message: NO_SUCH_NAMESPACE, .. } => super::encode(namespace, packet),
        Outbound::Refused { message, data } => {
            let data = data.and_then(|text| serde_json::from_str::<&serde_json::value::RawValue>(text).ok());
            match data.filter(|data| is_truthy(data.get())) {
                Some(data) => control(kind::CONNECT_ERROR, namespace, Some(data)),
                None => control(kind::CONNECT_ERROR, namespace, Some(message)),
            }
        }
        _ => super::encode(namespace, packet),
    }
}

/// The reference takes the message where the data is nothing to JavaScript's `||`.
fn is_truthy(json: &str) -> bool {
    match json {
        "null" | "false" | "\"\"" => false,
        number => number.parse::<f64>() != Ok(0.0),
    }
}

/// Reads packets as these clients send them, one at a time.
#[derive(Debug)]
pub struct SocketIo2Messages<M> {
    packets: M,
    id: Box<str>,
}

impl<M: Messages> SocketIo2Messages<M> {
    /// Reads the packets of a connection with this id, whose messages `packets` reads. The ids of its sockets are made
    /// of that, as clients of this version take it for their own.
    pub fn new(packets: M, id: &str) -> Self {
        Self { packets, id: id.into() }
    }
}

impl<M: Messages> Messages for SocketIo2Messages<M> {
    fn text(
        &mut self,
        now: Instant,
        text: &str,
        whole: &ByteString,
        limits: &Limits,
    ) -> Result<Read, Violation> {
        self.packets.text(now, text, whole, limits).map(translated)
    }

    fn binary(&mut self, now: Instant, data: Bytes, limits: &Limits) -> Result<Read, Violation> {
        self.packets.binary(now, data, limits).map(translated)
    }

    fn deadline(&self) -> Option<Instant> {
        self.packets.deadline()
    }

    fn handle_timeout(&mut self, now: Instant) -> Due {
        self.packets.handle_timeout(now)
    }

    fn extend(&mut self, by: Duration) {
        self.packets.extend(by);
    }

    fn wire(&self) -> Wire {
        match self.packets.wire() {
            Wire::SocketIo => Wire::SocketIo2,
            // As MessagePack an answer is an object, of which these clients read what they know.
            other => other,
        }
    }

    fn joining(&self) -> Joining {
        Joining::ByPacket
    }

    fn home(&self) -> Option<ByteString> {
        Some(MAIN)
    }

    fn public_id(&self) -> Option<&str> {
        Some(&self.id)
    }
}

/// Takes the query off the name of the namespace; that of a CONNECT is its payload.
fn translated(read: Read) -> Read {
    let Read::Packet(Packet { namespace, body, .. }) = read else { return read };
    let (url, _fragment) = namespace.split_once('#').unwrap_or((&*namespace, ""));
    let (name, query) = url.split_once('?').unwrap_or((url, ""));
    let body = match body {
        Body::Connect { .. } => Body::Connect { auth: Some(auth(query)) },
        other => other,
    };
    Read::Packet(Packet::new(namespace.slice_ref(name), body))
}

/// The parameters of a query as a JSON object. Of several with one name the last counts.
fn auth(query: &str) -> ByteString {
    let mut parameters: Vec<(_, _)> = Vec::new();
    for (key, value) in form_urlencoded::parse(query.as_bytes()).take(MAX_PARAMETERS) {
        match parameters.iter_mut().find(|(known, _)| *known == key) {
            Some((_, known)) => *known = value,
            None => parameters.push((key, value)),
        }
    }
    let mut json = Vec::new();
    let written = (|| {
        let mut serializer = serde_json::Serializer::new(&mut json);
        let mut object = serializer.serialize_map(None)?;
        parameters.iter().try_for_each(|(key, value)| object.serialize_entry(key, value))?;
        object.end()
    })();
    // Strings always serialise.
    let json = written.ok().and_then(|()| String::from_utf8(json).ok());
    json.map_or(ByteString::from_static("{}"), ByteString::from)
}

/// The most parameters that are read. As each is looked for among those before it, more would cost too much.
const MAX_PARAMETERS: usize = 100;

#[cfg(test)]
mod tests;
