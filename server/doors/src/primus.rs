//! What a client of Primus may ask for over HTTP beside its connection: what was agreed on, and the client itself.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, VARY};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use tower_service::Service;

use crate::cors::{Cors, is_preflight};
use crate::dialect::PrimusProtocol;
use crate::http::{Body, answer, empty};

/// The version of Primus whose wire is spoken.
const VERSION: &str = "8.0.9";

/// How messages of Primus travel. Server and client have to use the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Transformer {
    /// Plain WebSocket.
    WebSockets,
    /// Plain WebSocket as well, by another library of the reference.
    Faye,
    /// Engine.IO 4.
    EngineIo,
    /// SockJS.
    SockJs,
}

impl Transformer {
    /// The name that Primus has for it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WebSockets => "websockets",
            Self::Faye => "faye",
            Self::EngineIo => "engine.io",
            Self::SockJs => "sockjs",
        }
    }
}

/// A door for clients of Primus with what they ask for over HTTP beside it: a tower service that answers `spec` and
/// `primus.js` below its path, and leaves all other requests to the door. Cheap to clone.
#[derive(Clone)]
pub struct WithPrimusFiles<D> {
    door: D,
    files: Arc<Files>,
}

struct Files {
    path: Box<str>,
    spec: Bytes,
    library: Option<Bytes>,
    cors: Option<Cors>,
}

impl<D> WithPrimusFiles<D> {
    /// The files of a door that is mounted at `path`, as its clients have it in their address. `library` is the client's
    /// source; without one, `primus.js` is not found. `cors` says which pages of other origins may read the answers,
    /// those of the door too where it says nothing of that itself.
    pub fn new(
        door: D,
        path: &str,
        transformer: Transformer,
        protocol: &PrimusProtocol,
        library: Option<Bytes>,
        cors: Option<Cors>,
    ) -> Self {
        let spec = serde_json::json!({
            "pingInterval": protocol.interval().as_millis() as u64,
            "pathname": path,
            "version": VERSION,
            "parser": "json",
            "transformer": transformer.as_str(),
        });
        let files = Files { path: path.into(), spec: spec.to_string().into(), library, cors };
        Self { door, files: Arc::new(files) }
    }
}

impl Files {
    /// The answer to a request for one of the files; `None` when it is for something else.
    fn answer<B>(&self, request: &Request<B>) -> Option<Response<Body>> {
        let (content_type, body) = match request.uri().path().strip_prefix(&*self.path)? {
            "/spec" => ("application/json", Some(&self.spec)),
            "/primus.js" => ("text/javascript; charset=utf-8", self.library.as_ref()),
            _ => return None,
        };
        Some(match (body, &self.cors) {
            (Some(body), _) if request.method() == Method::GET => {
                answer(StatusCode::OK, content_type, body.clone())
            }
            (Some(_), Some(cors)) if is_preflight(request.method()) => cors.preflight(request.headers()),
            (Some(_), _) => empty(StatusCode::METHOD_NOT_ALLOWED),
            (None, _) => empty(StatusCode::NOT_FOUND),
        })
    }

    /// Says who may read an answer whose door has nothing to say about that.
    fn share(&self, request: &HeaderMap, response: &mut Response<Body>) {
        let headers = response.headers();
        let says_nothing = !headers.contains_key(ACCESS_CONTROL_ALLOW_ORIGIN)
            && !headers.contains_key(VARY)
            && !response.status().is_informational();
        if let Some(cors) = self.cors.as_ref().filter(|_| says_nothing) {
            cors.apply(request, response.headers_mut());
        }
    }
}

