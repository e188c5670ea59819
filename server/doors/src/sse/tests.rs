//! Streams under a clock that stands still.

use http_body_util::BodyExt as _;
use roomful_core::{ConnectError, Limits, Namespace, Recovery, Socket};
use tokio::time::{sleep, timeout};

use super::*;

/// A namespace in which clients join the room that their query names, if a guard lets them.
fn news() -> Namespace {
    let guard = async |socket: Socket| match socket.handshake().query_value("room") {
        Some("secret") => Err(ConnectError::new("not you").with_data(serde_json::json!({ "code": 7 }))),
        Some(room) => {
            socket.join(room);
            Ok(())
        }
        None => Ok(()),
    };
    Namespace::new("/news").guard(guard)
}

fn door(server: &Server) -> ServerSentEvents {
    ServerSentEvents::new(server.clone()).namespace("/news")
}

async fn get(door: &ServerSentEvents, path: &str, last: Option<&str>) -> Response<Body> {
    let mut request = Request::get(path).body(()).unwrap();
    if let Some(last) = last {
        request.headers_mut().insert(LAST_EVENT_ID, last.parse().unwrap());
    }
    door.clone().call(request).await.unwrap()
}

/// What comes of a stream without time passing.
async fn heard(body: &mut Body) -> String {
    let mut heard = String::new();
    while let Ok(Some(frame)) = timeout(Duration::from_millis(1), body.frame()).await {
        heard.push_str(std::str::from_utf8(&frame.unwrap().into_data().unwrap()).unwrap());
    }
    heard
}

#[tokio::test(start_paused = true)]
async fn a_client_hears_what_is_said_in_its_rooms() {
    let server = Server::builder().namespace(news()).build().unwrap();
    let door = door(&server).retry(Duration::from_millis(200));
    let response = get(&door, "/events?room=sport", None).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.headers()[CONTENT_TYPE], "text/event-stream");
    assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
    let mut body = response.into_body();
    let namespace = server.namespace("/news").unwrap();
    namespace.to("sport").emit_raw("goal", serde_json::json!({ "by": 9 }));
    namespace.to("weather").emit_raw("rain", ());
    namespace.everyone().emit_raw("message", "good\nnight");
    assert_eq!(
        heard(&mut body).await,
        "retry: 200\r\n\r\nid: 1\r\nevent: goal\r\ndata: {\"by\":9}\r\n\r\n\
         id: 2\r\ndata: good\r\ndata: night\r\n\r\n"
    );
}

