//! Reading the values of options. Each error says what would be right.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use tracing::level_filters::LevelFilter;

/// The least that a key may be: shorter ones can be guessed.
const KEY_LENGTH: usize = 16;

type Result<T> = std::result::Result<T, String>;

fn number<T: FromStr>(text: &str) -> Option<T> {
    // `parse` alone would take `+1`.
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// `ADDR:PORT`; an IPv6 address in brackets.
pub(super) fn bind(text: &str) -> Result<(String, u16)> {
    let parts = text.rsplit_once(':').filter(|(host, _)| !host.contains(':') || host.ends_with(']'));
    let (host, port) = parts.ok_or("give an address and a port, such as 127.0.0.1:3000 or [::1]:3000")?;
    Ok((self::host(host)?, self::port(port)?))
}

pub(super) fn host(text: &str) -> Result<String> {
    let host = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b':' | b'%');
    if host.is_empty() || !host.bytes().all(allowed) {
        return Err("give an address of this machine, such as 127.0.0.1, 0.0.0.0 or ::1".into());
    }
    Ok(host.to_owned())
}

pub(super) fn port(text: &str) -> Result<u16> {
    number(text).ok_or_else(|| "give a port from 1 to 65535, or 0 for a free one".into())
}

pub(super) fn path(text: &str) -> Result<String> {
    let path = text.trim_end_matches('/');
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'~');
    let segment = |segment: &str| !matches!(segment, "" | "." | "..") && segment.bytes().all(allowed);
    let taken = ["/api", "/healthz", "/playground"]
        .iter()
        .any(|taken| path.strip_prefix(taken).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    match path.strip_prefix('/') {
        Some(rest) if rest.split('/').all(segment) && !taken => Ok(path.to_owned()),
        _ => Err("give a path such as /socket.io, of letters, digits and -._~; /, /api, /healthz and \
                  /playground are in use"
            .into()),
    }
}

/// A file that can be made: its folder is there.
pub(super) fn file(text: &str) -> Result<PathBuf> {
    let path = PathBuf::from(text);
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if path.is_dir() || folder.is_some_and(|folder| !folder.is_dir()) {
        return Err("give a file in a folder that exists".into());
    }
    Ok(path)
}

pub(super) fn workers(text: &str) -> Result<usize> {
    let workers = number(text).filter(|workers| (1..=1024).contains(workers));
    workers.ok_or_else(|| "give a number from 1 to 1024".into())
}

pub(super) fn origin(text: &str) -> Result<String> {
    let authority = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    let allowed = |byte: u8| {
        byte.is_ascii_digit()
            || byte.is_ascii_lowercase()
            || matches!(byte, b'.' | b'-' | b'_' | b':' | b'[' | b']')
    };
    let is_origin = authority.is_some_and(|rest| !rest.is_empty() && rest.bytes().all(allowed));
    if text == "*" || is_origin {
        return Ok(text.to_owned());
    }
    Err("give an origin as browsers do: the scheme and the host in lower case, its port if it is not the \
         scheme's, and nothing behind it, such as https://example.com or http://localhost:5173"
        .into())
}

pub(super) fn api_key(text: &str) -> Result<String> {
    if text.len() < KEY_LENGTH || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(format!(
            "give {KEY_LENGTH} or more characters of ASCII without spaces; `openssl rand -hex 24` makes a good key"
        ));
    }
    Ok(text.to_owned())
}

/// A namespace, with its slash.
pub(crate) fn namespace(text: &str) -> Result<String> {
    let name = if text.starts_with('/') { text.to_owned() } else { format!("/{text}") };
    let allowed = |c: char| !c.is_control() && !c.is_whitespace() && !matches!(c, ',' | '?' | '*');
    if name.len() > 255 || name.len() < 2 || !name.chars().all(allowed) {
        return Err(
            "give a name such as /orders, of at most 255 bytes, without spaces, commas, ? and *; / itself \
                    is always there"
                .into(),
        );
    }
    Ok(name)
}

