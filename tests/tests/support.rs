//! Servers on real sockets, and clients without a library of ours.

mod http;
mod serving;
mod websocket;

pub(crate) use http::{Polling, ask, get, post};
pub(crate) use serving::{How, Serving, echo};
pub(crate) use websocket::WebSocket;
