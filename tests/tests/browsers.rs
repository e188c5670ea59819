//! What keeps foreign pages and slow clients out.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use roomful::{Cors, EngineIo, MountAt, Origins};
use tokio_tungstenite::tungstenite::Error;
use tower_service::Service;

use crate::support::{How, Polling, Serving, WebSocket, ask, echo, get, post};

const OPEN: &str = "/socket.io/?EIO=4&transport=polling";
const OURS: &str = "https://ours.example";
const THEIRS: &str = "https://theirs.example";

fn serve(door: EngineIo) -> Serving {
    Serving::start(How::Workers(1), door.mount("/socket.io"))
}

#[tokio::test]
async fn a_foreign_origin_is_refused_over_both_transports() {
    let serving = serve(EngineIo::socketio(echo()).only_origins(Origins::list([OURS])));
    let address = serving.address;
    assert_eq!(get(address, OPEN, &[&format!("origin: {THEIRS}")]).await.status, 403);
    assert_eq!(get(address, OPEN, &[&format!("origin: {OURS}")]).await.status, 200);
    assert_eq!(get(address, OPEN, &[]).await.status, 200, "not a browser");
    match WebSocket::open_from(address, "", Some(THEIRS)).await {
        Err(Error::Http(response)) => assert!(response.status().is_client_error()),
        other => panic!("not refused: {:?}", other.map(|_| ())),
    }
    assert!(WebSocket::open_from(address, "", Some(OURS)).await.is_ok());
}

#[tokio::test]
async fn a_session_cannot_be_taken_over_from_a_foreign_origin() {
    let serving = serve(EngineIo::socketio(echo()).only_origins(Origins::list([OURS])));
    let session = Polling::open(serving.address).await;
    let query = format!("&sid={}", session.sid);
    assert!(WebSocket::open_from(serving.address, &query, Some(THEIRS)).await.is_err());
    session.join().await;
}

#[tokio::test]
async fn without_cors_no_page_of_another_origin_can_read_an_answer() {
    let serving = serve(EngineIo::socketio(echo()));
    let answer = get(serving.address, OPEN, &[&format!("origin: {THEIRS}")]).await;
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn cors_names_the_origins_that_may_read_answers() {
    let cors = Cors::new(Origins::list([OURS])).with_credentials();
    let serving = serve(EngineIo::socketio(echo()).cors(cors));
    let answer = get(serving.address, OPEN, &[&format!("origin: {OURS}")]).await;
    assert_eq!(answer.header("access-control-allow-origin"), Some(OURS));
    assert_eq!(answer.header("access-control-allow-credentials"), Some("true"));
    assert_eq!(answer.header("vary"), Some("Origin"));
    let answer = get(serving.address, OPEN, &[&format!("origin: {THEIRS}")]).await;
    assert_eq!(answer.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn a_preflight_is_answered() {
    let serving = serve(EngineIo::socketio(echo()).cors(Cors::new(Origins::Any)));
    let headers = [
        &*format!("origin: {THEIRS}"),
        "access-control-request-method: POST",
        "access-control-request-headers: x-a",
    ];
    let answer = ask(serving.address, "OPTIONS", OPEN, &headers, "").await;
    assert_eq!(answer.status, 204);
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-allow-headers"), Some("x-a"));
    assert!(answer.header("access-control-allow-methods").is_some_and(|methods| methods.contains("POST")));
}

#[tokio::test]
async fn a_refusal_has_cors_headers_too() {
    let serving = serve(EngineIo::socketio(echo()).cors(Cors::new(Origins::Any)));
    let answer = get(serving.address, "/socket.io/?EIO=4&transport=polling&sid=unknown", &[]).await;
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (400, Some("*")));
}

#[tokio::test]
async fn an_unknown_or_odd_session_id_is_refused_and_opens_nothing() {
    let server = echo();
    let serving = serve(EngineIo::socketio(server.clone()));
    for sid in ["", "x", "__proto__", "aaaaaaaaaaaaaaaaaaaa", "%00", "%F0%9F%92%A9"] {
        let target = format!("{OPEN}&sid={sid}");
        assert_eq!(get(serving.address, &target, &[]).await.status, 400, "{sid}");
        assert_eq!(post(serving.address, &target, "40").await.status, 400, "{sid}");
        assert!(WebSocket::open_from(serving.address, &format!("&sid={sid}"), None).await.is_err(), "{sid}");
    }
    assert_eq!(server.metrics().connections_opened, 0);
}

#[tokio::test]
async fn the_secret_session_id_is_not_the_public_id_of_the_socket() {
    let server = echo();
    let serving = serve(EngineIo::socketio(server.clone()));
    let session = Polling::open(serving.address).await;
    session.join().await;
    let public = server.main().everyone().local_sockets()[0].id();
    assert_ne!(public.as_str(), session.sid);
    let target = format!("{OPEN}&sid={public}");
    assert_eq!(get(serving.address, &target, &[]).await.status, 400);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let serving = serve(EngineIo::socketio(echo()));
    let session = Polling::open(serving.address).await;
    let body = format!(r#"42["echo","{}"]"#, "x".repeat(1_000_000));
    assert_eq!(post(serving.address, &format!("{OPEN}&sid={}", session.sid), &body).await.status, 413);
}

/// A body of which nothing ever comes.
struct Never;

impl http_body::Body for Never {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
        Poll::Pending
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_not_waited_for_long() {
    let mut door = EngineIo::socketio(echo());
    let open = Request::get(OPEN).body(http_body_util::Empty::<Bytes>::new()).unwrap();
    let opened = door.call(open).await.unwrap().into_body().collect().await.unwrap().to_bytes();
    let opened: serde_json::Value = serde_json::from_slice(&opened[1..]).unwrap();
    let sid = opened["sid"].as_str().unwrap();
    let began = tokio::time::Instant::now();
    let answer = door.call(Request::post(format!("{OPEN}&sid={sid}")).body(Never).unwrap()).await.unwrap();
    assert_eq!(answer.status(), StatusCode::REQUEST_TIMEOUT);
    assert!(began.elapsed().as_secs() <= 30);
}
