use http::Method;

use super::*;

/// A server needs no runtime before a connection is opened.
fn door() -> PlainWebSocket {
    PlainWebSocket::new(Server::builder::<()>().build().unwrap())
}

fn asked(door: PlainWebSocket, headers: &[(&str, &str)]) -> Response<Body> {
    let mut request = Request::builder().method(Method::GET).uri("/ws");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut parts = request.body(()).unwrap().into_parts().0;
    door.inner.answer(&mut parts).unwrap_or_else(|refusal| *refusal)
}

const HANDSHAKE: [(&str, &str); 5] = [
    ("host", "localhost"),
    ("connection", "Upgrade"),
    ("upgrade", "websocket"),
    ("sec-websocket-version", "13"),
    ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="),
];

/// The answer to a good handshake with these headers besides.
fn opened(door: PlainWebSocket, headers: &[(&str, &str)]) -> Response<Body> {
    asked(door, &[&HANDSHAKE[..], headers].concat())
}

fn chosen(offers: &[&str]) -> Option<String> {
    let offers: Vec<_> = offers.iter().map(|offer| ("sec-websocket-protocol", *offer)).collect();
    let answer = opened(door().subprotocols(["chat", "superchat"]), &offers);
    assert_eq!(answer.status(), StatusCode::SWITCHING_PROTOCOLS);
    answer.headers().get(SEC_WEBSOCKET_PROTOCOL).map(|value| value.to_str().unwrap().to_owned())
}

#[test]
fn a_request_that_is_no_handshake_is_told_what_this_is() {
    let answer = asked(door(), &[]);
    assert_eq!(answer.status(), StatusCode::UPGRADE_REQUIRED);
    assert_eq!(answer.headers()[UPGRADE], "websocket");
    assert_eq!(answer.headers()[CONNECTION], "upgrade");
}

#[test]
fn a_bad_handshake_is_refused_before_anything_is_upgraded() {
    for at in 1..HANDSHAKE.len() {
        let mut headers = HANDSHAKE;
        headers[at].1 = "x";
        let status = asked(door(), &headers).status();
        let expected = if headers[at].0 == "upgrade" { 426 } else { 400 };
        assert_eq!(status.as_u16(), expected, "{}", headers[at].0);
    }
}

#[test]
fn the_first_offered_subprotocol_that_is_spoken_is_chosen() {
    assert_eq!(chosen(&["chat"]).as_deref(), Some("chat"));
    assert_eq!(chosen(&["other, superchat , chat"]).as_deref(), Some("superchat"));
    assert_eq!(chosen(&["other", "chat"]).as_deref(), Some("chat"), "in a second header");
    for none in [&[][..], &["other"], &["CHAT"], &["chatter"], &[",, ,"], &["\"chat\""]] {
        assert_eq!(chosen(none), None, "{none:?}");
    }
}

#[test]
#[should_panic(expected = "cannot be the name of a subprotocol")]
fn a_name_that_cannot_stand_in_a_list_is_a_mistake() {
    let _ = door().subprotocols(["a,b"]);
}

#[test]
fn pages_of_other_origins_are_kept_out() {
    let door = || door().only_origins(Origins::list(["https://a.example"]));
    let status = |headers: &[(&str, &str)]| opened(door(), headers).status();
    assert_eq!(status(&[("origin", "https://a.example")]), StatusCode::SWITCHING_PROTOCOLS);
    assert_eq!(status(&[("origin", "https://b.example")]), StatusCode::FORBIDDEN);
    assert_eq!(status(&[]), StatusCode::SWITCHING_PROTOCOLS, "no page");
}

#[test]
fn compression_is_agreed_on_where_both_want_it() {
    let offer = [("sec-websocket-extensions", "permessage-deflate")];
    let agreed = |door| opened(door, &offer).headers().contains_key("sec-websocket-extensions");
    assert!(agreed(door().per_message_deflate(PerMessageDeflate::default())));
    assert!(!agreed(door()));
}

#[test]
fn a_namespace_may_be_named_without_its_slash() {
    assert_eq!(door().namespace("chat").inner.dialect.messages().home().unwrap(), "/chat");
    assert_eq!(door().namespace("/chat").inner.dialect.messages().home().unwrap(), "/chat");
}
