//! Sessions over HTTP under a clock that stands still, and who is let in.

use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_TYPE, ORIGIN};
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use roomful_core::{CloseFrame, Namespace, RawArgs, Socket};
use tokio::time::{sleep, timeout};

use super::*;
use crate::cors::Origins;

fn server() -> Server {
    let main = Namespace::main().on_raw("message", async |socket: Socket, message: RawArgs| {
        match message.parse_first::<String>().as_deref() {
            Ok("leave") => {
                socket.emit_raw("message", "last words");
                socket.close_connection_with(CloseFrame::new(3000, "Go away!").unwrap());
            }
            Ok("slow") => sleep(Duration::from_secs(2)).await,
            _ => _ = socket.emit_args("message", &message),
        }
    });
    Server::builder().namespace(main).build().unwrap()
}

fn door() -> SockJs {
    SockJs::new(server()).prefix("/echo")
}

fn request(method: Method, path: &str, body: &str) -> Request<Full<Bytes>> {
    let request = Request::builder().method(method).uri(path).header(CONTENT_TYPE, "text/plain");
    request.body(Full::new(body.to_owned().into())).unwrap()
}

async fn call(door: &SockJs, request: Request<Full<Bytes>>) -> Response<Body> {
    door.clone().call(request).await.unwrap()
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
}

async fn poll(door: &SockJs) -> String {
    text(call(door, request(Method::POST, "/echo/0/session/xhr", "")).await).await
}

async fn send(door: &SockJs, message: &str) -> StatusCode {
    let body = format!("[\"{message}\"]");
    call(door, request(Method::POST, "/echo/0/session/xhr_send", &body)).await.status()
}

