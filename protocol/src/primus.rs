//! Primus 8, with its parser for JSON: every message is one JSON document.
//!
//! Strings that begin with `primus::` are the protocol's own: the client asks for its id, the server pings and the
//! client pongs, and `primus::server::close` tells a client not to come back. All others are data. Two plugins have a
//! wire of their own: `primus-emitter` (events with acknowledgements) and `primus-multiplex` (channels, in which a client
//! may be several times); `primus-rooms` has none.

mod decode;
mod encode;
mod messages;

pub use encode::{encode, in_lane, left};
pub use messages::{ClientId, Options, PrimusMessages};

/// Whether events are told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Events {
    /// They are not: each message is a `message` event.
    #[default]
    No,
    /// As the plugin `primus-emitter` does; other data is a `message` event still.
    Emitter,
}
