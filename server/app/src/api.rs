//! `POST /api/emit`: pushes an event to a namespace or to rooms. `GET /healthz`: whether the server is there.

mod body;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{
    ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, WWW_AUTHENTICATE,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http_body_util::LengthLimitError;
use roomful::{Delivery, Server};
use serde::Serialize;

use crate::key::ApiKey;
use body::Push;

/// How long a client may take to send a body.
const BODY_DEADLINE: Duration = Duration::from_secs(30);

struct Api {
    server: Server,
    key: ApiKey,
    /// The largest body, in bytes.
    limit: usize,
}

/// The routes of the API.
pub(crate) fn router(server: Server, key: ApiKey) -> Router {
    let limit = server.limits().max_payload;
    Router::new()
        .route("/api/emit", post(emit).fallback(only_post))
        .route("/healthz", get(async || ([(CACHE_CONTROL, "no-store")], "ok")))
        .with_state(Arc::new(Api { server, key, limit }))
}

/// What became of a push.
#[derive(Serialize)]
struct Report {
    matched: usize,
    queued: usize,
    dropped: usize,
}

/// Why an event was not pushed, and what to do.
#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    error: String,
}

impl Refusal {
    fn new(status: StatusCode, error: impl Into<String>) -> Self {
        Self { status, error: error.into() }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        #[derive(Serialize)]
        struct Body {
            error: String,
        }
        let mut response = json(self.status, &Body { error: self.error });
        let headers = response.headers_mut();
        match self.status {
            StatusCode::UNAUTHORIZED => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"roomful\""));
            }
            StatusCode::METHOD_NOT_ALLOWED => {
                headers.insert(ALLOW, HeaderValue::from_static("POST"));
            }
            _ => {}
        }
        response
    }
}

fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let mut text = serde_json::to_string(body).unwrap_or_default();
    text.push('\n');
    (status, [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store")], text).into_response()
}

async fn only_post() -> Refusal {
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "events are pushed with POST")
}

async fn emit(State(api): State<Arc<Api>>, request: Request) -> Result<Response, Refusal> {
    authorize(&api.key, request.headers())?;
    check_type(request.headers())?;
    let body = read(request, api.limit).await?;
    let push = Push::parse(&body).map_err(|error| Refusal::new(StatusCode::BAD_REQUEST, error))?;
    let Delivery { matched, queued, dropped, error, .. } = deliver(&api.server, &push)?;
    if let Some(error) = error {
        return Err(Refusal::new(StatusCode::BAD_REQUEST, error.to_string()));
    }
    tracing::debug!(event = &*push.event, matched, queued, dropped, "pushed");
    Ok(json(StatusCode::OK, &Report { matched, queued, dropped }))
}

fn authorize(key: &ApiKey, headers: &HeaderMap) -> Result<(), Refusal> {
    let refuse = |error: &str| Err(Refusal::new(StatusCode::UNAUTHORIZED, error));
    match headers.get(AUTHORIZATION) {
        None => {
            refuse("a key is missing: add the header `Authorization: Bearer KEY`, with the server's API key")
        }
        Some(given) if !key.is_in(given.as_bytes()) => refuse(
            "this is not the server's API key: it is the value of ROOMFUL_API_KEY or --api-key, or was printed when \
             the server started",
        ),
        Some(_) => Ok(()),
    }
}

fn check_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let given = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if essence.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    Err(Refusal::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "the body is JSON: add the header `Content-Type: application/json`",
    ))
}

async fn read(request: Request, limit: usize) -> Result<axum::body::Bytes, Refusal> {
    let too_large = || {
        let error = format!("the body has more than {limit} bytes, which --max-payload allows");
        Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, error)
    };
    let length =
        request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > limit as u64) {
        return Err(too_large());
    }
    match tokio::time::timeout(BODY_DEADLINE, axum::body::to_bytes(request.into_body(), limit)).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(error)) if is_limit(&error) => Err(too_large()),
        Ok(Err(_)) => Err(Refusal::new(StatusCode::BAD_REQUEST, "the body ended early: send it again")),
        Err(_) => {
            Err(Refusal::new(StatusCode::REQUEST_TIMEOUT, "the body did not come in time: send it again"))
        }
    }
}

/// Whether a body was refused for its length.
fn is_limit(error: &axum::Error) -> bool {
    std::error::Error::source(error).is_some_and(|source| source.is::<LengthLimitError>())
}

fn deliver(server: &Server, push: &Push) -> Result<Delivery, Refusal> {
    let namespace = server.namespace(&push.namespace).ok_or_else(|| {
        let mut names: Vec<_> = server.namespaces().iter().map(|it| it.name().to_owned()).collect();
        names.sort();
        let names = names.join(" ");
        let error = format!("there is no such namespace; there is {names}, and --namespace adds more");
        Refusal::new(StatusCode::NOT_FOUND, error)
    })?;
    Ok(namespace.to(&push.rooms).except(&push.except).emit_args(&push.event, &push.args))
}

#[cfg(test)]
mod tests;
