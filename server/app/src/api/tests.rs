//! The API without a network.

use axum::body::{Body, to_bytes};
use axum::http::Method;
use serde_json::Value;
use tower_service::Service as _;

use super::*;
use crate::push;

const KEY: &str = "0123456789abcdef";

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    fn error(&self) -> String {
        let body: Value = serde_json::from_str(&self.body).unwrap();
        body["error"].as_str().unwrap().to_owned()
    }
}

async fn ask(method: Method, path: &str, headers: &[(&str, &str)], body: impl Into<Body>) -> Answer {
    let limits = roomful::Limits { max_payload: 1000, ..roomful::Limits::default() };
    let server =
        Server::builder::<()>().limits(limits).namespace(push::namespace("/orders")).build().unwrap();
    // It exists only once somebody has asked for it.
    server.main();
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut router = router(server, ApiKey::new(KEY.into()));
    let response = router.call(request.body(body.into()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    Answer { status: parts.status, headers: parts.headers, body: String::from_utf8(body.to_vec()).unwrap() }
}

async fn push(body: impl Into<Body>) -> Answer {
    let authorization = format!("Bearer {KEY}");
    let headers = [("authorization", &*authorization), ("content-type", "application/json; charset=utf-8")];
    ask(Method::POST, "/api/emit", &headers, body).await
}

#[tokio::test]
async fn a_push_is_answered_with_whom_it_reached() {
    let answer = push(r#"{"namespace":"orders","rooms":["a"],"event":"e","args":[1]}"#).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.body, "{\"matched\":0,\"queued\":0,\"dropped\":0}\n");
}

#[tokio::test]
async fn without_the_key_nothing_is_read() {
    for headers in
        [&[][..], &[("authorization", "Bearer wrong")], &[("authorization", "Basic 0123456789abcdef")]]
    {
        let answer = ask(Method::POST, "/api/emit", headers, "{").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(answer.headers[WWW_AUTHENTICATE], "Bearer realm=\"roomful\"");
        assert!(!answer.error().is_empty());
    }
}

#[tokio::test]
async fn other_methods_and_other_types_are_refused() {
    let answer = ask(Method::GET, "/api/emit", &[], "").await;
    assert_eq!(
        (answer.status, &answer.headers[ALLOW]),
        (StatusCode::METHOD_NOT_ALLOWED, &"POST".parse().unwrap())
    );
    let authorization = format!("Bearer {KEY}");
    for kind in ["text/plain", "application/x-www-form-urlencoded", ""] {
        let headers = [("authorization", &*authorization), ("content-type", kind)];
        let answer = ask(Method::POST, "/api/emit", &headers, "{}").await;
        assert_eq!(answer.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert!(answer.error().contains("Content-Type: application/json"));
    }
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_whether_or_not_it_says_its_length() {
    let long = " ".repeat(1001);
    assert_eq!(push(long.clone()).await.status, StatusCode::PAYLOAD_TOO_LARGE);
    let authorization = format!("Bearer {KEY}");
    let headers = [
        ("authorization", &*authorization),
        ("content-type", "application/json"),
        ("content-length", "1001"),
    ];
    let announced = ask(Method::POST, "/api/emit", &headers, long).await;
    assert_eq!(announced.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(announced.error().contains("--max-payload"));
}

#[tokio::test]
async fn wrong_bodies_reserved_names_and_unknown_namespaces_are_explained() {
    let wrong = push("{\"event\":\"e\",\n\"room\":\"a\"}").await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    assert!(
        wrong.error().contains("unknown field `room`") && wrong.error().contains("line 2"),
        "{}",
        wrong.error()
    );
    let reserved = push(r#"{"event":"disconnect"}"#).await;
    assert_eq!(reserved.status, StatusCode::BAD_REQUEST);
    assert!(reserved.error().contains("reserved"));
    let unknown = push(r#"{"namespace":"/nowhere","event":"e"}"#).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    assert!(unknown.error().contains("/orders"), "{}", unknown.error());
}

#[tokio::test]
async fn health_is_asked_without_a_key() {
    let answer = ask(Method::GET, "/healthz", &[], "").await;
    assert_eq!((answer.status, answer.body.as_str()), (StatusCode::OK, "ok"));
}
