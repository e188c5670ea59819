//! From requests to sessions.

use std::sync::Arc;

use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use roomful_core::TransportKind;
use roomful_core::door::count_refused;
use roomful_protocol::engineio::{Refusal, Version};

use super::Inner;
use super::hooks::{ConnectionError, Denied};
use super::request::{self, Ask};
use super::session::Session;
use crate::bundle;
use crate::cors::{Origins, is_preflight};
use crate::http::{Body, Outcome, handshake, query, refused};
use crate::ws::extended_connect;

/// What a request is for.
enum Purpose {
    Open(TransportKind),
    Upgrade(Arc<Session>),
    Poll(Arc<Session>),
}

impl Inner {
    pub(super) async fn answer<B>(self: Arc<Self>, request: Request<B>) -> Response<Body>
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
        let response = match self.purpose(parts, &ask) {
            Err(denied) => Err(self.deny(parts, &ask, &denied)),
            Ok(Purpose::Upgrade(session)) => self.upgrade(parts, &session),
            Ok(Purpose::Poll(session)) => self.poll(parts, &ask, body, &session).await,
            Ok(Purpose::Open(kind)) => {
                // Sessions that exist may still fetch what is queued for them.
                if self.server.is_closing() {
                    return Err(refused(StatusCode::SERVICE_UNAVAILABLE));
                }
                let handshake = handshake(parts, query, self.options.trusted_proxies.as_ref());
                match self.admit(&handshake).await {
                    Ok(admitted) => self.open(kind, parts, &ask, admitted, handshake).await,
                    Err(denied) => Err(self.deny(parts, &ask, &denied)),
                }
            }
        };
        response.map(|response| self.with_headers(parts, &ask, response))
    }

    /// Finds out what a request is for, in the reference's order of questions.
    fn purpose(&self, parts: &Parts, ask: &Ask) -> Result<Purpose, Denied> {
        if request::has_bad_origin(&parts.headers) {
            return Err(Denied::new(Refusal::BadRequest, "INVALID_ORIGIN"));
        }
        if self.options.origins.as_ref().is_some_and(|origins| !origins.allow(&parts.headers)) {
            return Err(Denied::new(Refusal::Forbidden, "ORIGIN_NOT_ALLOWED"));
        }
        // A script may be of any page's, and names none.
        if ask.jsonp.is_some() && self.options.origins.as_ref().is_some_and(Origins::is_restricted) {
            return Err(Denied::new(Refusal::Forbidden, "JSONP_NOT_ALLOWED"));
        }
        let kind = ask.transport.filter(|kind| self.options.transports.contains(kind));
        let kind = kind.ok_or(Denied::new(Refusal::UnknownTransport, ""))?;
        match &ask.sid {
            Some(id) => {
                let session = self.sessions.get(id.as_str()).map(|session| session.value().clone());
                let session = session.ok_or(Denied::new(Refusal::UnknownSession, ""))?;
                if ask.framing.version != session.version {
                    return Err(Denied::new(Refusal::BadRequest, "PROTOCOL_MISMATCH"));
                }
                match (kind, ask.wants_upgrade) {
                    (TransportKind::WebSocket, true) => Ok(Purpose::Upgrade(session)),
                    (TransportKind::Polling, false) if session.is_polling() => Ok(Purpose::Poll(session)),
                    _ => Err(Denied::new(Refusal::BadRequest, "TRANSPORT_MISMATCH")),
                }
            }
            None => {
                let begins_websocket = ask.wants_upgrade && parts.method == Method::CONNECT;
                if parts.method != Method::GET && !begins_websocket {
                    return Err(Denied::new(Refusal::BadHandshakeMethod, ""));
                }
                if (kind == TransportKind::WebSocket) != ask.wants_upgrade {
                    return Err(Denied::new(Refusal::BadRequest, "TRANSPORT_HANDSHAKE_ERROR"));
                }
                if ask.framing.version == Version::V3 && !self.options.allow_eio3 {
                    return Err(Denied::new(Refusal::UnsupportedVersion, ""));
                }
                Ok(Purpose::Open(kind))
            }
        }
    }

    /// Refuses a request, and tells whoever wants to know.
    fn deny(&self, request: &Parts, ask: &Ask, denied: &Denied) -> Box<Response<Body>> {
        let error = ConnectionError { denied, request };
        tracing::debug!(?error, "a request was refused");
        count_refused(&self.server);
        if let Some(told) = &self.options.hooks.connection_error {
            told(&error);
        }
        Box::new(ask.refuse(denied.refusal, error.message()))
    }

    /// Lets the application change the headers of an answer.
    fn with_headers(&self, request: &Parts, ask: &Ask, mut response: Response<Body>) -> Response<Body> {
        let hooks = &self.options.hooks;
        if let Some(change) = hooks.initial_headers.as_ref().filter(|_| ask.sid.is_none()) {
            change(response.headers_mut(), request);
        }
        if let Some(change) = &hooks.headers {
            change(response.headers_mut(), request);
        }
        response
    }
}
