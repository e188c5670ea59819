//! The door for Engine.IO clients: long-polling, WebSocket, and the upgrade from the one to the other.

mod body;
mod carrier;
mod polling;
mod request;
mod session;
mod transports;
pub mod webtransport;

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use dashmap::DashMap;
use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use roomful_core::door::{drive, limits, outbox};
use roomful_core::{ConnectionId, Handshake, Limits, Server, TransportKind};
use roomful_protocol::engineio::messages::BareMessages;
use roomful_protocol::engineio::payload_v3::Payload;
use roomful_protocol::engineio::webtransport::Hello;
use roomful_protocol::engineio::{EngineLink, Framing, Messages, Open, Refusal, Start, Version};
use roomful_protocol::link::TransportId;
use roomful_protocol::socketio::SocketIoMessages;
use roomful_protocol::socketio::msgpack::MsgpackMessages;
use roomful_protocol::socketio::v2::SocketIo2Messages;
use roomful_protocol::websocket::PerMessageDeflate;
use tower_service::Service;

use crate::bundle;
use crate::compression::HttpCompression;
use crate::cors::{Cors, Origins, is_preflight};
use crate::http::{Body, Outcome, handshake, query, read_body, refused};
use crate::ws::{self, Accepted, extended_connect};
use body::{BodyKind, Packets};
use carrier::Carrier;
use request::Ask;
use session::{Session, Upgrade};
use transports::EngineTransports;
use webtransport::WebTransport;

/// Polling sessions by their secret id.
type Sessions = DashMap<ConnectionId, Arc<Session>>;

/// What the messages of a connection are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Dialect {
    SocketIo(Parser),
    Bare,
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

/// A tower service that answers the requests of Engine.IO clients. Cheap to clone; all clones are one door.
#[derive(Clone)]
pub struct EngineIo {
    inner: Arc<Inner>,
}

struct Inner {
    server: Server,
    options: Options,
    sessions: Arc<Sessions>,
}

#[derive(Clone)]
struct Options {
    dialect: Dialect,
    transports: Vec<TransportKind>,
    allow_upgrades: bool,
    allow_eio3: bool,
    cors: Option<Cors>,
    origins: Option<Origins>,
    deflate: Option<PerMessageDeflate>,
    http_compression: Option<HttpCompression>,
    serve_client: bool,
}

impl EngineIo {
    /// The door of Socket.IO clients.
    pub fn socketio(server: Server) -> Self {
        Self::new(server, Dialect::SocketIo(Parser::Json))
    }

    /// A door for bare Engine.IO clients: each message is a `message` event in the main namespace, and each
    /// `message` event with one text or binary argument is a message.
    pub fn bare(server: Server) -> Self {
        Self::new(server, Dialect::Bare)
    }

    fn new(server: Server, dialect: Dialect) -> Self {
        let options = Options {
            dialect,
            transports: vec![TransportKind::Polling, TransportKind::WebSocket],
            allow_upgrades: true,
            allow_eio3: false,
            cors: None,
            origins: None,
            deflate: None,
            http_compression: Some(HttpCompression::default()),
            serve_client: dialect != Dialect::Bare,
        };
        Self { inner: Arc::new(Inner { server, options, sessions: Arc::default() }) }
    }

