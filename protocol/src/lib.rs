//! Bytes ⇄ packets, and the state machines of connections.
//!
//! Nothing in this crate does I/O, waits, starts a thread or asks the time: bytes and instants come in as
//! arguments, and what has to be done comes out of [`link::Link::poll_output`]. So every protocol can be
//! tested under virtual time.
//!
//! Start with [`link`], then [`engineio`] (the connection), [`socketio`] (what its messages mean) and
//! [`wire`] (how a packet becomes frames). [`raw`] is the smallest protocol: a plain WebSocket.
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

pub mod args;
pub mod close;
pub mod engineio;
pub mod limits;
pub mod link;
pub mod messages;
pub mod multiplex;
pub mod packet;
pub mod primus;
pub mod raw;
pub mod socketio;
pub mod sockjs;
pub mod sse;
pub mod websocket;
pub mod wire;
