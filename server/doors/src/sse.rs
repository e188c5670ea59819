//! The door for clients that only receive: `new EventSource(url)`, or `curl -N`.

mod stream;

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytestring::ByteString;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE};
use http::request::Parts;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use roomful_core::Server;
use roomful_core::door::{count_refused, drive, limits, outbox};
use roomful_protocol::packet::MAIN;
use roomful_protocol::sse::{Ids, SseLink};
use tokio::sync::oneshot;
use tower_service::Service;

use crate::cors::{Cors, Origins, is_preflight};
use crate::dialect::path;
use crate::http::{Body, answer, empty, handshake, query};
use crate::proxy::TrustedProxies;
use stream::{EventStream, Verdict};

/// A tower service that answers with server-sent events. Cheap to clone.
///
/// A client is in one namespace from the start and hears the events that reach it there: each by its own name, with
/// `message` as the browser's default. The data is the text of the one argument where that is a string, and JSON
/// otherwise: of the argument, or of an array where there are several. What cannot be said (binary data, questions, the
/// names `open` and `error`) is counted as `inexpressible`.
///
/// Where the server recovers sessions, a browser that lost its connection says by itself where it was
/// (`Last-Event-ID`), and gets what it missed as the socket that it was. Elsewhere events are counted from 1, and the
/// program finds the last number that the client has heard in its handshake.
///
/// A browser comes back whenever a stream ends, also after
/// [`Socket::disconnect`](roomful_core::Socket::disconnect); it gives up when a guard refuses it: that is the status
/// 403, with the message and the data of the refusal as JSON. A comment goes out at every ping interval.
#[derive(Clone)]
pub struct ServerSentEvents {
    inner: Arc<Inner>,
}

#[derive(Clone)]
struct Inner {
    server: Server,
    namespace: ByteString,
    retry: Option<Duration>,
    cors: Option<Cors>,
    origins: Option<Origins>,
    trusted_proxies: Option<TrustedProxies>,
}

impl ServerSentEvents {
    /// A door to the main namespace.
    pub fn new(server: Server) -> Self {
        let (cors, origins, trusted_proxies) = (None, None, None);
        let inner = Inner { server, namespace: MAIN, retry: None, cors, origins, trusted_proxies };
        Self { inner: Arc::new(inner) }
    }

    /// Options belong to a door that is not in use yet; a clone that is keeps its own.
    fn with(mut self, change: impl FnOnce(&mut Inner)) -> Self {
        change(Arc::make_mut(&mut self.inner));
        self
    }

    /// The namespace that clients are in; a missing leading `/` is added. Default: the main namespace. Where the server
    /// has no such namespace, clients are refused.
    #[must_use]
    pub fn namespace(self, name: &str) -> Self {
        self.with(|door| door.namespace = path(name))
    }

    /// How long browsers wait before they come back when a stream has ended, in whole milliseconds. Default: they choose,
    /// mostly some seconds.
    #[must_use]
    pub fn retry(self, delay: Duration) -> Self {
        self.with(|door| door.retry = Some(delay))
    }

    /// Lets pages of other origins listen. Default: none may.
    #[must_use]
    pub fn cors(self, cors: Cors) -> Self {
        self.with(|door| door.cors = Some(cors))
    }

    /// Refuses requests that name another origin than these. Default: any origin.
    #[must_use]
    pub fn only_origins(self, origins: Origins) -> Self {
        self.with(|door| door.origins = Some(origins))
    }

    /// The proxies whose word is taken for their clients' addresses. Default: none.
    #[must_use]
    pub fn trusted_proxies(self, proxies: TrustedProxies) -> Self {
        self.with(|door| door.trusted_proxies = Some(proxies))
    }
}

impl<B> Service<Request<B>> for ServerSentEvents {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let door = self.inner.clone();
        let (parts, _) = request.into_parts();
        Box::pin(async move { Ok(door.answer(&parts).await) })
    }
}

/// What a browser repeats when it comes back.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

impl Inner {
    async fn answer(&self, request: &Parts) -> Response<Body> {
        if let Some(cors) = self.cors.as_ref().filter(|_| is_preflight(&request.method)) {
            return cors.preflight(&request.headers);
        }
        let mut response = if request.method != Method::GET {
            let mut response = empty(StatusCode::METHOD_NOT_ALLOWED);
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
            response
        } else if self.origins.as_ref().is_some_and(|origins| !origins.allow(&request.headers)) {
            count_refused(&self.server);
            empty(StatusCode::FORBIDDEN)
        } else {
            self.open(request).await
        };
        if let Some(cors) = &self.cors {
            cors.apply(&request.headers, response.headers_mut());
        }
        response
    }

    /// Opens a stream, and answers when it is known whether the client may come in.
    async fn open(&self, request: &Parts) -> Response<Body> {
        let last = request.headers.get(LAST_EVENT_ID).and_then(|value| value.to_str().ok());
        let (verdict, decided) = oneshot::channel();
        let transports = EventStream::new(outbox(&self.server), verdict, Ids::after(last), self.retry);
        let auth = last.and_then(Ids::claim).map(ByteString::from);
        let now = tokio::time::Instant::now().into_std();
        let interval = limits(&self.server).ping_interval;
        let link = SseLink::new(now, EventStream::ID, self.namespace.clone(), auth, interval);
        let handshake = handshake(request, query(request), self.trusted_proxies.as_ref());
        tokio::spawn(drive(self.server.clone(), link, transports, handshake));
        match decided.await {
            Ok(Verdict::Open(stream)) => streaming(stream),
            Ok(Verdict::Refused(why)) => answer(StatusCode::FORBIDDEN, "application/json", why),
            // The server closes: a browser gives up at any other status, and comes back after this one.
            Err(_) => streaming(Body::default()),
        }
    }
}

fn streaming(body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx would keep events back until a buffer is full.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

#[cfg(test)]
mod tests;
