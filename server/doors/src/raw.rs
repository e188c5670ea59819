//! The door for plain WebSocket clients: no protocol of their own above RFC 6455.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::sync::Arc;
use std::task::{Context, Poll};

use http::header::{CONNECTION, SEC_WEBSOCKET_PROTOCOL, UPGRADE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, Version};
use roomful_core::Server;
use roomful_core::door::{drive, limits, outbox};
use roomful_protocol::raw::RawLink;
use roomful_protocol::websocket::PerMessageDeflate;
use tower_service::Service;

use crate::cors::Origins;
use crate::dialect::{Dialect, Multiplex, PrimusProtocol};
use crate::http::{Body, Outcome, answer, handshake, query, refused};
use crate::proxy::TrustedProxies;
use crate::ws::{self, Accepted, Single, WebSocket, extended_connect};

/// A tower service that answers the WebSocket handshakes of clients without a library: `new WebSocket(url)`.
/// Cheap to clone.
///
/// A client is in one namespace from the start, and its messages are events there:
///
/// - Each text or binary message is a `message` event with one argument, a string or an attachment, and each
///   `message` event with one such argument is a message. Another event cannot be said to such a client; it is
///   counted as `inexpressible`.
/// - With [`events`](Self::events), a text `["event", ...arguments]` is an event, in both directions. A text
///   that is no such array ends the connection (1007).
///
/// Clients have no way to ask for an acknowledgement or to answer one. When nothing was heard for a ping
/// interval a WebSocket ping is sent, and the connection ends when nothing comes within the ping timeout.
///
/// The server's close codes are those of
/// [`CloseReason::websocket_code`](roomful_protocol::close::CloseReason::websocket_code): 1000 when the program
/// disconnects the client, 1001 when the server shuts down, 1008 when a guard refuses it, 1013 when it was too
/// slow. A client's own code is echoed.
#[derive(Clone)]
pub struct PlainWebSocket {
    inner: Arc<Inner>,
}

#[derive(Clone)]
struct Inner {
    server: Server,
    dialect: Dialect,
    subprotocols: Vec<HeaderValue>,
    origins: Option<Origins>,
    deflate: Option<PerMessageDeflate>,
    trusted_proxies: Option<TrustedProxies>,
}

impl PlainWebSocket {
    /// A door to the main namespace.
    pub fn new(server: Server) -> Self {
        let inner = Inner {
            server,
            dialect: Dialect::default(),
            subprotocols: Vec::new(),
            origins: None,
            deflate: None,
            trusted_proxies: None,
        };
        Self { inner: Arc::new(inner) }
    }

    /// Options belong to a door that is not in use yet; a clone that is keeps its own.
    fn with(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.inner));
        self
    }

    /// The proxies whose word is taken for their clients' addresses. Default: none.
    #[must_use]
    pub fn trusted_proxies(self, proxies: TrustedProxies) -> Self {
        self.with(|door| door.trusted_proxies = Some(proxies))
    }

    /// The namespace that clients are in; a missing leading `/` is added. Default: the main namespace. Where the
    /// server has no such namespace, clients are refused (1008).
    #[must_use]
    pub fn namespace(self, name: &str) -> Self {
        self.with(|door| door.dialect.set_namespace(name))
    }

    /// Lets clients say and hear events of any name: `["event", ...arguments]` as JSON text. A binary message
    /// still is a `message` event, and an event with binary data inside other arguments cannot be said.
    #[must_use]
    pub fn events(self) -> Self {
        self.with(|door| door.dialect.set_events())
    }

    /// Lets clients speak websocket-multiplex: several channels, each a namespace, over one connection.
    #[must_use]
    pub fn multiplex(self, channels: Multiplex) -> Self {
        self.with(|door| door.dialect = Dialect::Multiplex(channels))
    }

    /// Lets clients speak Primus, as those of its transformers `websockets` and `faye` do.
    #[must_use]
    pub fn primus(self, protocol: PrimusProtocol) -> Self {
        self.with(|door| door.dialect = Dialect::Primus(protocol))
    }

    /// The subprotocols that are spoken here (RFC 6455, section 1.9). Of those that a client offers, the first
    /// which is among these is chosen; none otherwise, and it is then for the client to go on or to leave.
    ///
    /// # Panics
    /// When one is no token of HTTP: visible ASCII characters without separators.
    #[must_use]
    pub fn subprotocols<T: AsRef<str>>(self, names: impl IntoIterator<Item = T>) -> Self {
        let names = names.into_iter().map(|name| token(name.as_ref())).collect();
        self.with(|door| door.subprotocols = names)
    }

    /// Refuses requests that name another origin than these. This is what keeps a foreign page from opening a
    /// WebSocket with its visitor's cookies. Default: any origin.
    #[must_use]
    pub fn only_origins(self, origins: Origins) -> Self {
        self.with(|door| door.origins = Some(origins))
    }

    /// Compresses messages to and from the clients that offer it (permessage-deflate, RFC 7692). Default: off. A
    /// broadcast is compressed once for all its recipients, and a connection keeps no state for it.
    #[must_use]
    pub fn per_message_deflate(self, options: PerMessageDeflate) -> Self {
        self.with(|door| door.deflate = Some(options))
    }
}