#[tokio::test(start_paused = true)]
async fn a_session_that_nobody_polls_ends_after_5_seconds() {
    let door = door();
    assert_eq!(poll(&door).await, "o\n");
    sleep(Duration::from_millis(4900)).await;
    assert_eq!(send(&door, "a").await, StatusCode::NO_CONTENT);
    assert_eq!(poll(&door).await, "a[\"a\"]\n");
    sleep(Duration::from_millis(5100)).await;
    assert_eq!(send(&door, "a").await, StatusCode::NOT_FOUND);
    assert_eq!(door.inner.server.main().socket_count(), 0);
    assert_eq!(poll(&door).await, "o\n");
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_waits_hears_a_heartbeat() {
    let door = door().heartbeat(Duration::from_secs(7));
    assert_eq!(poll(&door).await, "o\n");
    let begun = tokio::time::Instant::now();
    assert_eq!(poll(&door).await, "h\n");
    assert_eq!(begun.elapsed().as_secs(), 7);
}

#[tokio::test(start_paused = true)]
async fn what_was_said_before_the_end_comes_before_it_and_the_end_is_remembered_for_5_seconds() {
    let door = door();
    assert_eq!(poll(&door).await, "o\n");
    assert_eq!(send(&door, "leave").await, StatusCode::NO_CONTENT);
    assert_eq!(poll(&door).await, "a[\"last words\"]\n");
    for _ in 0..4 {
        assert_eq!(poll(&door).await, "c[3000,\"Go away!\"]\n");
        sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(send(&door, "a").await, StatusCode::NOT_FOUND);
    sleep(Duration::from_secs(2)).await;
    assert_eq!(poll(&door).await, "o\n");
}

#[tokio::test(start_paused = true)]
async fn a_poll_that_comes_before_the_end_of_the_last_one_is_heard_of_is_no_second_one() {
    let door = door();
    assert_eq!(poll(&door).await, "o\n");
    // Cut, which the session hears of while the next poll is there already.
    let cut = tokio::spawn(call_owned(door.clone(), "/echo/0/session/xhr"));
    tokio::task::yield_now().await;
    let next = tokio::spawn(call_owned(door.clone(), "/echo/0/session/xhr"));
    tokio::task::yield_now().await;
    cut.abort();
    assert_eq!(text(next.await.unwrap()).await, "c[1002,\"Connection interrupted\"]\n");
    assert_eq!(poll(&door).await, "o\n");
}

async fn call_owned(door: SockJs, path: &'static str) -> Response<Body> {
    call(&door, request(Method::POST, path, "")).await
}

#[tokio::test(start_paused = true)]
async fn a_request_that_sends_is_answered_when_its_messages_have_been_handled() {
    let limits = roomful_core::Limits { max_running_handlers: 1, max_backlog: 1, ..Default::default() };
    let slow = async |_: Socket| sleep(Duration::from_secs(2)).await;
    let main = Namespace::main().on_raw("message", slow);
    let server = Server::builder().limits(limits).namespace(main).build().unwrap();
    let door = SockJs::new(server).prefix("/echo");
    assert_eq!(poll(&door).await, "o\n");
    let waits = tokio::spawn(call_owned(door.clone(), "/echo/0/session/xhr_streaming"));
    tokio::task::yield_now().await;
    let _streaming = waits.await.unwrap();
    let begun = tokio::time::Instant::now();
    let body = "[\"1\",\"2\",\"3\",\"4\"]";
    let answer = call(&door, request(Method::POST, "/echo/0/session/xhr_send", body)).await;
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    assert!(begun.elapsed() >= Duration::from_secs(2), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn an_answer_that_is_not_taken_holds_its_session_back_and_ends_it() {
    let limits = roomful_core::Limits { ping_timeout: Duration::from_secs(20), ..Default::default() };
    let server = Server::builder().limits(limits).namespace(Namespace::main()).build().unwrap();
    let door = SockJs::new(server.clone()).prefix("/echo").response_limit(usize::MAX);
    let mut stalled = call(&door, request(Method::GET, "/echo/0/session/eventsource", "")).await.into_body();
    tokio::task::yield_now().await;
    for _ in 0..100 {
        server.main().everyone().emit_raw("message", "x".repeat(10_000));
    }
    // It is noticed at the next heartbeat at the latest, and given one ping timeout from there.
    sleep(Duration::from_secs(19)).await;
    assert_eq!(server.main().socket_count(), 1);
    sleep(Duration::from_secs(27)).await;
    assert_eq!(server.main().socket_count(), 0);
    let mut taken = 0;
    while let Ok(Some(Ok(frame))) = timeout(Duration::from_secs(1), stalled.frame()).await {
        taken += frame.into_data().unwrap().len();
    }
    assert!(taken < 300_000, "{taken} bytes were kept for a client that takes nothing");
}

#[tokio::test(start_paused = true)]
async fn foreign_pages_stay_outside_where_a_list_says_who_may_come() {
    let door = door().only_origins(Origins::list(["https://ours.example"]));
    let status = async |method: Method, path: &str, origin: Option<&'static str>| {
        let mut request = request(method, path, "");
        if let Some(origin) = origin {
            request.headers_mut().insert(ORIGIN, origin.parse().unwrap());
        }
        call(&door, request).await.status()
    };
    let (ours, theirs) = (Some("https://ours.example"), Some("https://theirs.example"));
    assert_eq!(status(Method::POST, "/echo/0/a/xhr", ours).await, StatusCode::OK);
    assert_eq!(status(Method::POST, "/echo/0/b/xhr", None).await, StatusCode::OK);
    for path in ["/echo/0/c/xhr", "/echo/0/c/xhr_streaming", "/echo/0/a/xhr_send"] {
        assert_eq!(status(Method::POST, path, theirs).await, StatusCode::FORBIDDEN, "{path}");
    }
    // These name no origin, or that of the iframe.
    for path in ["/echo/0/c/websocket", "/echo/websocket", "/echo/0/c/eventsource"] {
        assert_eq!(status(Method::GET, path, theirs).await, StatusCode::FORBIDDEN, "{path}");
    }
    for path in ["/echo/0/c/jsonp?c=x", "/echo/0/c/htmlfile?c=x", "/echo/iframe.html"] {
        assert_eq!(status(Method::GET, path, None).await, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(status(Method::GET, "/echo/info", theirs).await, StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn no_session_opens_while_the_server_closes() {
    let door = door();
    door.inner.server.close(Duration::from_secs(1)).await;
    let answer = call(&door, request(Method::POST, "/echo/0/session/xhr", "")).await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
}

#[test]
#[should_panic(expected = "cannot be the address of a script")]
fn the_address_of_the_client_cannot_carry_a_script() {
    let _ = door().client_url("x\"></script><script>evil()");
}
