//! The names of channels as they stand in messages: what `escape()` of JavaScript makes of them (ECMA-262, B.2.1).

use std::fmt::Write as _;

/// A name in the form that is sent.
pub(super) fn escape(name: &str) -> String {
    let mut escaped = String::with_capacity(name.len());
    for unit in name.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii_alphanumeric() || b"@*_+-./".contains(&byte) => {
                escaped.push(char::from(byte));
            }
            // Writing to a string cannot fail.
            Ok(byte) => _ = write!(escaped, "%{byte:02X}"),
            Err(_) => _ = write!(escaped, "%u{unit:04X}"),
        }
    }
    escaped
}

/// The name that was sent in this form. What is no escape is taken as it is, halves of surrogate pairs become U+FFFD.
pub(super) fn unescape(topic: &str) -> String {
    let mut units = Vec::with_capacity(topic.len());
    let mut rest = topic;
    while let Some(char) = rest.chars().next() {
        let escape = if char == '%' { sequence(rest) } else { None };
        match escape {
            Some((unit, len)) => {
                units.push(unit);
                rest = rest.get(len..).unwrap_or_default();
            }
            None => {
                units.extend_from_slice(char.encode_utf16(&mut [0; 2]));
                rest = rest.get(char.len_utf8()..).unwrap_or_default();
            }
        }
    }
    String::from_utf16_lossy(&units)
}

/// The unit of the escape at the beginning, and the escape's length.
fn sequence(text: &str) -> Option<(u16, usize)> {
    let number = |digits: &str| match digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        true => u16::from_str_radix(digits, 16).ok(),
        false => None,
    };
    if let Some(long) = text.strip_prefix("%u").and_then(|rest| rest.get(..4)) {
        return number(long).map(|unit| (unit, 6));
    }
    number(text.get(1..3)?).map(|unit| (unit, 3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_travel_as_javascript_escapes_them() {
        let table = [
            ("plain@*_+-./", "plain@*_+-./"),
            ("red,blue é", "red%2Cblue%20%E9"),
            ("€😀", "%u20AC%uD83D%uDE00"),
            ("100%", "100%25"),
            ("", ""),
        ];
        for (name, topic) in table {
            assert_eq!(escape(name), topic);
            assert_eq!(unescape(topic), name);
        }
    }

    #[test]
    fn what_is_no_escape_is_taken_as_it_is() {
        for odd in ["%", "%2", "%u", "%u20A", "%zz", "%uzzzz", "%+1", "a%€", "é"] {
            assert_eq!(unescape(odd), odd);
        }
        assert_eq!(unescape("%e9%uD83D"), "é\u{fffd}");
    }
}
