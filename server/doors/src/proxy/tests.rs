use http::HeaderValue;

use super::*;

const FOR: &str = "x-forwarded-for";
const PROTO: &str = "x-forwarded-proto";

fn resolve(trusted: &TrustedProxies, peer: &str, headers: &[(&'static str, &'static str)]) -> (String, bool) {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    let (address, secure) = trusted.resolve(&map, Some(peer.parse().unwrap()), false);
    (address.unwrap().to_string(), secure)
}

fn address(trusted: &TrustedProxies, peer: &str, headers: &[(&'static str, &'static str)]) -> String {
    resolve(trusted, peer, headers).0
}

fn local() -> TrustedProxies {
    TrustedProxies::networks(["127.0.0.1", "10.0.0.0/8", "fd00::/8"]).unwrap()
}

#[test]
fn the_word_of_a_stranger_is_not_taken() {
    for header in [(FOR, "1.2.3.4"), ("forwarded", "for=1.2.3.4;proto=https")] {
        let seen = resolve(&local(), "9.9.9.9:5", &[header, (PROTO, "https")]);
        assert_eq!(seen, ("9.9.9.9:5".to_owned(), false));
    }
}

#[test]
fn a_trusted_proxy_names_its_client() {
    assert_eq!(address(&local(), "127.0.0.1:5", &[(FOR, "1.2.3.4")]), "1.2.3.4:0");
    assert_eq!(address(&local(), "127.0.0.1:5", &[(FOR, "1.2.3.4:99")]), "1.2.3.4:99");
    assert_eq!(address(&local(), "127.0.0.1:5", &[(FOR, "2001:db8::1")]), "[2001:db8::1]:0");
    assert_eq!(address(&local(), "127.0.0.1:5", &[(FOR, "[2001:db8::1]:7")]), "[2001:db8::1]:7");
    assert_eq!(address(&local(), "127.0.0.1:5", &[]), "127.0.0.1:5");
}

#[test]
fn what_a_client_has_written_itself_is_left_behind() {
    assert_eq!(address(&local(), "127.0.0.1:5", &[(FOR, "6.6.6.6, 1.2.3.4, 10.0.0.7")]), "1.2.3.4:0");
    assert_eq!(address(&local(), "127.0.0.1:5", &[(FOR, "6.6.6.6"), (FOR, "1.2.3.4")]), "1.2.3.4:0");
}

#[test]
fn hops_are_counted_from_the_nearest() {
    let headers = [(FOR, "6.6.6.6, 1.2.3.4, 5.6.7.8")];
    for (hops, seen) in
        [(0, "9.9.9.9:5"), (1, "5.6.7.8:0"), (2, "1.2.3.4:0"), (3, "6.6.6.6:0"), (9, "6.6.6.6:0")]
    {
        assert_eq!(address(&TrustedProxies::hops(hops), "9.9.9.9:5", &headers), seen);
    }
    let mut headers = HeaderMap::new();
    headers.insert(FOR, HeaderValue::from_static("1.2.3.4"));
    let unknown_peer = TrustedProxies::hops(1).resolve(&headers, None, false).0;
    assert_eq!(unknown_peer, Some("1.2.3.4:0".parse().unwrap()));
    assert_eq!(local().resolve(&headers, None, false).0, None);
}

#[test]
fn a_mapped_address_is_the_one_it_maps() {
    assert_eq!(address(&local(), "[::ffff:10.0.0.1]:5", &[(FOR, "1.2.3.4")]), "1.2.3.4:0");
}

#[test]
fn forwarded_is_read_with_its_quotes() {
    let all = [
        ("for=1.2.3.4", "1.2.3.4:0", false),
        ("For=\"[2001:db8:cafe::17]:4711\"", "[2001:db8:cafe::17]:4711", false),
        ("by=203.0.113.43;proto=https;for=192.0.2.60", "192.0.2.60:0", true),
        ("for=\"1.2.3.4\";host=\"a,b;c\\\"\";proto=\"HTTPS\"", "1.2.3.4:0", true),
        ("for=6.6.6.6;proto=https, for=1.2.3.4;proto=http, for=10.1.1.1", "1.2.3.4:0", false),
    ];
    for (header, seen, secure) in all {
        assert_eq!(
            resolve(&local(), "127.0.0.1:5", &[("forwarded", header)]),
            (seen.to_owned(), secure),
            "{header}"
        );
    }
}

#[test]
fn forwarded_goes_before_the_older_headers() {
    let headers = [("forwarded", "for=1.2.3.4"), (FOR, "6.6.6.6"), (PROTO, "https")];
    assert_eq!(resolve(&local(), "127.0.0.1:5", &headers), ("1.2.3.4:0".to_owned(), false));
}

#[test]
fn what_cannot_be_read_ends_the_walk() {
    for bad in ["unknown", "_hidden", "1.2.3", "1.2.3.4:x", "[::1", "", "\"", "1.2.3.4 5.6.7.8"] {
        let list: &'static str = Box::leak(format!("6.6.6.6, {bad}, 10.0.0.7").into_boxed_str());
        assert_eq!(address(&local(), "127.0.0.1:5", &[(FOR, list)]), "10.0.0.7:0", "{bad}");
    }
    for bad in
        ["for=unknown", "for=_x", "for", "proto=https", "for=\"1.2.3.4", "for=1\"2", "=", "for=\"1.2.3.4\\\""]
    {
        let list: &'static str = Box::leak(format!("for=6.6.6.6, {bad}").into_boxed_str());
        assert_eq!(address(&local(), "127.0.0.1:5", &[("forwarded", list)]), "127.0.0.1:5", "{bad}");
    }
}

#[test]
fn the_protocol_is_that_of_the_client_and_not_of_the_proxies_between() {
    let secure =
        |protocols| resolve(&local(), "127.0.0.1:5", &[(FOR, "1.2.3.4, 10.0.0.7"), (PROTO, protocols)]).1;
    assert!(secure("https, http"));
    assert!(!secure("http, https"));
    assert!(secure("https"));
    assert!(!secure("gopher"));
}

#[test]
fn networks_are_checked_when_they_are_named() {
    for bad in ["", "10.0.0.0/33", "localhost", "10.0.0", "fd00::/129"] {
        let error = TrustedProxies::networks([bad]).unwrap_err();
        assert!(error.to_string().starts_with(&format!("{bad:?} is neither")), "{error}");
    }
}