impl<B, D> Service<Request<B>> for WithPrimusFiles<D>
where
    D: Service<Request<B>, Response = Response<Body>, Error = Infallible>,
    D::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.door.poll_ready(cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let files = self.files.clone();
        let headers = request.headers().clone();
        let file = files.answer(&request);
        let door = file.is_none().then(|| self.door.call(request));
        Box::pin(async move {
            let mut response = match (file, door) {
                (Some(file), _) => file,
                (None, Some(door)) => door.await?,
                (None, None) => empty(StatusCode::NOT_FOUND),
            };
            files.share(&headers, &mut response);
            Ok(response)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::future::{Ready, ready};

    use http::header::ORIGIN;
    use http_body_util::BodyExt as _;

    use super::*;
    use crate::cors::Origins;

    /// A door that knows nothing.
    #[derive(Clone)]
    struct Empty;

    impl Service<Request<()>> for Empty {
        type Response = Response<Body>;
        type Error = Infallible;
        type Future = Ready<Result<Response<Body>, Infallible>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: Request<()>) -> Self::Future {
            ready(Ok(answer(StatusCode::IM_A_TEAPOT, "text/plain", "the door")))
        }
    }

    fn files(library: Option<&'static str>, cors: Option<Cors>) -> WithPrimusFiles<Empty> {
        let protocol = PrimusProtocol::new();
        let library = library.map(Bytes::from);
        WithPrimusFiles::new(Empty, "/primus", Transformer::EngineIo, &protocol, library, cors)
    }

    async fn call(files: &WithPrimusFiles<Empty>, method: Method, path: &str) -> (Response<()>, String) {
        let request = Request::builder().method(method).uri(path).header(ORIGIN, "https://a.example");
        let response = files.clone().call(request.body(()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (Response::from_parts(parts, ()), String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_mount_says_what_was_agreed_on() {
        let (response, spec) = call(&files(None, None), Method::GET, "/primus/spec").await;
        assert_eq!(response.status(), StatusCode::OK);
        let spec: serde_json::Value = serde_json::from_str(&spec).unwrap();
        let expected = serde_json::json!({
            "pingInterval": 30000, "pathname": "/primus", "version": "8.0.9", "parser": "json", "transformer": "engine.io",
        });
        assert_eq!(spec, expected);
    }

    #[tokio::test]
    async fn the_client_is_there_when_the_program_has_given_one() {
        let get = async |files: WithPrimusFiles<Empty>| {
            let (response, body) = call(&files, Method::GET, "/primus/primus.js").await;
            (response.status(), body)
        };
        assert_eq!(get(files(None, None)).await.0, StatusCode::NOT_FOUND);
        assert_eq!(get(files(Some("the client"), None)).await, (StatusCode::OK, "the client".to_owned()));
    }

    #[tokio::test]
    async fn all_other_requests_are_the_doors() {
        for path in ["/primus", "/primus/", "/primus/specs", "/primus/a/spec", "/spec"] {
            let (response, body) = call(&files(None, None), Method::GET, path).await;
            assert_eq!((response.status(), &*body), (StatusCode::IM_A_TEAPOT, "the door"), "{path}");
            assert!(!response.headers().contains_key(ACCESS_CONTROL_ALLOW_ORIGIN));
        }
    }

    #[tokio::test]
    async fn every_answer_says_which_pages_may_read_it() {
        let cors = Cors::new(Origins::Any).with_credentials();
        let files = files(None, Some(cors));
        for (method, path, status) in [
            (Method::GET, "/primus/spec", StatusCode::OK),
            (Method::POST, "/primus/spec", StatusCode::METHOD_NOT_ALLOWED),
            (Method::OPTIONS, "/primus/spec", StatusCode::NO_CONTENT),
            (Method::GET, "/primus/primus.js", StatusCode::NOT_FOUND),
            (Method::GET, "/primus/", StatusCode::IM_A_TEAPOT),
        ] {
            let (response, _) = call(&files, method, path).await;
            assert_eq!(response.status(), status, "{path}");
            assert_eq!(response.headers()[ACCESS_CONTROL_ALLOW_ORIGIN], "https://a.example", "{path}");
        }
    }
}
