//! What an application can decide, asked over polling, which needs no network.

use std::sync::Mutex;

use http::header::SET_COOKIE;
use http::{Method, StatusCode};
use http_body_util::{BodyExt as _, Full};
use roomful_core::Namespace;

use super::cookie::Cookie;
use super::*;
use crate::http::PeerAddr;
use crate::proxy::TrustedProxies;

fn server() -> Server {
    Server::builder::<()>().namespace(Namespace::main()).build().unwrap()
}

struct Heard {
    status: StatusCode,
    headers: http::HeaderMap,
    body: String,
}

async fn ask(door: &EngineIo, request: http::request::Builder) -> Heard {
    let request = request.body(Full::<bytes::Bytes>::default()).unwrap();
    let (parts, body) = door.clone().call(request).await.unwrap().into_parts();
    let body = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
    Heard { status: parts.status, headers: parts.headers, body }
}

fn get(query: &str) -> http::request::Builder {
    Request::builder().uri(format!("http://localhost/socket.io/?{query}"))
}

async fn open(door: &EngineIo) -> Heard {
    ask(door, get("EIO=4&transport=polling")).await
}

fn sid(opened: &Heard) -> String {
    let json: serde_json::Value =
        serde_json::from_str(opened.body[1..].split('\x1e').next().unwrap()).unwrap();
    json["sid"].as_str().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn who_is_not_let_in_hears_why() {
    let door = EngineIo::socketio(server()).allow_request(async |request: Handshake| {
        match request.query_value("key") {
            Some("friend") => Ok(()),
            Some(_) => Err("not \"you\""),
            None => Err(""),
        }
    });
    let refused = ask(&door, get("EIO=4&transport=polling&key=foe")).await;
    assert_eq!(
        (refused.status, &*refused.body),
        (StatusCode::FORBIDDEN, r#"{"code":4,"message":"not \"you\""}"#)
    );
    assert_eq!(open(&door).await.body, r#"{"code":4,"message":"Forbidden"}"#);
    assert_eq!(ask(&door, get("EIO=4&transport=polling&key=friend")).await.status, StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn an_id_of_the_application_is_used_if_it_is_one_and_free() {
    let door = EngineIo::socketio(server()).generate_id(|request: &Handshake| {
        request.query_value("id").map(str::to_owned).ok_or("there is none")
    });
    let with = async |id: &str| ask(&door, get(&format!("EIO=4&transport=polling&id={id}"))).await;
    assert_eq!(sid(&with("my-own.id~1").await), "my-own.id~1");
    assert_eq!(with("my-own.id~2").await.status, StatusCode::OK);
    for bad in ["my-own.id~1", "", "a%20b", "a%2Fb", &"x".repeat(129)] {
        let refused = with(bad).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{bad}");
        assert_eq!(refused.body, r#"{"code":3,"message":"Bad request"}"#, "{bad}");
    }
    assert_eq!(open(&door).await.status, StatusCode::BAD_REQUEST);
    assert_eq!(door.clients_count(), 2);
}

#[tokio::test(start_paused = true)]
async fn clients_are_counted_until_they_are_gone() {
    let door = EngineIo::socketio(server());
    assert_eq!(door.clients_count(), 0);
    open(&door).await;
    open(&door).await;
    assert_eq!(door.clients_count(), 2);
    // Nobody polls: the heartbeat ends them, and what waits for a poll is given up.
    tokio::time::sleep(std::time::Duration::from_secs(120)).await;
    assert_eq!(door.clients_count(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_cookie_and_the_first_headers_come_with_the_handshake_alone() {
    let door = EngineIo::socketio(server())
        .cookie(Cookie::named("sticky"))
        .initial_headers(|headers, request| {
            headers.insert("x-first", request.headers.get("x-name").unwrap().clone());
        })
        .headers(|headers, _| {
            headers.insert("x-each", http::HeaderValue::from_static("1"));
        });
    let opened = ask(&door, get("EIO=4&transport=polling").header("x-name", "Ann")).await;
    let id = sid(&opened);
    assert_eq!(opened.headers[SET_COOKIE], format!("sticky={id}; Path=/; HttpOnly; SameSite=Lax"));
    assert_eq!(
        (&opened.headers["x-first"], &opened.headers["x-each"]),
        (&"Ann".parse().unwrap(), &"1".parse().unwrap())
    );
    let later = ask(&door, get(&format!("EIO=4&transport=polling&sid={id}")).method(Method::POST)).await;
    assert!(later.headers.contains_key("x-each"));
    assert!(!later.headers.contains_key("x-first") && !later.headers.contains_key(SET_COOKIE));
    let refused = ask(&door, get("EIO=4&transport=none")).await;
    assert!(!refused.headers.contains_key("x-each"));
}

#[tokio::test(start_paused = true)]
async fn the_initial_packet_follows_the_open_packet() {
    let text = EngineIo::socketio(server()).initial_packet("hello");
    assert!(open(&text).await.body.ends_with("}\x1e4hello"));
    let binary = EngineIo::bare(server()).initial_packet(bytes::Bytes::from_static(&[1, 2])).allow_eio3(true);
    assert!(open(&binary).await.body.ends_with("}\x1ebAQI="));
    let older = ask(&binary, get("EIO=3&transport=polling&b64=1")).await;
    assert!(older.body.ends_with("}6:b4AQI="), "{}", older.body);
}

#[tokio::test(start_paused = true)]
async fn every_refusal_is_told_and_counted() {
    let told = Arc::new(Mutex::new(Vec::new()));
    let into = told.clone();
    let server = server();
    let door = EngineIo::socketio(server.clone()).on_connection_error(move |error| {
        into.lock().unwrap().push((error.code(), error.context().to_owned()));
    });
    let id = sid(&open(&door).await);
    ask(&door, get("EIO=4&transport=none")).await;
    ask(&door, get("EIO=4&transport=polling&sid=unknown")).await;
    ask(&door, get("EIO=4&transport=polling").method(Method::POST)).await;
    ask(&door, get("EIO=4&transport=websocket")).await;
    ask(&door, get("EIO=3&transport=polling")).await;
    ask(&door, get(&format!("EIO=3&transport=polling&sid={id}"))).await;
    ask(&door, get(&format!("EIO=4&transport=websocket&sid={id}"))).await;
    let words = ["", "", "", "TRANSPORT_HANDSHAKE_ERROR", "", "PROTOCOL_MISMATCH", "TRANSPORT_MISMATCH"];
    let expected: Vec<_> = [0, 1, 2, 3, 5, 3, 3].into_iter().zip(words.map(str::to_owned)).collect();
    assert_eq!(*told.lock().unwrap(), expected);
    assert_eq!(server.metrics().requests_refused, 7);
}

#[tokio::test(start_paused = true)]
async fn scripts_are_answered_only_where_every_origin_is_let_in() {
    let door = EngineIo::socketio(server()).allow_eio3(true);
    assert!(ask(&door, get("EIO=3&transport=polling&j=1")).await.body.starts_with("___eio[1](\""));
    let closed = door.only_origins(crate::Origins::list(["https://a.example"]));
    assert_eq!(ask(&closed, get("EIO=3&transport=polling&j=1")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(ask(&closed, get("EIO=3&transport=polling")).await.status, StatusCode::OK);
}

#[tokio::test(start_paused = true)]
async fn handlers_see_the_address_that_a_trusted_proxy_names() {
    let server = server();
    let door =
        EngineIo::bare(server.clone()).trusted_proxies(TrustedProxies::networks(["10.0.0.0/8"]).unwrap());
    let request = get("EIO=4&transport=polling").extension(PeerAddr("10.1.2.3:4".parse().unwrap()));
    ask(&door, request.header("forwarded", "for=1.2.3.4;proto=https")).await;
    let sockets = server.main().everyone().local_sockets();
    let handshake = sockets[0].handshake();
    assert_eq!(handshake.address().unwrap().to_string(), "1.2.3.4:0");
    assert!(handshake.secure());
}
