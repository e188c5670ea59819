//! A Socket.IO server that loses nothing.
//!
//! ```no_run
//! use roomful::prelude::*;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let chat = Namespace::main().on_raw("say", async |socket: Socket, Args((room, text)): Args<(String, String)>| {
//!     socket.within(room).emit_raw("said", (socket.id().as_str(), text));
//! });
//! let server = Server::builder().namespace(chat).build()?;
//! let app: axum::Router = axum::Router::new().merge(server.router());
//! # Ok(())
//! # }
//! ```
//!
//! Mount [`router`](Mount::router) in any axum app and serve it as you do; or let [`serve`] run it on one
//! runtime per core.
//!
//! # Features
//! All are off by default.
//! - `http2`: [`serve`] also answers over HTTP/2, and doors take WebSockets over it (RFC 8441). Under `axum::serve`
//!   axum's own feature `http2` is needed too.
//! - `webtransport`: `webtransport::serve` lets clients in over WebTransport (HTTP/3).
//! - `typescript`: `typescript::EventMap` makes event maps for clients in TypeScript.

mod mount;
mod primus;
mod serve;
#[cfg(feature = "typescript")]
pub mod typescript;
#[cfg(feature = "webtransport")]
pub mod webtransport;

pub use bytes::Bytes;
pub use mount::{Mount, MountAt};
pub use primus::Primus;
pub use roomful_core::*;
pub use roomful_doors::{
    BadNetwork, ConnectionError, Cookie, Cors, EngineIo, HttpCompression, Message, Multiplex, Origins,
    Parser, PeerAddr, PerMessageDeflate, PlainWebSocket, PrimusProtocol, SameSite, ServerSentEvents, SockJs,
    Transformer, TrustedProxies,
};
pub use roomful_macros::Event;
pub use serve::{Serve, serve};

/// What nearly every program needs.
pub mod prelude {
    pub use crate::{
        AckSender, Args, Auth, Bytes, ConnectError, DisconnectReason, Event, EventError, Ext, Mount, MountAt,
        Namespace, RawArgs, Server, Socket, State,
    };
}
