//! The `Sec-WebSocket-Extensions` header: reading offers strictly, and answering one.

use super::{MAX_WINDOW_BITS, MIN_WINDOW_BITS};

/// What both sides keep to from now on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreed {
    window_bits: u8,
}

impl Agreed {
    /// The window of what this server sends, as the exponent of its size.
    pub(super) fn window_bits(&self) -> u8 {
        self.window_bits
    }

    /// The answer's `Sec-WebSocket-Extensions` header. The window is named only where it is not the usual one,
    /// which every client can decompress.
    pub fn to_header(&self) -> String {
        let mut header =
            String::from("permessage-deflate; server_no_context_takeover; client_no_context_takeover");
        if self.window_bits != MAX_WINDOW_BITS {
            header.push_str(&format!("; server_max_window_bits={}", self.window_bits));
        }
        header
    }
}

/// The first offer of a header that can be kept to with windows of at most `max_window_bits`.
pub(super) fn choose(header: &str, max_window_bits: u8) -> Option<Agreed> {
    split(header, ',').find_map(|offer| accept(offer, max_window_bits))
}

/// Accepts one offer, or passes it over: for another extension, a parameter that is unknown, that comes twice
/// or has a value it must not have (RFC 7692, sections 5.1 and 7.1).
fn accept(offer: &str, max_window_bits: u8) -> Option<Agreed> {
    let mut parts = split(offer, ';').map(trim);
    if !parts.next()?.eq_ignore_ascii_case("permessage-deflate") {
        return None;
    }
    let mut window_bits = max_window_bits;
    let mut seen: [&str; 4] = [""; 4];
    for (place, parameter) in parts.enumerate() {
        let (name, value) = match parameter.split_once('=') {
            Some((name, value)) => (trim(name), Some(unquote(trim(value))?)),
            None => (parameter, None),
        };
        if seen.contains(&name) {
            return None;
        }
        *seen.get_mut(place)? = name;
        match (name, value) {
            (
                "server_no_context_takeover" | "client_no_context_takeover" | "client_max_window_bits",
                None,
            ) => {}
            // A promise that costs nothing: every window can be decompressed.
            ("client_max_window_bits", Some(value)) => drop(parse_bits(value)?),
            ("server_max_window_bits", Some(value)) => {
                // One of 256 bytes cannot be kept to.
                let asked = parse_bits(value).filter(|bits| *bits >= MIN_WINDOW_BITS)?;
                window_bits = window_bits.min(asked);
            }
            _ => return None,
        }
    }
    Some(Agreed { window_bits })
}

/// A number from 8 to 15 in decimal digits, without leading zeros.
fn parse_bits(value: &str) -> Option<u8> {
    ["8", "9", "10", "11", "12", "13", "14", "15"]
        .iter()
        .position(|bits| *bits == value)
        .map(|at| at as u8 + 8)
}

/// What is between quotes, or the text itself where there are none. No value that means anything here has an
/// escaped character.
fn unquote(value: &str) -> Option<&str> {
    match value.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"').filter(|inner| !inner.contains(['"', '\\'])),
        None => Some(value),
    }
}

fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// The pieces between separators that do not stand between quotes.
fn split(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |c| {
        let separates = c == separator && !quoted;
        if c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = quoted && c == '\\' && !escaped;
        separates
    })
}
