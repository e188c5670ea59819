//! Packets to messages, and JSON to MessagePack.

use std::borrow::Cow;

use bytes::Bytes;

use super::kind;
use super::layout::{Container, Layout};
use super::pack::Pack;
use crate::args::Args;
use crate::args::lenient::repair;
use crate::args::tokens::Tokens;
use crate::packet::Outbound;
use crate::websocket::Opcode;
use crate::wire::{Unit, WireFrame};

/// Encodes a packet as a binary message; `None` when its arguments are nested too deeply for clients to read. The
/// keys come in the reference's order.
pub fn encode(namespace: &str, packet: &Outbound<'_>) -> Option<Unit> {
    let mut pack = Pack::default();
    match *packet {
        Outbound::Connected { sid, pid } => {
            head(&mut pack, 3, kind::CONNECT);
            pack.text("data");
            pack.map(1 + usize::from(pid.is_some()));
            pack.text("sid");
            pack.text(sid);
            if let Some(pid) = pid {
                pack.text("pid");
                pack.text(pid);
            }
        }
        Outbound::Refused { message, data } => {
            head(&mut pack, 3, kind::CONNECT_ERROR);
            pack.text("data");
            pack.map(1 + usize::from(data.is_some()));
            pack.text("message");
            pack.text(message);
            if let Some(data) = data {
                pack.text("data");
                values(&mut pack, data, &[], &Layout::of(data, 0)?);
            }
        }
        Outbound::Disconnect => head(&mut pack, 2, kind::DISCONNECT),
        Outbound::Event { name, args, ack, offset } => {
            reserve(&mut pack, args);
            head(&mut pack, 3 + usize::from(ack.is_some()), kind::EVENT);
            arguments(&mut pack, Some(name), args, offset)?;
            if let Some(ack) = ack {
                id(&mut pack, ack);
            }
        }
        Outbound::Ack { id: answered, args } => {
            reserve(&mut pack, args);
            pack.map(4);
            id(&mut pack, answered);
            pack.text("type");
            pack.unsigned(kind::ACK);
            arguments(&mut pack, None, args, None)?;
        }
    }
    pack.text("nsp");
    pack.text(namespace);
    Some(Unit::One(WireFrame::new(Opcode::Binary, &pack.0)))
}

fn head(pack: &mut Pack, parts: usize, kind: u64) {
    pack.map(parts);
    pack.text("type");
    pack.unsigned(kind);
}

fn id(pack: &mut Pack, id: u64) {
    pack.text("id");
    pack.unsigned(id);
}

/// Makes room for a packet with these arguments: hardly anything is longer than as JSON.
fn reserve(pack: &mut Pack, args: &Args) {
    let attached: usize = args.attachments().iter().map(Bytes::len).sum();
    pack.0.reserve(64 + args.elements().len() + attached);
}

/// The part `data` of an event with a name and, where sessions can be recovered, an offset; or of an
/// acknowledgement.
fn arguments(pack: &mut Pack, name: Option<&str>, args: &Args, offset: Option<&str>) -> Option<()> {
    let layout = Layout::of(args.elements(), args.attachments().len())?;
    pack.text("data");
    pack.array(layout.len + usize::from(name.is_some()) + usize::from(offset.is_some()));
    if let Some(name) = name {
        pack.text(name);
    }
    values(pack, args.elements(), args.attachments(), &layout);
    if let Some(offset) = offset {
        pack.text(offset);
    }
    Some(())
}

/// Values of JSON text, one after another.
fn values(pack: &mut Pack, elements: &str, attachments: &[Bytes], layout: &Layout) {
    let mut containers = layout.containers.iter();
    // Open brackets, counted from that of a placeholder on: its content is not written.
    let mut placeholder = 0_usize;
    for (first, token) in Tokens::of(elements) {
        match first {
            b'{' | b'[' => {
                let container = containers.next();
                if placeholder > 0 {
                    placeholder += 1;
                    continue;
                }
                match container {
                    Some(Container::Attachment(number)) => {
                        placeholder = 1;
                        pack.binary(attachments.get(*number).map(|data| &**data).unwrap_or_default());
                    }
                    Some(Container::Len(len)) if first == b'{' => pack.map(*len),
                    Some(Container::Len(len)) => pack.array(*len),
                    None => {}
                }
            }
            b'}' | b']' => placeholder = placeholder.saturating_sub(1),
            b',' | b':' | b' ' | b'\n' | b'\r' | b'\t' => {}
            _ if placeholder > 0 => {}
            b'"' => pack.text(&unquoted(token)),
            b'n' => pack.nil(),
            b't' | b'f' => pack.bool(first == b't'),
            _ => number(pack, token),
        }
    }
}

/// The text of a string literal. Half an emoji becomes U+FFFD.
fn unquoted(literal: &str) -> Cow<'_, str> {
    let inside = literal.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or_default();
    if inside.contains('\\') {
        Cow::Owned(serde_json::from_str(&repair(literal)).unwrap_or_default())
    } else {
        Cow::Borrowed(inside)
    }
}

/// An integer where it is one of 64 bits, and a double otherwise.
fn number(pack: &mut Pack, literal: &str) {
    if let Ok(number) = literal.parse() {
        pack.unsigned(number);
    } else if let Ok(number) = literal.parse() {
        pack.signed(number);
    } else {
        pack.float(literal.parse().unwrap_or(f64::NAN));
    }
}

#[cfg(test)]
mod tests;
