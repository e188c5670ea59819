//! Text to packets. Attachments are announced here and collected in [`super::messages`].

use std::fmt;

use bytestring::ByteString;
use serde::de::{Deserializer as _, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::kind;
use crate::args::Args;
use crate::limits::Limits;
use crate::packet::{Body, MAIN, Packet, is_reserved};

/// What a text says.
#[derive(Debug, PartialEq, Eq)]
pub enum Decoded {
    /// A whole packet.
    Packet(Packet),
    /// A packet without its attachments: that many (at least one) follow.
    Announced(Packet, usize),
    /// Well-formed, but without a meaning: an acknowledgement without an id, an event without a payload.
    Nothing,
}

/// Why a text is no packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DecodeError(pub &'static str);

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for DecodeError {}

/// Decodes the text of a message (without the transport's type in front).
///
/// # Errors
/// For everything a client must not send: unknown types, bad JSON, reserved event names, payloads of the
/// wrong shape, attachment counts of zero or above the limit, acknowledgement ids beyond 64 bits.
pub fn decode(text: &ByteString, limits: &Limits) -> Result<Decoded, DecodeError> {
    decode_part(text, text, limits)
}

/// Decodes a text that is a part of `whole`, of which the packet then shares the memory.
pub(super) fn decode_part(text: &str, whole: &ByteString, limits: &Limits) -> Result<Decoded, DecodeError> {
    let (kind, head) = Head::parse(text, whole, limits)?;
    let Head { attachments, namespace, id, payload } = head;
    let packet = |body| Packet::new(namespace, body);
    match kind {
        kind::CONNECT => announce(packet(Body::Connect { auth: object(payload, whole)? }), 0),
        kind::DISCONNECT if payload.is_empty() => announce(packet(Body::Disconnect), 0),
        kind::DISCONNECT => Err(DecodeError("a disconnect packet has no payload")),
        kind::EVENT | kind::BINARY_EVENT => {
            if payload.is_empty() && attachments == 0 {
                return Ok(Decoded::Nothing);
            }
            let (name, args) = event(payload, whole)?;
            announce(packet(Body::Event { name, args, ack: id }), attachments)
        }
        kind::ACK | kind::BINARY_ACK => {
            let args = array(payload, whole)?;
            match id {
                Some(id) => announce(packet(Body::Ack { id, args }), attachments),
                None if attachments > 0 => Err(DecodeError("a binary acknowledgement has no id")),
                None => Ok(Decoded::Nothing),
            }
        }
        _ => Err(DecodeError("unknown packet type")),
    }
}

fn announce(packet: Packet, attachments: usize) -> Result<Decoded, DecodeError> {
    Ok(match attachments {
        0 => Decoded::Packet(packet),
        n => Decoded::Announced(packet, n),
    })
}

/// All that stands before the payload, and the payload.
struct Head<'a> {
    attachments: usize,
    namespace: ByteString,
    id: Option<u64>,
    payload: &'a str,
}

impl<'a> Head<'a> {
    fn parse(text: &'a str, whole: &ByteString, limits: &Limits) -> Result<(u8, Self), DecodeError> {
        let kind = *text.as_bytes().first().ok_or(DecodeError("an empty packet"))?;
        // The type is ASCII, or the text is refused below: cutting after it may fail only then.
        let mut rest = text.get(1..).ok_or(DecodeError("unknown packet type"))?;
        let mut attachments = 0;
        if matches!(kind, kind::BINARY_EVENT | kind::BINARY_ACK) {
            let (count, after) =
                rest.split_once('-').ok_or(DecodeError("a binary packet without attachment count"))?;
            attachments = attachment_count(count, limits)?;
            rest = after;
        }
        let mut namespace = MAIN;
        if rest.starts_with('/') {
            let (name, after) = rest.split_once(',').unwrap_or((rest, ""));
            namespace = whole.slice_ref(name);
            rest = after;
        }
        let (id, payload) = leading_number(rest)?;
        Ok((kind, Self { attachments, namespace, id, payload }))
    }
}

