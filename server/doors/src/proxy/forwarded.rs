//! The headers in which proxies name their clients.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// One proxy's word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hop {
    /// Who sent the request to the proxy.
    pub(super) client: SocketAddr,
    /// Whether that was over TLS, where the proxy says so.
    pub(super) is_https: Option<bool>,
}

/// The elements of `Forwarded`.
pub(super) fn hops(header: &str) -> Vec<Option<Hop>> {
    split_unquoted(header, ',').map(element).collect()
}

/// The elements of `X-Forwarded-For`, with those of `X-Forwarded-Proto` that stand in the same places. Where there are
/// fewer of these, the last one counts for the rest.
pub(super) fn legacy_hops(addresses: &str, protocols: &str) -> Vec<Option<Hop>> {
    if addresses.is_empty() {
        return Vec::new();
    }
    let protocols: Vec<_> = protocols.split(',').map(|name| is_https(name.trim())).collect();
    let protocol = |place: usize| protocols.get(place).or(protocols.last()).copied().flatten();
    let hop =
        |(place, text): (usize, &str)| Some(Hop { client: node(text.trim())?, is_https: protocol(place) });
    addresses.split(',').enumerate().map(hop).collect()
}

/// `for=…;proto=…`, in any order, with other parameters between.
fn element(text: &str) -> Option<Hop> {
    let (mut client, mut https) = (None, None);
    for pair in split_unquoted(text, ';') {
        let (name, value) = pair.split_once('=')?;
        let value = unquoted(value.trim())?;
        match name.trim() {
            name if name.eq_ignore_ascii_case("for") => client = Some(node(&value)?),
            name if name.eq_ignore_ascii_case("proto") => https = is_https(&value),
            _ => {}
        }
    }
    Some(Hop { client: client?, is_https: https })
}

fn is_https(protocol: &str) -> Option<bool> {
    let is = |names: [&str; 2]| names.iter().any(|name| protocol.eq_ignore_ascii_case(name));
    match () {
        () if is(["https", "wss"]) => Some(true),
        () if is(["http", "ws"]) => Some(false),
        () => None,
    }
}

/// An address, with a port or without; IPv6 addresses with brackets or without.
fn node(text: &str) -> Option<SocketAddr> {
    if let Ok(address) = text.parse::<SocketAddr>() {
        return Some(address);
    }
    let bracketed = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let address = match bracketed {
        Some(address) => IpAddr::V6(address.parse::<Ipv6Addr>().ok()?),
        None => text.parse().ok()?,
    };
    Some(SocketAddr::new(address, 0))
}

/// A token as it is, a quoted string without its quotes (RFC 9110, section 5.6.4).
fn unquoted(text: &str) -> Option<String> {
    let Some(rest) = text.strip_prefix('"') else {
        return (!text.contains('"')).then(|| text.to_owned());
    };
    let inside = rest.strip_suffix('"')?;
    let mut value = String::with_capacity(inside.len());
    let mut characters = inside.chars();
    while let Some(character) = characters.next() {
        value.push(match character {
            '\\' => characters.next()?,
            '"' => return None,
            other => other,
        });
    }
    Some(value)
}

/// Splits where the separator does not stand inside quotes.
fn split_unquoted(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    text.split(move |character: char| {
        let splits = character == separator && !is_quoted;
        if is_escaped {
            is_escaped = false;
        } else if character == '"' {
            is_quoted = !is_quoted;
        } else {
            is_escaped = is_quoted && character == '\\';
        }
        splits
    })
}
