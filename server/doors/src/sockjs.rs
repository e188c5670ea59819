//! The door for SockJS clients: WebSocket where there is one, and five ways to do without.

mod answers;
mod incoming;
mod options;
mod receiver;
mod routing;
mod session;
mod transports;
mod websocket;

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use http::{Request, Response};
use roomful_core::Server;
use tower_service::Service;

use crate::http::Body;
use options::Options;
use session::Sessions;

/// A tower service that answers the requests of SockJS clients, version 0.3 of the protocol: `new SockJS(url)`.
/// Cheap to clone; all clones are one door.
///
/// A client is in one namespace from the start, and its messages are events there, as of a
/// [`PlainWebSocket`](crate::PlainWebSocket): each message is a `message` event with one string, and back. With
/// [`events`](Self::events) a message is `["event", ...arguments]`. Binary data cannot be said to such a client; it is
/// counted as `inexpressible`.
///
/// Below its path the door answers all of SockJS: `/info`, `/iframe*.html`, a greeting, `/websocket` for bare
/// WebSockets, and for each session `websocket`, `xhr`, `xhr_streaming`, `xhr_send`, `eventsource`, `htmlfile`, `jsonp`
/// and `jsonp_send`.
///
/// A session over HTTP ends when its client stays away for the disconnect delay, and at once when a request that
/// receives is cut. The close codes are those of a plain WebSocket, and those that the program gives with
/// [`Socket::close_connection_with`](roomful_core::Socket::close_connection_with).
#[derive(Clone)]
pub struct SockJs {
    inner: Arc<Inner>,
}

struct Inner {
    server: Server,
    options: Options,
    sessions: Arc<Sessions>,
}

impl SockJs {
    /// A door to the main namespace, at the root of its service; see [`prefix`](Self::prefix).
    pub fn new(server: Server) -> Self {
        let options = Options::new(&server);
        Self { inner: Arc::new(Inner { server, options, sessions: Arc::default() }) }
    }
}

impl<B> Service<Request<B>> for SockJs
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