/// The acknowledgement id in front of a payload, if there is one.
fn leading_number(text: &str) -> Result<(Option<u64>, &str), DecodeError> {
    let mut number = None::<u64>;
    let mut len = 0;
    for digit in text.bytes().take_while(u8::is_ascii_digit) {
        let shifted = number.unwrap_or(0).checked_mul(10);
        let next = shifted.and_then(|shifted| shifted.checked_add(u64::from(digit - b'0')));
        number = Some(next.ok_or(DecodeError("an acknowledgement id beyond 64 bits"))?);
        len += 1;
    }
    Ok((number, text.get(len..).unwrap_or_default()))
}

fn attachment_count(digits: &str, limits: &Limits) -> Result<usize, DecodeError> {
    let only_digits = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let count: usize =
        digits.parse().ok().filter(|_| only_digits).ok_or(DecodeError("a bad attachment count"))?;
    match count {
        0 => Err(DecodeError("a binary packet with no attachments")),
        n if n > limits.max_attachments => Err(DecodeError("too many attachments")),
        n => Ok(n),
    }
}

/// The payload of a CONNECT: nothing, or an object.
fn object(payload: &str, whole: &ByteString) -> Result<Option<ByteString>, DecodeError> {
    if payload.is_empty() {
        return Ok(None);
    }
    let raw: &RawValue =
        serde_json::from_str(payload).map_err(|_| DecodeError("the auth payload is no JSON"))?;
    if !raw.get().starts_with('{') {
        return Err(DecodeError("the auth payload is no object"));
    }
    Ok(Some(whole.slice_ref(raw.get())))
}

/// Checks that the payload is a JSON array and takes the brackets off.
/// Nothing at all is an array without elements, as in the reference.
fn array(payload: &str, whole: &ByteString) -> Result<Args, DecodeError> {
    if payload.is_empty() {
        return Ok(Args::default());
    }
    let mut json = serde_json::Deserializer::from_str(payload);
    json.deserialize_seq(Elements)
        .and_then(|()| json.end())
        .map_err(|_| DecodeError("the payload is no JSON array"))?;
    let inside = payload.trim_ascii().strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    Ok(Args::from_raw(whole.slice_ref(inside.unwrap_or_default()), Vec::new()))
}

/// Checks every element of an array without keeping any.
struct Elements;

impl<'de> Visitor<'de> for Elements {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(())
    }
}

/// An event's name and arguments, from the JSON array in which they travel.
pub(crate) fn event(payload: &str, whole: &ByteString) -> Result<(ByteString, Args), DecodeError> {
    let mut json = serde_json::Deserializer::from_str(payload);
    let first = json
        .deserialize_seq(FirstElement)
        .and_then(|first| json.end().map(|()| first))
        .map_err(|_| DecodeError("the payload of an event is no JSON array with a name"))?
        .get();
    let name = event_name(first, whole)?;
    if is_reserved(&name) {
        return Err(DecodeError("an event with a reserved name"));
    }
    let inside = payload.trim_ascii_end().strip_suffix(']').unwrap_or_default();
    // The first element was found inside the payload: what follows it, behind the comma, are the arguments.
    let after = (first.as_ptr() as usize).saturating_sub(inside.as_ptr() as usize) + first.len();
    let rest = inside.get(after..).unwrap_or_default().trim_ascii_start();
    let elements = whole.slice_ref(rest.strip_prefix(',').unwrap_or_default());
    Ok((name, Args::from_raw(elements, Vec::new())))
}

/// The text of an array's first element; the others are checked.
struct FirstElement;

impl<'de> Visitor<'de> for FirstElement {
    type Value = &'de RawValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array that begins with an event's name")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let first = seq.next_element()?.ok_or_else(|| serde::de::Error::invalid_length(0, &self))?;
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(first)
    }
}

/// A name is a string or, as JavaScript allows, a number.
fn event_name(first: &str, whole: &ByteString) -> Result<ByteString, DecodeError> {
    let quoted = first.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match (quoted, first.as_bytes().first()) {
        (Some(plain), _) if !plain.contains('\\') => Ok(whole.slice_ref(plain)),
        (Some(_), _) => Args::from_raw(whole.slice_ref(first), Vec::new())
            .parse_first::<String>()
            .map(ByteString::from)
            .map_err(|_| DecodeError("a bad event name")),
        (None, Some(b'-' | b'0'..=b'9')) => Ok(whole.slice_ref(first)),
        _ => Err(DecodeError("an event's name is a string or a number")),
    }
}

#[cfg(test)]
mod tests;
