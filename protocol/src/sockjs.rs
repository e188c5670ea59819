//! SockJS 0.3: messages in frames, over WebSocket or over several ways to use HTTP.
//!
//! What the server says is a [`frame`]: open, heartbeat, an array of messages, close. Each way to use HTTP puts
//! something around it ([`Style`]). What clients say are JSON strings ([`read_messages`]). A session over HTTP outlives
//! its requests ([`SockJsLink`]); over WebSocket it is one connection, whose link is that of a
//! [plain WebSocket](crate::raw::RawLink).
//!
//! Spec: <https://github.com/sockjs/sockjs-protocol>, version 0.3.3; where it is silent, the npm package `sockjs`.

pub mod frame;
mod incoming;
mod link;
mod style;

pub use incoming::{BadBody, read_frame, read_messages};
pub use link::{SockJsLink, Timing};
pub use style::{BadCallback, Callback, Style};
