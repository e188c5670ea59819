//! The options of a door, and their builder.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::FutureExt as _;
use http::HeaderMap;
use http::request::Parts;
use roomful_core::{Handshake, TransportKind};
use roomful_protocol::engineio::Framing;
use roomful_protocol::websocket::PerMessageDeflate;
use roomful_protocol::wire::Unit;

use super::cookie::Cookie;
use super::hooks::{ConnectionError, Hooks};
use super::{EngineIo, Inner};
use crate::compression::HttpCompression;
use crate::cors::{Cors, Origins};
use crate::dialect::PrimusProtocol;
use crate::proxy::TrustedProxies;

/// What the messages of a connection are.
#[derive(Clone)]
pub(super) enum Dialect {
    SocketIo(Parser),
    Bare,
    Primus(PrimusProtocol),
}

/// How Socket.IO's packets are written. All clients of a door have to use the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Parser {
    /// As text, with attachments behind it: what every client speaks unless told otherwise.
    #[default]
    Json,
    /// As MessagePack, for clients with the parser of the npm package `socket.io-msgpack-parser`.
    Msgpack,
}

/// A message of Engine.IO.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// Text.
    Text(String),
    /// Binary data.
    Binary(Bytes),
}

impl Message {
    /// The message as a client gets it.
    pub(super) fn to_unit(&self, framing: Framing) -> Unit {
        match self {
            Self::Text(text) => Unit::text(&format!("4{text}")),
            Self::Binary(data) => Unit::One(framing.binary(data)),
        }
    }
}

impl From<&str> for Message {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Bytes> for Message {
    fn from(data: Bytes) -> Self {
        Self::Binary(data)
    }
}

/// What a door is to do.
#[derive(Clone)]
pub(super) struct Options {
    pub(super) dialect: Dialect,
    pub(super) transports: Vec<TransportKind>,
    pub(super) allow_upgrades: bool,
    pub(super) allow_eio3: bool,
    pub(super) cors: Option<Cors>,
    pub(super) origins: Option<Origins>,
    pub(super) deflate: Option<PerMessageDeflate>,
    pub(super) http_compression: Option<HttpCompression>,
    pub(super) serve_client: bool,
    pub(super) trailing_slash: bool,
    pub(super) messages_with_headers: bool,
    pub(super) cookie: Option<Cookie>,
    pub(super) initial_packet: Option<Message>,
    pub(super) trusted_proxies: Option<TrustedProxies>,
    pub(super) hooks: Hooks,
}

impl Options {
    pub(super) fn new(dialect: Dialect) -> Self {
        Self {
            transports: vec![TransportKind::Polling, TransportKind::WebSocket],
            allow_upgrades: true,
            allow_eio3: false,
            cors: None,
            origins: None,
            deflate: None,
            http_compression: Some(HttpCompression::default()),
            serve_client: matches!(dialect, Dialect::SocketIo(_)),
            dialect,
            trailing_slash: true,
            messages_with_headers: false,
            cookie: None,
            initial_packet: None,
            trusted_proxies: None,
            hooks: Hooks::default(),
        }
    }
}

impl EngineIo {
    /// Options belong to a door that is not in use yet; a clone that is keeps its own.
    fn with(self, change: impl FnOnce(&mut Options)) -> Self {
        let mut options = self.inner.options.clone();
        change(&mut options);
        let door = &self.inner;
        let (server, sessions, present) = (door.server.clone(), door.sessions.clone(), door.present.clone());
        Self { inner: Arc::new(Inner { server, options, sessions, present }) }
    }

    /// The transports that clients may open a connection with. Default: polling and WebSocket. WebTransport does
    /// not come as requests over HTTP/1.1 or HTTP/2, so it also needs something that accepts it: see
    /// [`webtransport`](Self::webtransport).
    #[must_use]
    pub fn transports(self, transports: impl IntoIterator<Item = TransportKind>) -> Self {
        self.with(|options| options.transports = transports.into_iter().collect())
    }

    /// Whether clients may go from polling to another transport. Default: yes.
    #[must_use]
    pub fn allow_upgrades(self, allow: bool) -> Self {
        self.with(|options| options.allow_upgrades = allow)
    }

    /// Lets clients of Engine.IO 3 in as well, that is of Socket.IO 1 and 2. Default: no, as in the reference.
    ///
    /// These clients take the id of their connection for that of their socket, so they tell it to whoever they tell
    /// who they are, and whoever has it can speak as them. Where pages of other origins may not talk to the door
    /// ([`only_origins`](Self::only_origins)), polling by scripts (JSONP) is refused, as it names no origin.
    #[must_use]
    pub fn allow_eio3(self, allow: bool) -> Self {
        self.with(|options| options.allow_eio3 = allow)
    }

    /// Lets pages of other origins talk to this door. Default: none may.
    #[must_use]
    pub fn cors(self, cors: Cors) -> Self {
        self.with(|options| options.cors = Some(cors))
    }

    /// Refuses requests that name another origin than these, over every transport. This is what keeps a foreign
    /// page from opening a WebSocket with its visitor's cookies. Default: any origin, as in the reference.
    #[must_use]
    pub fn only_origins(self, origins: Origins) -> Self {
        self.with(|options| options.origins = Some(origins))
    }

    /// How Socket.IO's packets are written. Default: [`Parser::Json`]. A door for bare Engine.IO has no packets, so
    /// there this changes nothing.
    #[must_use]
    pub fn parser(self, parser: Parser) -> Self {
        self.with(|options| {
            if let Dialect::SocketIo(chosen) = &mut options.dialect {
                *chosen = parser;
            }
        })
    }

