//! JSON text cut into tokens.

/// The tokens of valid JSON text, and the whitespace between them byte by byte, each with its first byte. Of other
/// text it makes some tokens too. Takes linear time.
pub(crate) struct Tokens<'a> {
    rest: &'a str,
}

impl<'a> Tokens<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        Self { rest: text }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = (u8, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let first = self.rest.bytes().next()?;
        let length = match first {
            b'"' => string_length(self.rest),
            b'{' | b'}' | b'[' | b']' | b',' | b':' | b' ' | b'\n' | b'\r' | b'\t' => 1,
            _ => scalar_length(self.rest),
        };
        // The lengths end at ASCII bytes or at the text's end, so the text can always be split there.
        let (token, after) = self.rest.split_at_checked(length)?;
        self.rest = after;
        Some((first, token))
    }
}

/// The length of the string literal that `text` begins with, with its quotes.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let closes = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        closes
    });
    end.map_or(text.len(), |end| end + 2)
}

/// The length of the number or literal name that `text` begins with; at least one character.
fn scalar_length(text: &str) -> usize {
    let end = text.find([',', ':', '{', '}', '[', ']', '"', ' ', '\n', '\r', '\t']);
    end.unwrap_or(text.len())
}
