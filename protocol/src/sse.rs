//! Server-sent events (HTML, section 9.2): clients that only receive, by one answer of HTTP that goes on.
//!
//! An event's name is the event's own; its data is the text of the one argument where that is a string, and JSON
//! otherwise: of the argument, or of an array of them where there are several. The id of an event, which a browser
//! repeats when it comes back (`Last-Event-ID`), differs from client to client, so what is shared by all of them is a
//! [`Piece`] without it.

mod encode;
mod link;
mod piece;

pub use encode::encode;
pub use link::SseLink;
pub use piece::{Ids, Piece};