/// A number of bytes, as it is or with `K` or `M`.
pub(super) fn size(text: &str) -> Result<usize> {
    let (digits, unit) = match text.as_bytes().last() {
        Some(b'k' | b'K') => (text.get(..text.len() - 1), 1000),
        Some(b'm' | b'M') => (text.get(..text.len() - 1), 1_000_000),
        _ => (Some(text), 1),
    };
    let size = digits.and_then(number::<usize>).and_then(|size| size.checked_mul(unit));
    size.filter(|size| (1000..=1_000_000_000).contains(size))
        .ok_or_else(|| "give a size from 1K to 1000M, such as 1M, 500K or 1000000 (bytes)".into())
}

/// A time with its unit.
pub(super) fn duration(text: &str) -> Result<Duration> {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(at);
    let millis: Option<u64> = match unit {
        "ms" => number(digits),
        "s" => number(digits).and_then(|seconds: u64| seconds.checked_mul(1000)),
        "m" => number(digits).and_then(|minutes: u64| minutes.checked_mul(60_000)),
        _ => None,
    };
    let time = millis.map(Duration::from_millis).filter(|time| !time.is_zero() && *time <= DAY);
    time.ok_or_else(|| "give a time with its unit, such as 25s, 500ms or 2m, of at most a day".into())
}

pub(super) fn level(text: &str) -> Result<LevelFilter> {
    let level = match text {
        "off" => LevelFilter::OFF,
        "error" => LevelFilter::ERROR,
        "warn" => LevelFilter::WARN,
        "info" => LevelFilter::INFO,
        "debug" => LevelFilter::DEBUG,
        "trace" => LevelFilter::TRACE,
        _ => return Err("give off, error, warn, info, debug or trace".into()),
    };
    Ok(level)
}

/// A switch in the environment.
pub(super) fn switch(text: &str) -> Result<bool> {
    match text {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" => Ok(false),
        _ => Err("give true or false".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_with_its_port_is_taken_apart_also_for_ipv6() {
        assert_eq!(bind("0.0.0.0:80"), Ok(("0.0.0.0".into(), 80)));
        assert_eq!(bind("[::1]:0"), Ok(("::1".into(), 0)));
        for wrong in ["", "3000", "127.0.0.1", "::1:80", "a b:1", "127.0.0.1:99999", ":80", "[::1]:"] {
            assert!(bind(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_path_has_no_place_for_what_routers_or_pages_read_differently() {
        assert_eq!(path("/socket.io/"), Ok("/socket.io".into()));
        assert_eq!(path("/a/b"), Ok("/a/b".into()));
        for wrong in
            ["", "/", "io", "//", "/a//b", "/..", "/{a}", "/*", "/a?b", "/a\"", "/é", "/api/", "/healthz"]
        {
            assert!(path(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_origin_is_what_browsers_send() {
        for right in ["*", "https://example.com", "http://localhost:5173", "http://[::1]:80"] {
            assert_eq!(origin(right), Ok(right.into()));
        }
        for wrong in ["", "example.com", "https://", "https://example.com/", "https://Example.com", "ftp://a"]
        {
            assert!(origin(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sizes_and_times_have_units_and_bounds() {
        assert_eq!(size("500K"), Ok(500_000));
        assert_eq!(size("2m"), Ok(2_000_000));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(duration("2m"), Ok(Duration::from_secs(120)));
        for wrong in ["", "K", "-1", "+1M", "1G", "99", "99999999999999999999", "é"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
        for wrong in
            ["", "25", "s", "0s", "1h", "+1s", "99999999999999999999s", "18446744073709551615m", "2000m"]
        {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_short_key_or_one_that_no_header_can_carry_is_refused() {
        assert!(api_key("0123456789abcdef").is_ok());
        for wrong in ["", "short", "0123456789abcde ", "0123456789abcdéf"] {
            assert!(api_key(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_namespace_gets_its_slash() {
        assert_eq!(namespace("orders"), Ok("/orders".into()));
        for wrong in ["", "/", "/a,b", "/a?b", "/a*", "/a b"] {
            assert!(namespace(wrong).is_err(), "{wrong}");
        }
    }
}
