//! Documents of clients, by what they are.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::args::Args;
use crate::packet::{Body, MESSAGE, is_reserved};

/// An event or an answer, as the plugin `primus-emitter` writes them.
#[derive(Deserialize)]
struct EmitterPacket<'a> {
    r#type: u8,
    #[serde(borrow)]
    data: &'a RawValue,
    id: Option<u64>,
}

const EVENT: u8 = 0;
const ANSWER: u8 = 1;

/// Names that mean something to Primus itself, beside those of Socket.IO.
fn is_primus_own(name: &str) -> bool {
    is_reserved(name)
        || name.starts_with("incoming::")
        || name.starts_with("outgoing::")
        || matches!(name, "end" | "data" | "error" | "heartbeat" | "readyStateChange")
}

/// What a document is to the plugin for events: `None` when it is data like any other, `Some(None)` when it is an event
/// that nobody may send.
pub(super) fn event(document: &str) -> Option<Option<Body>> {
    // Cheaper than reading every array and string.
    if !document.starts_with('{') {
        return None;
    }
    let packet: EmitterPacket<'_> = serde_json::from_str(document).ok()?;
    let args = Args::from_raw(elements(packet.data.get())?.to_owned().into(), Vec::new());
    match packet.r#type {
        EVENT => {
            let (name, args) = args.split_first()?;
            let name: String = name.parse_first().ok()?;
            // An id of 0 asks for no answer.
            let ack = packet.id.and_then(|id| id.checked_sub(1));
            Some((!is_primus_own(&name)).then(|| Body::Event { name: name.into(), args, ack }))
        }
        ANSWER => Some(packet.id.and_then(|id| id.checked_sub(1)).map(|id| Body::Ack { id, args })),
        _ => None,
    }
}

/// The inside of an array.
fn elements(array: &str) -> Option<&str> {
    array.strip_prefix('[')?.strip_suffix(']').map(str::trim)
}

/// Any document as a `message` event.
pub(super) fn message(document: &str) -> Body {
    let args = Args::from_raw(document.to_owned().into(), Vec::new());
    Body::Event { name: MESSAGE, args, ack: None }
}

/// What the plugin for channels has said of a channel.
pub(super) struct ChannelPacket<'a> {
    pub(super) kind: ChannelKind,
    /// The client's id for its place in the channel, as JSON.
    pub(super) id: &'a str,
    pub(super) channel: String,
    /// The data, as JSON.
    pub(super) data: Option<&'a str>,
}

/// The numbers by which `primus-multiplex` says what a packet is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChannelKind {
    Message,
    Subscribe,
    Unsubscribe,
}

/// The longest id of a client for its place in a channel, in bytes. The plugin's have some ten characters.
const MAX_ID: usize = 64;

/// A document as a packet of the plugin for channels; `None` when it is none.
pub(super) fn channel(document: &str) -> Option<ChannelPacket<'_>> {
    if !document.starts_with('[') {
        return None;
    }
    let parts: Vec<&RawValue> = serde_json::from_str(document).ok()?;
    let (kind, id, channel, data) = match parts.as_slice() {
        [kind, id, channel] => (kind, id, channel, None),
        [kind, id, channel, data] => (kind, id, channel, Some(data.get())),
        _ => return None,
    };
    let kind = match kind.get() {
        "0" => ChannelKind::Message,
        "1" => ChannelKind::Subscribe,
        "2" => ChannelKind::Unsubscribe,
        _ => return None,
    };
    let id = id.get();
    let is_id = id.starts_with('"') || id.bytes().all(|byte| byte.is_ascii_digit());
    let channel = serde_json::from_str(channel.get()).ok()?;
    (is_id && id.len() <= MAX_ID).then_some(ChannelPacket { kind, id, channel, data })
}