    /// Options belong to a door that is not in use yet; a clone that is keeps its own.
    fn with(self, change: impl FnOnce(&mut Options)) -> Self {
        let mut options = self.inner.options.clone();
        change(&mut options);
        let (server, sessions) = (self.inner.server.clone(), self.inner.sessions.clone());
        Self { inner: Arc::new(Inner { server, options, sessions }) }
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

    /// The limits that hold for every client.
    pub fn limits(&self) -> &Limits {
        self.inner.server.limits()
    }

    /// Whether a WebTransport session with this handshake is to be accepted: not while the server closes, not from
    /// a foreign origin where only some are let in, and not when this door does not offer WebTransport.
    pub fn admits_webtransport(&self, handshake: &Handshake) -> bool {
        let door = &self.inner;
        let origin = handshake.headers().get("origin").map(HeaderValue::from_str);
        let is_allowed = match (&door.options.origins, origin) {
            (Some(origins), Some(origin)) => origin.is_ok_and(|origin| origins.contains(&origin)),
            _ => true,
        };
        is_allowed
            && door.options.transports.contains(&TransportKind::WebTransport)
            && !door.server.is_closing()
    }

    /// Takes over a WebTransport session that has been accepted, and returns when a connection has it or it is of
    /// no use: when the client opens no stream, or says nothing on it with which it may begin, within the limit
    /// `upgrade_timeout`. A session is a new connection, or the upgrade of a polling session of this door.
    ///
    /// # Panics
    /// Outside a tokio runtime.
    pub async fn webtransport<S: webtransport::Session>(&self, session: S, handshake: Handshake) {
        let limits = self.limits();
        let opening = WebTransport::open(session, limits.max_payload);
        match tokio::time::timeout(limits.upgrade_timeout, opening).await {
            Ok(Ok((carrier, hello))) => self.inner.begin_webtransport(carrier, hello, handshake),
            Ok(Err(error)) => tracing::debug!(%error, "a WebTransport session did not begin"),
            Err(_) => tracing::debug!("a WebTransport session said nothing in time"),
        }
    }
}

impl<B> Service<Request<B>> for EngineIo
where
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let door = self.inner.clone();
        Box::pin(async move { Ok(door.answer(request).await) })
    }
}

/// A connection that opens.
struct Opening {
    id: ConnectionId,
    framing: Framing,
    kind: TransportKind,
}

