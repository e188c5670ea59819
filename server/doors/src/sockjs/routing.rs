//! From requests to sessions.

use std::sync::Arc;

use http::header::{CONNECTION, UPGRADE};
use http::request::Parts;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use roomful_core::TransportKind;
use roomful_core::door::{count_refused, drive, outbox};
use roomful_protocol::raw::RawLink;
use roomful_protocol::sockjs::{Callback, SockJsLink, Style};

use super::options::Options;
use super::receiver::Receiver;
use super::session::Found;
use super::transports::{Entry, OverHttp};
use super::websocket::OverWebSocket;
use super::{Inner, answers, incoming};
use crate::http::{Body, Outcome, empty, handshake, query, read_body};
use crate::ws::{self, Accepted, Single, WebSocket, extended_connect};

/// A path below the door's.
enum Route<'a> {
    Greeting,
    Info,
    Iframe,
    RawWebSocket,
    Session { id: &'a str, transport: Transport },
}

#[derive(Clone, Copy)]
enum Transport {
    WebSocket,
    Xhr,
    XhrStreaming,
    XhrSend,
    EventSource,
    HtmlFile,
    Jsonp,
    JsonpSend,
}

impl<'a> Route<'a> {
    fn find(path: &'a str, prefix: &str) -> Option<Self> {
        let below = path.strip_prefix(prefix)?;
        let below = below.strip_suffix('/').unwrap_or(below);
        let mut parts = below.split('/');
        if !parts.next()?.is_empty() {
            return None;
        }
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (None, ..) => Some(Self::Greeting),
            (Some("info"), None, ..) => Some(Self::Info),
            (Some("websocket"), None, ..) => Some(Self::RawWebSocket),
            (Some(name), None, ..) if is_iframe(name) => Some(Self::Iframe),
            (Some(server), Some(id), Some(transport), None) if is_id(server) && is_id(id) => {
                Some(Self::Session { id, transport: Transport::find(transport)? })
            }
            _ => None,
        }
    }
}

/// `iframe*.html`, with a version between.
fn is_iframe(name: &str) -> bool {
    let version = name.strip_prefix("iframe").and_then(|rest| rest.strip_suffix(".html"));
    let is_plain = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_lowercase() || b"-._".contains(&byte);
    version.is_some_and(|version| version.bytes().all(is_plain))
}

fn is_id(part: &str) -> bool {
    !part.is_empty() && !part.contains('.')
}

impl Transport {
    fn find(name: &str) -> Option<Self> {
        Some(match name {
            "websocket" => Self::WebSocket,
            "xhr" => Self::Xhr,
            "xhr_streaming" => Self::XhrStreaming,
            "xhr_send" => Self::XhrSend,
            "eventsource" => Self::EventSource,
            "htmlfile" => Self::HtmlFile,
            "jsonp" => Self::Jsonp,
            "jsonp_send" => Self::JsonpSend,
            _ => return None,
        })
    }

    /// The methods that it takes, as in the header `Allow`.
    fn methods(self) -> &'static str {
        match self {
            Self::Xhr | Self::XhrStreaming | Self::XhrSend => "POST, OPTIONS",
            Self::JsonpSend => "POST",
            Self::WebSocket | Self::EventSource | Self::HtmlFile | Self::Jsonp => "GET",
        }
    }

    fn takes(self, method: &Method) -> bool {
        self.methods().split(", ").any(|taken| taken == method.as_str())
    }

    /// Whether pages of other origins may read the answers.
    fn is_shared(self) -> bool {
        matches!(self, Self::Xhr | Self::XhrStreaming | Self::XhrSend | Self::EventSource)
    }

    /// Whether browsers use it without naming the page's origin.
    fn names_no_origin(self) -> bool {
        matches!(self, Self::HtmlFile | Self::Jsonp | Self::JsonpSend)
    }
}

