//! Which names a definition stands for.

use std::sync::Arc;

use bytestring::ByteString;
use roomful_protocol::args::{Args, DeserializeError};
use serde::de::DeserializeOwned;

/// The names of a namespace definition.
pub(crate) enum Pattern {
    /// One name.
    Exact(ByteString),
    /// Literal pieces with one character or more between them.
    Wildcard(Vec<String>),
    /// Whatever satisfies it.
    Condition(Arc<dyn Fn(&NamespaceRequest<'_>) -> bool + Send + Sync>),
}

/// A namespace that does not exist yet and is asked for.
#[derive(Clone, Copy, Debug)]
pub struct NamespaceRequest<'a> {
    name: &'a str,
    auth: Option<&'a ByteString>,
}

impl<'a> NamespaceRequest<'a> {
    pub(crate) fn new(name: &'a str, auth: Option<&'a ByteString>) -> Self {
        Self { name, auth }
    }

    /// Its name, with the leading `/`.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// The auth payload of the client that asks as JSON text of an object; `{}` when there is none.
    pub fn auth_json(&self) -> &'a str {
        self.auth.map_or("{}", |auth| auth)
    }

    /// The auth payload of the client that asks.
    ///
    /// # Errors
    /// When it does not fit the type.
    pub fn auth<T: DeserializeOwned>(&self) -> Result<T, DeserializeError> {
        Args::from_raw(self.auth_json().into(), Vec::new()).parse_first()
    }
}

impl Pattern {
    pub(crate) fn parse(name: &str) -> Self {
        let name = if name.starts_with('/') { name.to_owned() } else { format!("/{name}") };
        if name.contains('*') {
            Self::Wildcard(name.split('*').map(str::to_owned).collect())
        } else {
            Self::Exact(name.into())
        }
    }

    pub(crate) fn matches(&self, request: &NamespaceRequest<'_>) -> bool {
        let name = request.name;
        match self {
            Self::Exact(exact) => exact == name,
            Self::Wildcard(pieces) => wildcard(pieces, name),
            Self::Condition(condition) => condition(request),
        }
    }
}

/// Takes each middle piece at the first place where it can stand: later places give the rest less room.
fn wildcard(pieces: &[String], name: &str) -> bool {
    let [first, middle @ .., last] = pieces else { return false };
    let Some(rest) = name.strip_prefix(first.as_str()) else { return false };
    let Some(mut rest) = rest.strip_suffix(last.as_str()) else { return false };
    for piece in middle {
        let Some(skipped) = rest.chars().next().and_then(|skipped| rest.get(skipped.len_utf8()..)) else {
            return false;
        };
        let Some((_, after)) = skipped.split_once(piece.as_str()) else { return false };
        rest = after;
    }
    !rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, name: &str) -> bool {
        Pattern::parse(pattern).matches(&NamespaceRequest::new(name, None))
    }

    #[test]
    fn a_name_without_its_slash_gets_one() {
        assert!(matches("chat", "/chat"));
        assert!(!matches("/chat", "/chat/"));
    }

    #[test]
    fn a_star_stands_for_one_character_or_more() {
        let table = [
            ("/dyn/*", "/dyn/a", true),
            ("/dyn/*", "/dyn/a/b", true),
            ("/dyn/*", "/dyn/", false),
            ("/*/x", "/é/x", true),
            ("/*/x", "//x", false),
            ("/a*b*c", "/a1b2c", true),
            ("/a*b*c", "/ab2c", false),
            ("/a*b*c", "/abb2c", true),
            ("/a*b*c", "/a1bc", false),
            ("/a*b*c", "/a1bc2c", true),
            ("*", "/", false),
        ];
        for (pattern, name, wanted) in table {
            assert_eq!(matches(pattern, name), wanted, "{pattern} {name}");
        }
    }
}