impl Inner {
    async fn answer<B>(self: Arc<Self>, request: Request<B>) -> Response<Body>
    where
        B: http_body::Body,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (mut parts, body) = request.into_parts();
        let file = bundle::File::at(parts.uri.path()).filter(|_| self.options.serve_client);
        let mut response = match (&self.options.cors, file) {
            (Some(cors), _) if is_preflight(&parts.method) => return cors.preflight(&parts.headers),
            (_, Some(file)) => file.answer(&parts, self.options.http_compression.is_some()),
            _ => match self.route(&mut parts, body).await {
                Ok(response) => response,
                Err(refusal) => *refusal,
            },
        };
        self.add_cors(&parts, &mut response);
        response
    }

    /// The answer that begins a WebSocket has no say in who reads it.
    fn add_cors(&self, request: &Parts, response: &mut Response<Body>) {
        let status = response.status();
        let begins_websocket = status == StatusCode::SWITCHING_PROTOCOLS
            || (request.method == Method::CONNECT && status.is_success());
        if let Some(cors) = self.options.cors.as_ref().filter(|_| !begins_websocket) {
            cors.apply(&request.headers, response.headers_mut());
        }
    }

    async fn route<B>(self: &Arc<Self>, parts: &mut Parts, body: B) -> Outcome
    where
        B: http_body::Body,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        if extended_connect::wants_something_else(parts) {
            return Err(Box::new(extended_connect::unknown_protocol()));
        }
        let query = query(parts);
        let ask = Ask::read(parts, &query);
        let refuse = |refusal| Box::new(ask.refuse(refusal));
        if let Some(refusal) = self.refuses_origin(parts, &ask) {
            return Err(refuse(refusal));
        }
        let kind = ask.transport.filter(|kind| self.options.transports.contains(kind));
        let kind = kind.ok_or_else(|| refuse(Refusal::UnknownTransport))?;
        match &ask.sid {
            Some(id) => {
                let session = self.sessions.get(id.as_str()).map(|session| session.value().clone());
                let session = session.ok_or_else(|| refuse(Refusal::UnknownSession))?;
                if ask.framing.version != session.version {
                    return Err(refuse(Refusal::BadRequest));
                }
                match (kind, ask.wants_upgrade) {
                    (TransportKind::WebSocket, true) => self.upgrade(parts, &session),
                    (TransportKind::Polling, false) if session.is_polling() => {
                        self.poll(parts, &ask, body, &session).await
                    }
                    _ => Err(refuse(Refusal::BadRequest)),
                }
            }
            None => {
                let begins_websocket = ask.wants_upgrade && parts.method == Method::CONNECT;
                if parts.method != Method::GET && !begins_websocket {
                    return Err(refuse(Refusal::BadHandshakeMethod));
                }
                if (kind == TransportKind::WebSocket) != ask.wants_upgrade {
                    return Err(refuse(Refusal::BadRequest));
                }
                if ask.framing.version == Version::V3 && !self.options.allow_eio3 {
                    return Err(refuse(Refusal::UnsupportedVersion));
                }
                // Sessions that exist may still fetch what is queued for them.
                if self.server.is_closing() {
                    return Err(refused(StatusCode::SERVICE_UNAVAILABLE));
                }
                let handshake = handshake(parts, query);
                match kind {
                    TransportKind::Polling => self.open_polling(parts, &ask, handshake).await,
                    TransportKind::WebSocket => self.open_websocket(parts, ask.framing, handshake),
                    // Never asked for by a request.
                    TransportKind::WebTransport => Err(refused(StatusCode::BAD_REQUEST)),
                }
            }
        }
    }

    /// Whether the page that a request comes from may not talk to this door.
    fn refuses_origin(&self, parts: &Parts, ask: &Ask) -> Option<Refusal> {
        if request::has_bad_origin(&parts.headers) {
            return Some(Refusal::BadRequest);
        }
        let origins = self.options.origins.as_ref()?;
        // A script may be of any page's, and names none.
        let is_unnamed = ask.jsonp.is_some() && matches!(origins, Origins::List(_));
        (is_unnamed || !origins.allow(&parts.headers)).then_some(Refusal::Forbidden)
    }

    // --- opening ---

    async fn open_polling(&self, parts: &Parts, ask: &Ask, handshake: Handshake) -> Outcome {
        let id = ConnectionId::random();
        let session = Arc::new(Session::new(ask.framing.version));
        self.sessions.insert(id.clone(), session.clone());
        let transports = EngineTransports::polling(
            outbox(&self.server),
            session.clone(),
            (self.sessions.clone(), id.clone()),
            self.server.limits(),
        );
        let opening = Opening { id, framing: ask.framing, kind: TransportKind::Polling };
        self.spawn(&opening, transports, handshake);
        session.poll().await.map(|payload| self.answer_poll(parts, ask, payload))
    }

    fn open_websocket(
        self: &Arc<Self>,
        parts: &mut Parts,
        framing: Framing,
        handshake: Handshake,
    ) -> Outcome {
        let Accepted { response, deflate } = ws::accept(parts, self.options.deflate.as_ref())?;
        let door = self.clone();
        ws::on_upgrade(parts, move |stream, read| {
            let limit = door.server.limits().max_payload;
            let websocket = ws::WebSocket::open(stream, &read, limit, deflate)?;
            let carrier = Carrier::WebSocket(Box::new(websocket));
            let transports = EngineTransports::carried(outbox(&door.server), carrier);
            let opening = Opening { id: ConnectionId::random(), framing, kind: TransportKind::WebSocket };
            door.spawn(&opening, transports, handshake);
            Ok(())
        });
        Ok(response)
    }

    fn spawn(&self, opening: &Opening, transports: EngineTransports, handshake: Handshake) {
        let Opening { id, framing, kind } = opening;
        // In the reference's order.
        let mut upgrades = Vec::new();
        if *kind == TransportKind::Polling && self.options.allow_upgrades {
            upgrades.push(TransportKind::WebSocket);
            if framing.version == Version::V4 {
                upgrades.push(TransportKind::WebTransport);
            }
            upgrades.retain(|kind| self.options.transports.contains(kind));
        }
        let names: Vec<_> = upgrades.iter().map(|kind| kind.as_str()).collect();
        let open = Open::new(id.expose(), &names, self.server.limits()).to_text();
        let start = Start {
            transport: TransportId(0),
            kind: *kind,
            open,
            allow_upgrades: !upgrades.is_empty(),
            framing: *framing,
        };
        match (self.options.dialect, framing.version) {
            (Dialect::SocketIo(Parser::Json), Version::V4) => {
                self.drive(start, SocketIoMessages::default(), transports, handshake);
            }
            (Dialect::SocketIo(Parser::Json), Version::V3) => {
                let messages = SocketIo2Messages::new(SocketIoMessages::default(), id.expose());
                self.drive(start, messages, transports, handshake);
            }
            (Dialect::SocketIo(Parser::Msgpack), Version::V4) => {
                self.drive(start, MsgpackMessages, transports, handshake);
            }
            (Dialect::SocketIo(Parser::Msgpack), Version::V3) => {
                let messages = SocketIo2Messages::new(MsgpackMessages, id.expose());
                self.drive(start, messages, transports, handshake);
            }
            (Dialect::Bare, _) => self.drive(start, BareMessages::default(), transports, handshake),
        }
    }

    fn drive<M: Messages>(
        &self,
        start: Start,
        messages: M,
        transports: EngineTransports,
        handshake: Handshake,
    ) {
        let now = tokio::time::Instant::now().into_std();
        let link = EngineLink::new(now, start, messages, limits(&self.server));
        tokio::spawn(drive(self.server.clone(), link, transports, handshake));
    }

    // --- sessions ---

    async fn poll<B>(&self, parts: &Parts, ask: &Ask, body: B, session: &Session) -> Outcome
    where
        B: http_body::Body,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        match parts.method {
            Method::GET => session.poll().await.map(|payload| self.answer_poll(parts, ask, payload)),
            Method::POST => {
                let kind = request::body_kind(&parts.headers, ask.jsonp.as_deref());
                if kind == BodyKind::Binary && session.version == Version::V4 {
                    // Not even read.
                    session.fail();
                    return Err(refused(StatusCode::BAD_REQUEST));
                }
                // Claimed before the body is read: a client sends one at a time.
                let Some(_claim) = session.claim_post() else { return Err(refused(StatusCode::BAD_REQUEST)) };
                let body = read_body(body, self.server.limits().max_payload).await;
                let body = body.map_err(|error| refused(error.status()))?;
                match Packets::read(session.version, kind, body) {
                    Some(packets) => session.post(packets).await.map(|()| body::answer_post(parts)),
                    None => {
                        session.fail();
                        Err(refused(StatusCode::BAD_REQUEST))
                    }
                }
            }
            // The reference's answer.
            _ => Err(refused(StatusCode::INTERNAL_SERVER_ERROR)),
        }
    }

    fn answer_poll(&self, parts: &Parts, ask: &Ask, payload: Payload) -> Response<Body> {
        body::answer_poll(parts, ask.jsonp.as_deref(), self.options.http_compression, payload)
    }

    /// Begins with the first frame of a WebTransport session: a new connection, or the upgrade of a session.
    fn begin_webtransport(&self, carrier: WebTransport, hello: Hello, handshake: Handshake) {
        let carrier = Box::new(carrier);
        match hello {
            Hello::New => {
                let transports =
                    EngineTransports::carried(outbox(&self.server), Carrier::WebTransport(carrier));
                let opening = Opening {
                    id: ConnectionId::random(),
                    framing: Framing::default(),
                    kind: TransportKind::WebTransport,
                };
                self.spawn(&opening, transports, handshake);
            }
            Hello::Upgrade(sid) => {
                let session = self.sessions.get(&*sid).map(|session| session.value().clone());
                match session.filter(|session| session.version == Version::V4) {
                    Some(session) => session.upgrade(Upgrade::WebTransport(carrier)),
                    None => tracing::debug!("an upgrade to WebTransport names no session"),
                }
            }
        }
    }

    fn upgrade(&self, parts: &mut Parts, session: &Arc<Session>) -> Outcome {
        let Accepted { response, deflate } = ws::accept(parts, self.options.deflate.as_ref())?;
        let session = session.clone();
        ws::on_upgrade(parts, move |stream, read| {
            session.upgrade(Upgrade::WebSocket { stream, read, deflate });
            Ok(())
        });
        Ok(response)
    }
}