#[tokio::test(start_paused = true)]
async fn a_client_that_a_guard_refuses_is_told_why_and_gives_up() {
    let server = Server::builder().namespace(news()).build().unwrap();
    let response = get(&door(&server), "/events?room=secret", None).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    let why = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(why, r#"{"message":"not you","data":{"code":7}}"#);
    let elsewhere = ServerSentEvents::new(server.clone()).namespace("/nowhere");
    assert_eq!(get(&elsewhere, "/events", None).await.status(), StatusCode::FORBIDDEN);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_comes_back_is_the_socket_that_it_was_and_gets_what_it_missed() {
    let server = Server::builder().recovery(Recovery::default()).namespace(news()).build().unwrap();
    let (door, namespace) = (door(&server), server.namespace("/news").unwrap());
    let mut body = get(&door, "/events?room=sport", None).await.into_body();
    namespace.to("sport").emit_raw("message", "one");
    let first = heard(&mut body).await;
    let id = first.lines().filter_map(|line| line.strip_prefix("id: ")).next_back().unwrap().to_owned();
    let socket = namespace.everyone().local_sockets()[0].id();
    drop(body);
    sleep(Duration::from_millis(1)).await;
    assert_eq!(namespace.socket_count(), 0);
    namespace.to("sport").emit_raw("message", "two");
    namespace.to("weather").emit_raw("message", "rain");

    let mut body = get(&door, "/events", Some(&id)).await.into_body();
    namespace.to("sport").emit_raw("message", "three");
    let again = heard(&mut body).await;
    let data: Vec<_> = again.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
    assert_eq!(data, ["two", "three"]);
    assert_eq!(namespace.everyone().local_sockets()[0].id(), socket);
    assert_eq!(server.metrics().recovered, 1);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_has_heard_nothing_yet_comes_back_as_well() {
    let server = Server::builder().recovery(Recovery::default()).namespace(news()).build().unwrap();
    let (door, namespace) = (door(&server), server.namespace("/news").unwrap());
    let mut body = get(&door, "/events?room=sport", None).await.into_body();
    let first = heard(&mut body).await;
    let id = first.strip_prefix("id: ").and_then(|rest| rest.strip_suffix("\r\n\r\n")).unwrap().to_owned();
    drop(body);
    sleep(Duration::from_millis(1)).await;
    namespace.to("sport").emit_raw("message", "missed");
    let mut body = get(&door, "/events", Some(&id)).await.into_body();
    assert!(heard(&mut body).await.contains("data: missed\r\n"));
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_unknown_begins_anew_with_an_id_of_its_own() {
    let server = Server::builder().recovery(Recovery::default()).namespace(news()).build().unwrap();
    let mut body = get(&door(&server), "/events", Some("nobody.AAH_.1")).await.into_body();
    server.namespace("/news").unwrap().everyone().emit_raw("message", "hi");
    let stream = heard(&mut body).await;
    assert!(stream.contains("data: hi\r\n") && !stream.contains("nobody"), "{stream}");
    assert_eq!(server.metrics().not_recovered, 1);
}

#[tokio::test(start_paused = true)]
async fn a_comment_goes_out_at_every_ping_interval() {
    let server = Server::builder().namespace(news()).build().unwrap();
    let mut body = get(&door(&server), "/events", None).await.into_body();
    assert_eq!(heard(&mut body).await, "");
    sleep(Duration::from_secs(25)).await;
    assert_eq!(heard(&mut body).await, ":\r\n\r\n");
}

#[tokio::test(start_paused = true)]
async fn a_client_that_takes_nothing_is_closed_after_a_ping_timeout() {
    let server = Server::builder().namespace(news()).build().unwrap();
    let _stalled = get(&door(&server), "/events", None).await;
    let namespace = server.namespace("/news").unwrap();
    for _ in 0..20 {
        namespace.everyone().emit_raw("message", "x".repeat(10_000));
        // Each goes out by itself.
        tokio::task::yield_now().await;
    }
    sleep(Duration::from_secs(18)).await;
    assert_eq!(namespace.socket_count(), 1);
    sleep(Duration::from_secs(30)).await;
    assert_eq!(namespace.socket_count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_stream_ends_behind_what_was_said_before_and_leaves_no_socket() {
    let server = Server::builder().namespace(news()).build().unwrap();
    let mut body = get(&door(&server), "/events", None).await.into_body();
    let namespace = server.namespace("/news").unwrap();
    namespace.everyone().emit_raw("message", "last");
    namespace.everyone().disconnect();
    assert_eq!(heard(&mut body).await, "id: 1\r\ndata: last\r\n\r\n");
    assert!(http_body::Body::is_end_stream(&body));
    assert_eq!(namespace.socket_count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_goes_while_a_guard_decides_leaves_nothing_behind() {
    let slow = async |_: Socket| {
        sleep(Duration::from_secs(5)).await;
        Ok::<(), ConnectError>(())
    };
    let server = Server::builder().namespace(Namespace::new("/news").guard(slow)).build().unwrap();
    let door = door(&server);
    let gone = tokio::spawn(async move { get(&door, "/events", None).await });
    sleep(Duration::from_secs(1)).await;
    gone.abort();
    sleep(Duration::from_secs(40)).await;
    assert_eq!(server.namespace("/news").unwrap().socket_count(), 0);
    assert_eq!(server.metrics().connections_closed, 1);
}

#[tokio::test(start_paused = true)]
async fn only_pages_that_may_can_listen_and_only_by_get() {
    let server = Server::builder().namespace(news()).build().unwrap();
    let ours = Origins::list(["https://ours.example"]);
    let door = door(&server).only_origins(ours.clone()).cors(Cors::new(ours).with_credentials());
    let call = async |method: Method, origin: &'static str| {
        let request = Request::builder().method(method).uri("/events").header("origin", origin);
        let response = door.clone().call(request.body(()).unwrap()).await.unwrap();
        let shared = response.headers().get("access-control-allow-origin").is_some();
        (response.status().as_u16(), shared)
    };
    assert_eq!(call(Method::GET, "https://ours.example").await, (200, true));
    assert_eq!(call(Method::GET, "https://theirs.example").await, (403, false));
    assert_eq!(call(Method::OPTIONS, "https://ours.example").await, (204, true));
    assert_eq!(call(Method::POST, "https://ours.example").await, (405, true));
}

#[tokio::test(start_paused = true)]
async fn while_the_server_closes_a_browser_is_answered_so_that_it_comes_back() {
    let server = Server::builder().limits(Limits::default()).namespace(news()).build().unwrap();
    server.close(Duration::from_secs(1)).await;
    let response = get(&door(&server), "/events", None).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(response.into_body().collect().await.unwrap().to_bytes().is_empty());
}
