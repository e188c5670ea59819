//! The door for Engine.IO clients: long-polling, WebSocket, and the upgrade from the one to the other.

mod carrier;
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
use roomful_protocol::engineio::webtransport::Hello;
use roomful_protocol::engineio::{EngineLink, Messages, Open, Refusal, Start};
use roomful_protocol::link::TransportId;
use roomful_protocol::socketio::SocketIoMessages;
use roomful_protocol::socketio::msgpack::MsgpackMessages;
use roomful_protocol::websocket::PerMessageDeflate;
use tower_service::Service;

use crate::bundle;
use crate::compression::HttpCompression;
use crate::cors::{Cors, Origins, is_preflight};
use crate::http::{Body, Outcome, answer, handshake, query, read_body, refused};
use crate::ws::{self, Accepted, extended_connect};
use carrier::Carrier;
use request::{Ask, Target};
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
    cors: Option<Cors>,
    origins: Option<Origins>,
    deflate: Option<PerMessageDeflate>,
    http_compression: Option<HttpCompression>,
    serve_client: bool,
}

impl EngineIo {
    /// The door of Socket.IO clients: Socket.IO 5 over Engine.IO 4.
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
        if request::has_bad_origin(&parts.headers) {
            return Err(refuse(Refusal::BadRequest));
        }
        if self.options.origins.as_ref().is_some_and(|origins| !origins.allow(&parts.headers)) {
            return Err(refuse(Refusal::Forbidden));
        }
        let kind = ask.transport.filter(|kind| self.options.transports.contains(kind));
        let kind = kind.ok_or_else(|| refuse(Refusal::UnknownTransport))?;
        match ask.target() {
            Target::Unknown => Err(refuse(Refusal::UnknownSession)),
            Target::Session(id) => {
                let session = self.sessions.get(&id).map(|session| session.value().clone());
                let session = session.ok_or_else(|| refuse(Refusal::UnknownSession))?;
                // A session speaks the version in which it was opened.
                if !ask.is_version_4 {
                    return Err(refuse(Refusal::BadRequest));
                }
                match (kind, ask.wants_upgrade) {
                    (TransportKind::WebSocket, true) => self.upgrade(parts, &session),
                    (TransportKind::Polling, false) if session.is_polling() => {
                        self.poll(parts, body, &session).await
                    }
                    _ => Err(refuse(Refusal::BadRequest)),
                }
            }
            Target::New => {
                let begins_websocket = ask.wants_upgrade && parts.method == Method::CONNECT;
                if parts.method != Method::GET && !begins_websocket {
                    return Err(refuse(Refusal::BadHandshakeMethod));
                }
                if (kind == TransportKind::WebSocket) != ask.wants_upgrade {
                    return Err(refuse(Refusal::BadRequest));
                }
                if !ask.is_version_4 {
                    return Err(refuse(Refusal::UnsupportedVersion));
                }
                // Sessions that exist may still fetch what is queued for them.
                if self.server.is_closing() {
                    return Err(refused(StatusCode::SERVICE_UNAVAILABLE));
                }
                let handshake = handshake(parts, query);
                match kind {
                    TransportKind::Polling => self.open_polling(parts, handshake).await,
                    TransportKind::WebSocket => self.open_websocket(parts, handshake),
                    // Never asked for by a request.
                    TransportKind::WebTransport => Err(refused(StatusCode::BAD_REQUEST)),
                }
            }
        }
    }

    // --- opening ---

    async fn open_polling(&self, parts: &Parts, handshake: Handshake) -> Outcome {
        let id = ConnectionId::random();
        let session = Arc::new(Session::default());
        self.sessions.insert(id, session.clone());
        let transports = EngineTransports::polling(
            outbox(&self.server),
            session.clone(),
            (self.sessions.clone(), id),
            self.server.limits(),
        );
        self.spawn(id, transports, handshake, TransportKind::Polling);
        session.poll().await.map(|packets| self.payload(parts, packets))
    }

    fn open_websocket(self: &Arc<Self>, parts: &mut Parts, handshake: Handshake) -> Outcome {
        let Accepted { response, deflate } = ws::accept(parts, self.options.deflate.as_ref())?;
        let door = self.clone();
        ws::on_upgrade(parts, move |stream, read| {
            let limit = door.server.limits().max_payload;
            let websocket = ws::WebSocket::open(stream, &read, limit, deflate)?;
            let carrier = Carrier::WebSocket(Box::new(websocket));
            let transports = EngineTransports::carried(outbox(&door.server), carrier);
            door.spawn(ConnectionId::random(), transports, handshake, TransportKind::WebSocket);
            Ok(())
        });
        Ok(response)
    }

    fn spawn(
        &self,
        id: ConnectionId,
        transports: EngineTransports,
        handshake: Handshake,
        kind: TransportKind,
    ) {
        // In the reference's order.
        let mut upgrades = Vec::new();
        if kind == TransportKind::Polling && self.options.allow_upgrades {
            upgrades.extend([TransportKind::WebSocket, TransportKind::WebTransport]);
            upgrades.retain(|kind| self.options.transports.contains(kind));
        }
        let names: Vec<_> = upgrades.iter().map(|kind| kind.as_str()).collect();
        let open = Open::new(id.expose(), &names, self.server.limits()).to_text();
        let start = Start { transport: TransportId(0), kind, open, allow_upgrades: !upgrades.is_empty() };
        match self.options.dialect {
            Dialect::SocketIo(Parser::Json) => {
                self.drive(start, SocketIoMessages::default(), transports, handshake);
            }
            Dialect::SocketIo(Parser::Msgpack) => self.drive(start, MsgpackMessages, transports, handshake),
            Dialect::Bare => self.drive(start, BareMessages, transports, handshake),
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

    async fn poll<B>(&self, parts: &Parts, body: B, session: &Session) -> Outcome
    where
        B: http_body::Body,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        match parts.method {
            Method::GET => session.poll().await.map(|packets| self.payload(parts, packets)),
            Method::POST => {
                if request::is_binary(&parts.headers) {
                    // Engine.IO 4 has no binary bodies.
                    session.fail();
                    return Err(refused(StatusCode::BAD_REQUEST));
                }
                // Claimed before the body is read: a client sends one at a time.
                let Some(_claim) = session.claim_post() else { return Err(refused(StatusCode::BAD_REQUEST)) };
                let body = read_body(body, self.server.limits().max_payload).await;
                match body.map(bytestring::ByteString::try_from) {
                    Ok(Ok(text)) => session.post(text).await,
                    Ok(Err(_)) => {
                        session.fail();
                        Err(refused(StatusCode::BAD_REQUEST))
                    }
                    Err(error) => Err(refused(error.status())),
                }
            }
            // The reference's answer.
            _ => Err(refused(StatusCode::INTERNAL_SERVER_ERROR)),
        }
    }

    /// The answer to a poll.
    fn payload(&self, parts: &Parts, packets: String) -> Response<Body> {
        let content_type = "text/plain; charset=UTF-8";
        match self.options.http_compression {
            Some(compression) => compression.answer(&parts.headers, content_type, packets),
            None => answer(StatusCode::OK, content_type, packets),
        }
    }

    /// Begins with the first frame of a WebTransport session: a new connection, or the upgrade of a session.
    fn begin_webtransport(&self, carrier: WebTransport, hello: Hello, handshake: Handshake) {
        let carrier = Box::new(carrier);
        match hello {
            Hello::New => {
                let transports =
                    EngineTransports::carried(outbox(&self.server), Carrier::WebTransport(carrier));
                self.spawn(ConnectionId::random(), transports, handshake, TransportKind::WebTransport);
            }
            Hello::Upgrade(sid) => {
                let session = ConnectionId::parse(&sid).and_then(|id| self.sessions.get(&id));
                match session.map(|session| session.value().clone()) {
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