/// A name that can stand in a list of HTTP, as a header's value.
#[expect(clippy::panic, reason = "a mistake of the program's author, documented where it is made")]
fn token(name: &str) -> HeaderValue {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    match HeaderValue::from_str(name) {
        Ok(value) if !name.is_empty() && name.bytes().all(is_token) => value,
        _ => panic!("`{name}` cannot be the name of a subprotocol"),
    }
}

impl<B> Service<Request<B>> for PlainWebSocket {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (mut parts, _) = request.into_parts();
        ready(Ok(self.inner.answer(&mut parts).unwrap_or_else(|refusal| *refusal)))
    }
}

impl Inner {
    fn answer(self: &Arc<Self>, parts: &mut Parts) -> Outcome {
        if extended_connect::wants_something_else(parts) {
            return Err(Box::new(extended_connect::unknown_protocol()));
        }
        if !ws::is_asked_for(parts) {
            return Ok(upgrade_required(parts.version));
        }
        if self.origins.as_ref().is_some_and(|origins| !origins.allow(&parts.headers)) {
            return Err(refused(StatusCode::FORBIDDEN));
        }
        if self.server.is_closing() {
            return Err(refused(StatusCode::SERVICE_UNAVAILABLE));
        }
        let Accepted { mut response, deflate } = ws::accept(parts, self.deflate.as_ref())?;
        if let Some(chosen) = self.choose_subprotocol(&parts.headers) {
            response.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, chosen.clone());
        }
        let (door, handshake) = (self.clone(), handshake(parts, query(parts), self.trusted_proxies.as_ref()));
        ws::on_upgrade(parts, move |stream, read| {
            let limits = limits(&door.server);
            let websocket = WebSocket::open(stream, &read, limits.max_payload, deflate)?;
            let transports = Single::new(outbox(&door.server), websocket);
            let now = tokio::time::Instant::now().into_std();
            let link = RawLink::new(now, Single::ID, door.dialect.messages(), limits);
            tokio::spawn(drive(door.server.clone(), link, transports, handshake));
            Ok(())
        });
        Ok(response)
    }

    /// The first offered subprotocol that is spoken here. The offers may come in several headers.
    fn choose_subprotocol(&self, request: &HeaderMap) -> Option<&HeaderValue> {
        let offers = request.get_all(SEC_WEBSOCKET_PROTOCOL).iter();
        let mut offers = offers.flat_map(|header| header.as_bytes().split(|byte| *byte == b','));
        offers
            .find_map(|offer| self.subprotocols.iter().find(|spoken| spoken.as_bytes() == offer.trim_ascii()))
    }
}

/// The answer to a request that is no handshake of a WebSocket (RFC 9110, section 15.5.22).
fn upgrade_required(version: Version) -> Response<Body> {
    let mut response = answer(StatusCode::UPGRADE_REQUIRED, "text/plain", "Upgrade Required");
    response.headers_mut().insert(UPGRADE, HeaderValue::from_static("websocket"));
    // HTTP/2 and later have no such header.
    if version <= Version::HTTP_11 {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("upgrade"));
    }
    response
}

#[cfg(test)]
mod tests;
