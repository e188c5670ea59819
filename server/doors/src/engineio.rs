//! The door for Engine.IO clients: long-polling, WebSocket, and the upgrade from the one to the other.

mod body;
mod carrier;
pub mod cookie;
pub mod hooks;
mod opening;
pub mod options;
mod polling;
mod presence;
mod request;
mod routing;
mod session;
mod transports;
pub mod webtransport;

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use dashmap::DashMap;
use http::header::{HOST, ORIGIN};
use http::{HeaderMap, HeaderValue, Request, Response};
use roomful_core::{ConnectionId, Handshake, Limits, Server, TransportKind};
use tower_service::Service;

use crate::dialect::PrimusProtocol;
use crate::http::Body;
pub use options::Parser;
use options::{Dialect, Options};
use presence::Present;
use session::Session;
use webtransport::WebTransport;

/// Polling sessions by their secret id.
type Sessions = DashMap<ConnectionId, Arc<Session>>;

/// A tower service that answers the requests of Engine.IO clients. Cheap to clone; all clones are one door.
#[derive(Clone)]
pub struct EngineIo {
    inner: Arc<Inner>,
}

struct Inner {
    server: Server,
    options: Options,
    sessions: Arc<Sessions>,
    present: Arc<Present>,
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

    /// A door for clients of Primus, as those of its transformer `engine.io` are.
    pub fn primus(server: Server, protocol: PrimusProtocol) -> Self {
        Self::new(server, Dialect::Primus(protocol))
    }

    fn new(server: Server, dialect: Dialect) -> Self {
        let options = Options::new(dialect);
        Self { inner: Arc::new(Inner { server, options, sessions: Arc::default(), present: Arc::default() }) }
    }

    /// The limits that hold for every client.
    pub fn limits(&self) -> &Limits {
        self.inner.server.limits()
    }

    /// The number of connections that clients have to this door at this moment.
    pub fn clients_count(&self) -> usize {
        self.inner.present.count()
    }

    /// Whether this door is found with a slash behind its path only: see
    /// [`add_trailing_slash`](Self::add_trailing_slash).
    pub fn has_trailing_slash(&self) -> bool {
        self.inner.options.trailing_slash
    }

    /// Whether a WebTransport session with this handshake is to be accepted: not while the server closes, not from
    /// a foreign origin where only some are let in, and not when this door does not offer WebTransport.
    pub fn admits_webtransport(&self, handshake: &Handshake) -> bool {
        let door = &self.inner;
        let mut headers = HeaderMap::new();
        for name in [ORIGIN, HOST] {
            match handshake.headers().get(name.as_str()).map(HeaderValue::from_str) {
                Some(Ok(value)) => _ = headers.insert(name, value),
                Some(Err(_)) => return false,
                None => {}
            }
        }
        door.options.origins.as_ref().is_none_or(|origins| origins.allow(&headers))
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

#[cfg(test)]
mod tests;
