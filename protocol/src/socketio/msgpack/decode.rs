//! Messages to packets.

use bytes::Bytes;
use bytestring::ByteString;

use super::json::Json;
use super::kind;
use super::token::{Reader, Token};
use crate::args::{Args, check_placeholders};
use crate::limits::Limits;
use crate::packet::{Body, Packet, is_reserved};
use crate::socketio::DecodeError;

/// Decodes a message; `None` is an acknowledgement without an id, which means nothing.
///
/// # Errors
/// For everything a client must not send: what is no map with the packet's parts, unknown types, reserved event
/// names, payloads of the wrong shape or nested too deeply, more binary values than attachments are allowed, ids
/// that are no integers of 64 bits.
pub(super) fn decode(message: &Bytes, limits: &Limits) -> Result<Option<Packet>, DecodeError> {
    let parts = Parts::read(message)?;
    let namespace = parts.namespace()?;
    let id = parts.id()?;
    let mut payload = Payload { data: parts.data.filter(|data| !is_nothing(*data)), message, limits };
    let body = match parts.kind()? {
        kind::CONNECT => Body::Connect { auth: payload.object()? },
        kind::DISCONNECT if payload.data.is_none() => Body::Disconnect,
        kind::DISCONNECT => return Err(DecodeError("a disconnect packet has no payload")),
        kind::EVENT => {
            let (name, args) = payload.event()?;
            Body::Event { name, args, ack: id }
        }
        kind::ACK => {
            let args = payload.array()?;
            match id {
                Some(id) => Body::Ack { id, args },
                None => return Ok(None),
            }
        }
        _ => return Err(DecodeError("unknown packet type")),
    };
    Ok(Some(Packet::new(namespace, body)))
}

/// What a packet consists of; each reader stands before a value. Of several parts with the same name the last
/// counts, as in JavaScript.
#[derive(Default)]
struct Parts<'a> {
    kind: Option<Reader<'a>>,
    data: Option<Reader<'a>>,
    namespace: Option<Reader<'a>>,
    id: Option<Reader<'a>>,
}

impl<'a> Parts<'a> {
    fn read(message: &'a [u8]) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(message);
        let Token::Map(pairs) = reader.token()? else { return Err(DecodeError("a packet that is no map")) };
        let mut parts = Self::default();
        for _ in 0..pairs {
            let Token::Text(key) = reader.token()? else {
                return Err(DecodeError("a packet with a key that is no string"));
            };
            let value = Some(reader);
            match key {
                b"type" => parts.kind = value,
                b"data" => parts.data = value,
                b"nsp" => parts.namespace = value,
                b"id" => parts.id = value,
                // The official client adds `options`.
                _ => {}
            }
            reader.skip()?;
        }
        if reader.is_at_end() { Ok(parts) } else { Err(DecodeError("bytes behind the packet")) }
    }

    fn kind(&self) -> Result<u64, DecodeError> {
        match self.kind.map(first) {
            Some(Token::Unsigned(kind)) => Ok(kind),
            _ => Err(DecodeError("unknown packet type")),
        }
    }

    fn namespace(&self) -> Result<ByteString, DecodeError> {
        match self.namespace.map(first) {
            Some(Token::Text(name)) if name.starts_with(b"/") => {
                Ok(String::from_utf8_lossy(name).into_owned().into())
            }
            _ => Err(DecodeError("a namespace is a string that begins with a slash")),
        }
    }

    fn id(&self) -> Result<Option<u64>, DecodeError> {
        match self.id.map(first) {
            None | Some(Token::Nil | Token::Undefined) => Ok(None),
            Some(Token::Unsigned(id)) => Ok(Some(id)),
            Some(_) => Err(DecodeError("an acknowledgement id that is no integer of 64 bits")),
        }
    }
}

/// The token that a reader stands before. It has been passed over, so there is one.
fn first(mut reader: Reader<'_>) -> Token<'_> {
    reader.token().unwrap_or(Token::Nil)
}

/// Whether a value says that there is none. Clients in other languages write `nil` where JavaScript's leave the
/// part out or write `undefined`.
fn is_nothing(reader: Reader<'_>) -> bool {
    matches!(first(reader), Token::Nil | Token::Undefined)
}

struct Payload<'a> {
    data: Option<Reader<'a>>,
    message: &'a Bytes,
    limits: &'a Limits,
}

impl<'a> Payload<'a> {
    /// The payload of a CONNECT: nothing, or an object.
    fn object(&mut self) -> Result<Option<ByteString>, DecodeError> {
        let Some(mut data) = self.data else { return Ok(None) };
        if !matches!(first(data), Token::Map(_)) {
            return Err(DecodeError("the auth payload is no object"));
        }
        let mut json = Json::new(self.message, self.limits);
        json.value(&mut data)?;
        if !json.attachments.is_empty() {
            return Err(DecodeError("binary values in an auth payload"));
        }
        Ok(Some(json.text.into()))
    }

    fn array(&mut self) -> Result<Args, DecodeError> {
        let (mut data, len) = self.elements()?;
        self.args(&mut data, len)
    }

    /// An event's name and arguments.
    fn event(&mut self) -> Result<(ByteString, Args), DecodeError> {
        let (mut data, len) = self.elements()?;
        let rest = len.checked_sub(1).ok_or(DecodeError("an event without a name"))?;
        let name = self.name(&mut data)?;
        if is_reserved(&name) {
            return Err(DecodeError("an event with a reserved name"));
        }
        Ok((name, self.args(&mut data, rest)?))
    }

    /// A name is a string or, as JavaScript allows, a number.
    fn name(&self, data: &mut Reader<'a>) -> Result<ByteString, DecodeError> {
        match first(*data) {
            Token::Text(name) => {
                data.skip()?;
                Ok(String::from_utf8_lossy(name).into_owned().into())
            }
            Token::Unsigned(_) | Token::Negative(_) | Token::Float(_) => {
                let mut json = Json::new(self.message, self.limits);
                json.value(data)?;
                Ok(json.text.into())
            }
            _ => Err(DecodeError("an event's name is a string or a number")),
        }
    }

    fn elements(&self) -> Result<(Reader<'a>, usize), DecodeError> {
        let mut data = self.data.ok_or(DecodeError("the payload is no array"))?;
        match data.token()? {
            Token::Array(len) => Ok((data, len)),
            _ => Err(DecodeError("the payload is no array")),
        }
    }

    fn args(&self, data: &mut Reader<'a>, len: usize) -> Result<Args, DecodeError> {
        let mut json = Json::new(self.message, self.limits);
        for index in 0..len {
            if index > 0 {
                json.text.push(',');
            }
            json.value(data)?;
        }
        // Plain data may look like a placeholder. Beside real attachments it would be taken for one.
        if !json.attachments.is_empty() {
            check_placeholders(&json.text, json.attachments.len())
                .map_err(|_| DecodeError("a placeholder for an attachment that does not exist"))?;
        }
        Ok(Args::from_raw(json.text.into(), json.attachments))
    }
}