    /// Compresses messages to and from the WebSocket clients that offer it (permessage-deflate, RFC 7692).
    /// Default: off, as in the reference. A broadcast is compressed once for all its recipients, and a
    /// connection keeps no state for it.
    #[must_use]
    pub fn per_message_deflate(self, options: PerMessageDeflate) -> Self {
        self.with(|door| door.deflate = Some(options))
    }

    /// How the answers to polls are compressed for clients that accept it; `None` switches that off. Default:
    /// answers from 1,024 bytes on, as in the reference.
    #[must_use]
    pub fn http_compression(self, options: impl Into<Option<HttpCompression>>) -> Self {
        self.with(|door| door.http_compression = options.into())
    }

    /// Whether the browser client is served beside the connections, as `socket.io.js`, `socket.io.min.js` and
    /// `socket.io.esm.min.js`, with their source maps: `<script src="/socket.io/socket.io.js"></script>` gives a
    /// page `io()`. It is Roomful's own client. Default: yes for Socket.IO, as in the reference, and no for a bare
    /// door.
    #[must_use]
    pub fn serve_client(self, serve: bool) -> Self {
        self.with(|options| options.serve_client = serve)
    }

    // --- where it is, and who comes in ---

    /// Whether the door is mounted with a slash behind its path. Default: yes, as in the reference; `false` is for
    /// clients with `addTrailingSlash: false`, and takes those with the slash as well.
    #[must_use]
    pub fn add_trailing_slash(self, add: bool) -> Self {
        self.with(|options| options.trailing_slash = add)
    }

    /// The proxies whose word is taken for their clients' addresses. Default: none.
    #[must_use]
    pub fn trusted_proxies(self, proxies: TrustedProxies) -> Self {
        self.with(|options| options.trusted_proxies = Some(proxies))
    }

    /// Decides for each connection that is about to open whether it may. `Err` refuses it with the status 403 and the
    /// code 4, over WebSocket with 400; its text is what the client is told, `Forbidden` where it is empty. Not asked
    /// for WebTransport, whose sessions are accepted before the door sees them.
    ///
    /// ```no_run
    /// # use roomful_core::{Handshake, Server};
    /// # let server = Server::builder::<()>().build()?;
    /// let door = roomful_doors::EngineIo::socketio(server).allow_request(async |request: Handshake| {
    ///     match request.query_value("key") {
    ///         Some("friend") => Ok(()),
    ///         _ => Err("who are you?"),
    ///     }
    /// });
    /// # Ok::<(), roomful_core::BuildError>(())
    /// ```
    #[must_use]
    pub fn allow_request<F, Fut, E>(self, allow: F) -> Self
    where
        F: Fn(Handshake) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<(), E>> + Send + 'static,
        E: fmt::Display,
    {
        let verdict = move |handshake| {
            let verdict = allow(handshake);
            async move { verdict.await.map_err(|error| error.to_string()) }.boxed()
        };
        self.with(|options| options.hooks.allow_request = Some(Arc::new(verdict)))
    }

    /// Makes the ids of connections: 1 to 128 characters of `A-Z a-z 0-9 - _ . ~`, such as nobody can guess, as an id is
    /// all that is needed to speak as a client. Default: 20 characters from the system's random source. An error, an id
    /// of another shape and one that another connection has refuse the client with the code 3. Not for WebTransport.
    #[must_use]
    pub fn generate_id<F, E>(self, generate: F) -> Self
    where
        F: Fn(&Handshake) -> Result<String, E> + Send + Sync + 'static,
        E: fmt::Display,
    {
        let generate = move |handshake: &Handshake| generate(handshake).map_err(|error| error.to_string());
        self.with(|options| options.hooks.generate_id = Some(Arc::new(generate)))
    }

    // --- what it says ---

    /// Sets a cookie with the session's id when a client opens a connection over polling, so that a load balancer can
    /// send all its requests to one node. Default: none.
    #[must_use]
    pub fn cookie(self, cookie: Cookie) -> Self {
        self.with(|options| options.cookie = Some(cookie))
    }

    /// A message of Engine.IO that is sent to each client right behind the first packet. Default: none.
    #[must_use]
    pub fn initial_packet(self, message: impl Into<Message>) -> Self {
        self.with(|options| options.initial_packet = Some(message.into()))
    }

    /// Changes the headers of the answer with which a connection opens, over polling or WebSocket.
    #[must_use]
    pub fn initial_headers<F: Fn(&mut HeaderMap, &Parts) + Send + Sync + 'static>(self, change: F) -> Self {
        self.with(|options| options.hooks.initial_headers = Some(Arc::new(change)))
    }

    /// Changes the headers of every answer to a request of a session, the first one (after
    /// [`initial_headers`](Self::initial_headers)) among them. Refusals are left as they are.
    #[must_use]
    pub fn headers<F: Fn(&mut HeaderMap, &Parts) + Send + Sync + 'static>(self, change: F) -> Self {
        self.with(|options| options.hooks.headers = Some(Arc::new(change)))
    }

    /// Called for each request that is refused before it reaches a session. It must not block.
    #[must_use]
    pub fn on_connection_error<F: Fn(&ConnectionError<'_>) + Send + Sync + 'static>(self, told: F) -> Self {
        self.with(|options| options.hooks.connection_error = Some(Arc::new(told)))
    }

    /// Gives each `message` event of a bare door a second argument: the headers of the request that carried it, as an
    /// object of lower-case names and values. Over polling that is the POST, over WebSocket the one that opened it.
    /// Default: no. For Socket.IO this changes nothing.
    #[must_use]
    pub fn messages_with_headers(self, with_headers: bool) -> Self {
        self.with(|options| options.messages_with_headers = with_headers)
    }
}
