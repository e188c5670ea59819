//! Opening connections, and the requests of those that are open.

use std::sync::Arc;

use bytestring::ByteString;
use http::header::SET_COOKIE;
use http::request::Parts;
use http::{Method, Response, StatusCode};
use roomful_core::door::{drive, limits, outbox};
use roomful_core::{ConnectionId, Handshake, TransportKind};
use roomful_protocol::engineio::messages::BareMessages;
use roomful_protocol::engineio::payload_v3::Payload;
use roomful_protocol::engineio::webtransport::Hello;
use roomful_protocol::engineio::{EngineLink, Framing, Open, Refusal, Start, Texts, Version};
use roomful_protocol::link::TransportId;
use roomful_protocol::messages::Messages;
use roomful_protocol::socketio::SocketIoMessages;
use roomful_protocol::socketio::msgpack::MsgpackMessages;
use roomful_protocol::socketio::v2::SocketIo2Messages;

use super::Inner;
use super::body::{self, BodyKind, Packets};
use super::carrier::Carrier;
use super::hooks::Denied;
use super::options::{Dialect, Parser};
use super::presence::Presence;
use super::request::{self, Ask};
use super::session::{Session, Upgrade};
use super::transports::EngineTransports;
use super::webtransport::WebTransport;
use crate::http::{Body, Outcome, read_body, refused};
use crate::ws::{self, Accepted};

/// A connection that may open.
pub(super) struct Admitted {
    id: ConnectionId,
    presence: Presence,
}

/// A connection that opens.
struct Opening {
    id: ConnectionId,
    framing: Framing,
    kind: TransportKind,
}

impl Inner {
    // --- opening ---

    /// Asks the application whether a client may come in, and under which id.
    pub(super) async fn admit(&self, handshake: &Handshake) -> Result<Admitted, Denied> {
        let hooks = &self.options.hooks;
        if let Some(allow) = &hooks.allow_request
            && let Err(message) = allow(handshake.clone()).await
        {
            let message = Some(message).filter(|message| !message.is_empty());
            return Err(Denied { message, ..Denied::new(Refusal::Forbidden, "") });
        }
        let Some(generate) = &hooks.generate_id else { return Ok(self.admit_anybody()) };
        let bad = |why: &str| {
            tracing::warn!(why, "the application's id for a connection cannot be used");
            Denied::new(Refusal::BadRequest, "ID_GENERATION_ERROR")
        };
        let id = generate(handshake).map_err(|error| bad(&error))?;
        let id = ConnectionId::parse(&id).ok_or_else(|| bad("it has another shape than an id"))?;
        let presence = self.present.enter_as(&id).ok_or_else(|| bad("another connection has it"))?;
        Ok(Admitted { id, presence })
    }

    fn admit_anybody(&self) -> Admitted {
        Admitted { id: ConnectionId::random(), presence: self.present.enter() }
    }

    pub(super) async fn open(
        self: &Arc<Self>,
        kind: TransportKind,
        parts: &mut Parts,
        ask: &Ask,
        admitted: Admitted,
        handshake: Handshake,
    ) -> Outcome {
        match kind {
            TransportKind::Polling => self.open_polling(parts, ask, admitted, handshake).await,
            TransportKind::WebSocket => self.open_websocket(parts, ask.framing, admitted, handshake),
            // Never asked for by a request.
            TransportKind::WebTransport | TransportKind::Streaming => Err(refused(StatusCode::BAD_REQUEST)),
        }
    }

    async fn open_polling(
        &self,
        parts: &Parts,
        ask: &Ask,
        Admitted { id, presence }: Admitted,
        handshake: Handshake,
    ) -> Outcome {
        let session = Arc::new(Session::new(ask.framing.version));
        self.sessions.insert(id.clone(), session.clone());
        let limits = self.server.limits();
        let is_browser = request::is_from_browser(&parts.headers);
        let max_packets = if is_browser { usize::MAX } else { limits.max_poll_packets };
        let transports = EngineTransports::polling(
            outbox(&self.server),
            session.clone(),
            (self.sessions.clone(), id.clone()),
            limits,
            max_packets,
        );
        let cookie = self.options.cookie.as_ref().and_then(|cookie| cookie.header(&id));
        let opening = Opening { id, framing: ask.framing, kind: TransportKind::Polling };
        self.spawn(&opening, transports.present(presence), handshake);
        let mut answer = self.answer_poll(parts, ask, session.poll().await?);
        if let Some(cookie) = cookie {
            answer.headers_mut().append(SET_COOKIE, cookie);
        }
        Ok(answer)
    }

    fn open_websocket(
        self: &Arc<Self>,
        parts: &mut Parts,
        framing: Framing,
        Admitted { id, presence }: Admitted,
        handshake: Handshake,
    ) -> Outcome {
        let Accepted { response, deflate } = ws::accept(parts, self.options.deflate.as_ref())?;
        let door = self.clone();
        let headers = self.headers_for_messages(parts);
        ws::on_upgrade(parts, move |stream, read| {
            let limit = door.server.limits().max_payload;
            let websocket = ws::WebSocket::open(stream, &read, limit, deflate)?;
            let carrier = Carrier::WebSocket(Box::new(websocket));
            let transports = EngineTransports::carried(outbox(&door.server), carrier);
            let transports = transports.present(presence).carried_by(headers);
            door.spawn(&Opening { id, framing, kind: TransportKind::WebSocket }, transports, handshake);
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
        match (&self.options.dialect, framing.version) {
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
            (Dialect::Primus(protocol), _) => {
                let start = Start { framing: Framing { texts: Texts::EngineIo, ..*framing }, ..start };
                let messages = protocol.messages(Some(id));
                self.drive(start, messages, transports, handshake);
            }
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
        let initial = self.options.initial_packet.as_ref().map(|message| message.to_unit(start.framing));
        let mut link = EngineLink::new(now, start, messages, limits(&self.server));
        if let Some(unit) = initial {
            link.greet(unit);
        }
        tokio::spawn(drive(self.server.clone(), link, transports, handshake));
    }

    // --- sessions ---

    pub(super) async fn poll<B>(&self, parts: &Parts, ask: &Ask, body: B, session: &Session) -> Outcome
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
                    Some(packets) => {
                        session.post(packets, self.headers_for_messages(parts)).await?;
                        Ok(body::answer_post(parts))
                    }
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

    /// The headers of a request, where messages are to come with them.
    fn headers_for_messages(&self, parts: &Parts) -> Option<ByteString> {
        self.options.messages_with_headers.then(|| request::headers_as_json(&parts.headers))
    }

    pub(super) fn upgrade(&self, parts: &mut Parts, session: &Arc<Session>) -> Outcome {
        let Accepted { response, deflate } = ws::accept(parts, self.options.deflate.as_ref())?;
        let session = session.clone();
        let headers = self.headers_for_messages(parts);
        ws::on_upgrade(parts, move |stream, read| {
            session.upgrade(Upgrade::WebSocket { stream, read, deflate, headers });
            Ok(())
        });
        Ok(response)
    }

    /// Begins with the first frame of a WebTransport session: a new connection, or the upgrade of a session.
    pub(super) fn begin_webtransport(&self, carrier: WebTransport, hello: Hello, handshake: Handshake) {
        let carrier = Box::new(carrier);
        match hello {
            Hello::New => {
                let Admitted { id, presence } = self.admit_anybody();
                let carrier = Carrier::WebTransport(carrier);
                let transports = EngineTransports::carried(outbox(&self.server), carrier).present(presence);
                let opening = Opening { id, framing: Framing::default(), kind: TransportKind::WebTransport };
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
}
