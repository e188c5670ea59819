//! Plain WebSocket clients: nothing stands between RFC 6455 and events.
//!
//! A client is in one namespace from the start, and its messages are events there ([`Form`]). What keeps the
//! connection is WebSocket's own: ping and pong as heartbeat, close codes
//! ([`CloseReason::websocket_code`](crate::close::CloseReason::websocket_code)) for goodbye.

mod form;
mod link;
mod messages;

pub use form::{Form, encode};
pub use link::RawLink;
pub use messages::RawMessages;