impl Inner {
    pub(super) async fn answer<B>(self: Arc<Self>, request: Request<B>) -> Response<Body>
    where
        B: http_body::Body,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (mut parts, body) = request.into_parts();
        if extended_connect::wants_something_else(&parts) {
            return extended_connect::unknown_protocol();
        }
        // Kept apart from the rest of the request, which the handshake of a WebSocket changes.
        let path = parts.uri.path().to_owned();
        let Some(route) = Route::find(&path, &self.options.prefix) else { return answers::not_found() };
        if !self.lets_in(&route, &parts.headers) {
            count_refused(&self.server);
            return empty(StatusCode::FORBIDDEN);
        }
        let is_get = is_get(&parts);
        match route {
            Route::Greeting if is_get => answers::greeting(),
            Route::Iframe if is_get => answers::iframe(&parts.headers, &self.options.client_url),
            Route::Greeting | Route::Iframe => answers::method_not_allowed("GET"),
            Route::Info => self.answer_info(&parts),
            Route::RawWebSocket if !is_get => answers::method_not_allowed("GET"),
            Route::RawWebSocket => self.answer_websocket(&mut parts, true),
            Route::Session { id, transport } => self.answer_session(parts, body, id, transport).await,
        }
    }

    /// Whether the page that asks may.
    fn lets_in(&self, route: &Route<'_>, headers: &HeaderMap) -> bool {
        let hides_origin = match route {
            Route::Greeting | Route::Info => return true,
            Route::Iframe => true,
            Route::RawWebSocket => false,
            Route::Session { transport, .. } => transport.names_no_origin(),
        };
        let is_known = self.options.origins.as_ref().is_none_or(|origins| origins.allow(headers));
        is_known && !(hides_origin && self.options.is_restricted())
    }

    fn answer_info(&self, request: &Parts) -> Response<Body> {
        match request.method {
            Method::OPTIONS => answers::preflight(&request.headers, "OPTIONS, GET"),
            Method::GET => {
                let mut response = answers::info(&self.options);
                answers::allow_origin(&request.headers, response.headers_mut());
                response
            }
            _ => answers::method_not_allowed("OPTIONS, GET"),
        }
    }

    async fn answer_session<B>(
        self: &Arc<Self>,
        mut parts: Parts,
        body: B,
        id: &str,
        transport: Transport,
    ) -> Response<Body>
    where
        B: http_body::Body,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let is_taken = match transport {
            Transport::WebSocket => is_get(&parts),
            _ => transport.takes(&parts.method),
        };
        if !is_taken {
            return answers::method_not_allowed(transport.methods());
        }
        if let Transport::WebSocket = transport {
            return self.answer_websocket(&mut parts, false);
        }
        if parts.method == Method::OPTIONS {
            let mut response = answers::preflight(&parts.headers, "OPTIONS, POST");
            answers::set_cookie(&self.options, &parts.headers, response.headers_mut());
            return response;
        }
        let outcome = match transport {
            Transport::XhrSend | Transport::JsonpSend => self.send(&parts, body, id, transport).await,
            _ => match style(transport, &parts) {
                Ok(style) => self.receive(&parts, id, style).await,
                Err(refusal) => Err(refusal),
            },
        };
        let mut response = outcome.unwrap_or_else(|refusal| *refusal);
        let headers = response.headers_mut();
        answers::set_cookie(&self.options, &parts.headers, headers);
        answers::forbid_caching(headers);
        if transport.is_shared() {
            answers::allow_origin(&parts.headers, headers);
        }
        response
    }

    /// A request that receives: to its session, or to a new one.
    async fn receive(self: &Arc<Self>, parts: &Parts, id: &str, style: Style) -> Outcome {
        let kind = if style.is_polling() { TransportKind::Polling } else { TransportKind::Streaming };
        let (receiver, reply) = Receiver::new(style, self.options.response_limit);
        let is_closing = self.server.is_closing();
        match self.sessions.receive(id, receiver, !is_closing) {
            Found::New(session, receiver) => {
                let options = &self.options;
                let remember = options.timing.disconnect_delay;
                let entry = Entry::new(self.sessions.clone(), session, id, remember);
                let transports = OverHttp::new(outbox(&self.server), entry, receiver, kind);
                let now = tokio::time::Instant::now().into_std();
                let messages = options.dialect.messages();
                let limits = options.limits.clone();
                let link = SockJsLink::new(now, OverHttp::FIRST, messages, options.timing, limits);
                let handshake = handshake(parts, query(parts), options.trusted_proxies.as_ref());
                tokio::spawn(drive(self.server.clone(), link, transports, handshake));
            }
            Found::Over if is_closing => return Err(Box::new(empty(StatusCode::SERVICE_UNAVAILABLE))),
            Found::Live | Found::Over => {}
        }
        Ok(reply.answer().await)
    }

    /// A request that sends: its messages are handled before it is answered.
    async fn send<B>(&self, parts: &Parts, body: B, id: &str, transport: Transport) -> Outcome
    where
        B: http_body::Body,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let body = read_body(body, self.options.limits.max_payload).await;
        let body = body.map_err(|error| Box::new(empty(error.status())))?;
        let is_jsonp = matches!(transport, Transport::JsonpSend);
        let messages = match is_jsonp {
            true => incoming::of_jsonp(&parts.headers, &body),
            false => incoming::of_xhr(&parts.headers, &body),
        };
        let messages = messages.map_err(|error| Box::new(answers::failed(error)))?;
        let session = self.sessions.get(id).ok_or_else(|| Box::new(answers::not_found()))?;
        if !session.send(messages).await {
            return Err(Box::new(answers::not_found()));
        }
        Ok(match is_jsonp {
            true => answers::plain(StatusCode::OK, "text/plain; charset=UTF-8", "ok"),
            false => answers::sent(),
        })
    }

    /// The handshake of a WebSocket: of a session, or a bare one.
    fn answer_websocket(self: &Arc<Self>, parts: &mut Parts, raw: bool) -> Response<Body> {
        if !self.options.websocket {
            let mut response = answers::not_found();
            answers::allow_caching(response.headers_mut());
            return response;
        }
        if let Some(wrong) = bad_upgrade(parts) {
            return answers::plain(StatusCode::BAD_REQUEST, "text/plain; charset=UTF-8", wrong);
        }
        if self.server.is_closing() {
            return empty(StatusCode::SERVICE_UNAVAILABLE);
        }
        match ws::accept(parts, self.options.deflate.as_ref()) {
            Ok(accepted) => self.open_websocket(parts, accepted, raw),
            Err(refusal) => *refusal,
        }
    }

    fn open_websocket(self: &Arc<Self>, parts: &mut Parts, accepted: Accepted, raw: bool) -> Response<Body> {
        let Accepted { response, deflate } = accepted;
        let handshake = handshake(parts, query(parts), self.options.trusted_proxies.as_ref());
        let door = self.clone();
        ws::on_upgrade(parts, move |stream, read| {
            let Options { limits, dialect, .. } = &door.options;
            let websocket = WebSocket::open(stream, &read, limits.max_payload, deflate)?;
            let single = Single::new(outbox(&door.server), websocket);
            let now = tokio::time::Instant::now().into_std();
            let link = RawLink::new(now, Single::ID, dialect.messages(), limits.clone());
            let server = door.server.clone();
            match raw {
                true => tokio::spawn(drive(server, link, single, handshake)),
                false => tokio::spawn(drive(server, link.sockjs(), OverWebSocket::new(single), handshake)),
            };
            Ok(())
        });
        response
    }
}

