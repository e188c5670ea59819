//! Entrances to the core, each a tower [`Service`](tower_service::Service) that mounts in axum, in plain hyper,
//! or wherever a service of HTTP requests can stand.
//!
//! A door knows the core and the protocols, and never another door. What several need is in `http.rs`, `ws.rs`
//! and `cors.rs`.
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod bundle;
mod compression;
mod cors;
mod dialect;
pub mod engineio;
mod http;
mod primus;
mod proxy;
pub mod raw;
pub mod sockjs;
pub mod sse;
mod stream;
mod ws;

pub use compression::HttpCompression;
pub use cors::{Cors, Origins};
pub use dialect::{Multiplex, PrimusProtocol};
pub use engineio::cookie::{Cookie, SameSite};
pub use engineio::hooks::ConnectionError;
pub use engineio::options::Message;
pub use engineio::{EngineIo, Parser, webtransport};
pub use http::{Body, PeerAddr, parse_query};
pub use primus::{Transformer, WithPrimusFiles};
pub use proxy::{BadNetwork, TrustedProxies};
pub use raw::PlainWebSocket;
pub use roomful_protocol::websocket::PerMessageDeflate;
pub use sockjs::SockJs;
pub use sse::ServerSentEvents;
pub use stream::holding::{Hold, HoldingStream};
