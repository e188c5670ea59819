//! What server and clients say to each other.

use roomful::Event;
use roomful::typescript::{EventMap, NameClash};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Somebody moves a stone on the board.
#[derive(Clone, Debug, Event, Serialize, Deserialize, TS)]
#[event(name = "move", ack = Moved)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Move {
    pub(crate) game_id: u64,
    pub(crate) to: Field,
}

/// A field of the board, counted from the lower left corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub(crate) struct Field {
    pub(crate) column: u8,
    pub(crate) row: u8,
}

/// What has become of a move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub(crate) enum Moved {
    /// It is the move of this number.
    Accepted { number: u32 },
    /// It is against the rules.
    Refused { why: String },
}

/// Somebody has moved.
#[derive(Clone, Debug, Event, Serialize, TS)]
pub(crate) struct StoneMoved {
    pub(crate) by: String,
    pub(crate) to: Field,
}

/// How many look on.
#[derive(Clone, Debug, Event, Serialize, TS)]
#[event(args)]
pub(crate) struct Audience(pub(crate) usize, pub(crate) Option<String>);

/// The module for clients: `client/events.ts`.
pub(crate) fn typescript() -> Result<String, NameClash> {
    EventMap::new().to_server::<Move>().to_client::<StoneMoved>().to_client::<Audience>().module()
}