/// Whether a request only gets: also one that opens a WebSocket over HTTP/2.
fn is_get(parts: &Parts) -> bool {
    parts.method == Method::GET || extended_connect::wants_websocket(parts)
}

/// How a transport gives its frames.
fn style(transport: Transport, parts: &Parts) -> Result<Style, Box<Response<Body>>> {
    let query = query(parts);
    let value = |name| query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let callback = value("c").or_else(|| value("callback"));
    let style = match transport {
        Transport::XhrStreaming => Ok(Style::XhrStreaming),
        Transport::EventSource => Ok(Style::EventSource),
        Transport::HtmlFile => Callback::new(callback).map(Style::HtmlFile),
        Transport::Jsonp => Callback::jsonp(callback).map(Style::Jsonp),
        _ => Ok(Style::Xhr),
    };
    style.map_err(|error| Box::new(answers::failed(error)))
}

/// What is wrong with the headers that ask for an upgrade, in the reference's words.
fn bad_upgrade(parts: &Parts) -> Option<&'static str> {
    if extended_connect::wants_websocket(parts) {
        return None;
    }
    let has = |name, wanted: &str| {
        let values = parts.headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        values.flat_map(|value| value.split(',')).any(|token| token.trim().eq_ignore_ascii_case(wanted))
    };
    if !has(UPGRADE, "websocket") {
        return Some(r#"Can "Upgrade" only to "WebSocket"."#);
    }
    (!has(CONNECTION, "upgrade")).then_some(r#""Connection" must be "Upgrade"."#)
}
