//! Packets to text frames and attachments.

use serde::Serialize;

use super::kind;
use crate::args::Args;
use crate::packet::Outbound;
use crate::wire::{TextFrame, Unit};

/// Encodes a packet as a message of Engine.IO (type `4` in front).
pub fn encode(namespace: &str, packet: &Outbound<'_>) -> Unit {
    match *packet {
        Outbound::Connected { sid } => {
            #[derive(Serialize)]
            struct Connected<'a> {
                sid: &'a str,
            }
            control(kind::CONNECT, namespace, Some(&Connected { sid }))
        }
        Outbound::Refused { message, data } => {
            #[derive(Serialize)]
            struct Refused<'a> {
                message: &'a str,
                #[serde(skip_serializing_if = "Option::is_none")]
                data: Option<&'a serde_json::value::RawValue>,
            }
            let data = data.and_then(|text| serde_json::from_str(text).ok());
            control(kind::CONNECT_ERROR, namespace, Some(&Refused { message, data }))
        }
        Outbound::Disconnect => control(kind::DISCONNECT, namespace, None::<&()>),
        Outbound::Event { name, args, ack } => {
            let kinds = (kind::EVENT, kind::BINARY_EVENT);
            with_args(kinds, namespace, ack, Some(name), args)
        }
        Outbound::Ack { id, args } => {
            let kinds = (kind::ACK, kind::BINARY_ACK);
            with_args(kinds, namespace, Some(id), None, args)
        }
    }
}

fn control<T: Serialize>(kind: u8, namespace: &str, payload: Option<&T>) -> Unit {
    let mut frame = TextFrame::with_capacity(64 + namespace.len());
    frame.push(b'4');
    frame.push(kind);
    push_namespace(&mut frame, namespace);
    if let Some(payload) = payload {
        // Strings and raw JSON text always serialise.
        let _ = frame.push_json(payload);
    }
    Unit::One(frame.finish())
}

fn with_args(
    (plain, binary): (u8, u8),
    namespace: &str,
    id: Option<u64>,
    name: Option<&str>,
    args: &Args,
) -> Unit {
    let elements = args.elements();
    let attachments = args.attachments();
    // Exact but for a name that needs escapes: a frame that fits its allocation needs no second one to be shared.
    let mut capacity = 4 + elements.len() + id.map_or(0, digits);
    if !attachments.is_empty() {
        capacity += digits(attachments.len() as u64) + 1;
    }
    if namespace != "/" {
        capacity += namespace.len() + 1;
    }
    if let Some(name) = name {
        capacity += name.len() + 2 + usize::from(!args.is_empty());
    }
    let mut frame = TextFrame::with_capacity(capacity);
    frame.push(b'4');
    if attachments.is_empty() {
        frame.push(plain);
    } else {
        frame.push(binary);
        frame.push_number(attachments.len() as u64);
        frame.push(b'-');
    }
    push_namespace(&mut frame, namespace);
    if let Some(id) = id {
        frame.push_number(id);
    }
    frame.push(b'[');
    if let Some(name) = name {
        // A string always serialises.
        let _ = frame.push_json(name);
        if !args.is_empty() {
            frame.push(b',');
        }
    }
    frame.push_str(elements);
    frame.push(b']');
    Unit::with_attachments(frame.finish(), attachments)
}

/// The number of decimal digits.
fn digits(number: u64) -> usize {
    number.checked_ilog10().map_or(1, |log| log as usize + 1)
}

fn push_namespace(frame: &mut TextFrame, namespace: &str) {
    if namespace != "/" {
        frame.push_str(namespace);
        frame.push(b',');
    }
}

#[cfg(test)]
mod tests;
