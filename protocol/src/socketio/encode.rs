//! Packets to text frames and attachments.

use serde::Serialize;

use super::kind;
use crate::args::Args;
use crate::packet::Outbound;
use crate::wire::{TextFrame, Unit};

/// Encodes a packet as a message of Engine.IO (type `4` in front).
pub fn encode(namespace: &str, packet: &Outbound<'_>) -> Unit {
    match *packet {
        Outbound::Connected { sid, pid } => {
            #[derive(Serialize)]
            struct Connected<'a> {
                sid: &'a str,
                #[serde(skip_serializing_if = "Option::is_none")]
                pid: Option<&'a str>,
            }
            control(kind::CONNECT, namespace, Some(&Connected { sid, pid }))
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
        Outbound::Event { name, args, ack, offset } => {
            let kinds = (kind::EVENT, kind::BINARY_EVENT);
            with_args(kinds, namespace, ack, Array { name: Some(name), args, offset })
        }
        Outbound::Ack { id, args } => {
            let kinds = (kind::ACK, kind::BINARY_ACK);
            with_args(kinds, namespace, Some(id), Array { name: None, args, offset: None })
        }
    }
}

pub(super) fn control<T: Serialize + ?Sized>(kind: u8, namespace: &str, payload: Option<&T>) -> Unit {
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

/// The elements of a packet's array.
struct Array<'a> {
    name: Option<&'a str>,
    args: &'a Args,
    offset: Option<&'a str>,
}

impl Array<'_> {
    /// Its length with brackets and commas; more if the name needs escapes.
    fn capacity(&self) -> usize {
        let name = self.name.map_or(0, |name| name.len() + 2 + usize::from(!self.args.is_empty()));
        let offset = self.offset.map_or(0, |offset| offset.len() + 3);
        2 + name + self.args.elements().len() + offset
    }

    fn push_to(&self, frame: &mut TextFrame) {
        frame.push(b'[');
        if let Some(name) = self.name {
            // A string always serialises.
            let _ = frame.push_json(name);
            if !self.args.is_empty() {
                frame.push(b',');
            }
        }
        frame.push_str(self.args.elements());
        if let Some(offset) = self.offset {
            frame.push(b',');
            let _ = frame.push_json(offset);
        }
        frame.push(b']');
    }
}

fn with_args((plain, binary): (u8, u8), namespace: &str, id: Option<u64>, array: Array<'_>) -> Unit {
    let attachments = array.args.attachments();
    // Exact but for a name that needs escapes: a frame that fits its allocation needs no second one to be shared.
    let mut capacity = 2 + array.capacity() + id.map_or(0, digits);
    if !attachments.is_empty() {
        capacity += digits(attachments.len() as u64) + 1;
    }
    if namespace != "/" {
        capacity += namespace.len() + 1;
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
    array.push_to(&mut frame);
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
