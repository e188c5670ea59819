//! The key of the push API.

use std::fmt::Write as _;

use subtle::ConstantTimeEq as _;

/// The key that requests must bring. Its text is never logged.
#[derive(Clone)]
pub(crate) struct ApiKey(String);

impl ApiKey {
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    /// A new key of 128 random bits.
    pub(crate) fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0_u8; 16];
        getrandom::fill(&mut bytes)?;
        let mut text = String::new();
        for byte in bytes {
            let _ = write!(text, "{byte:02x}");
        }
        Ok(Self(text))
    }

    /// The key itself, to show a new one to who started the server.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// Whether a request's `Authorization` has this key. How long that takes tells nothing but a key's length.
    pub(crate) fn is_in(&self, authorization: &[u8]) -> bool {
        let Some((scheme, given)) = authorization.split_at_checked("Bearer ".len()) else { return false };
        scheme.eq_ignore_ascii_case(b"Bearer ") && given.trim_ascii().ct_eq(self.0.as_bytes()).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_whole_key_behind_bearer_is_right() {
        let key = ApiKey::new("0123456789abcdef".into());
        assert!(key.is_in(b"Bearer 0123456789abcdef"));
        assert!(key.is_in(b"bearer  0123456789abcdef "));
        for wrong in [
            &b""[..],
            b"Bearer",
            b"Bearer ",
            b"0123456789abcdef",
            b"Bearer 0123456789abcde",
            b"Bearer 0123456789abcdeff",
            b"Basic 0123456789abcdef",
            b"Bearer\xff0123456789abcdef",
        ] {
            assert!(!key.is_in(wrong), "{wrong:?}");
        }
    }

    #[test]
    fn random_keys_are_long_and_differ() {
        let (a, b) = (ApiKey::random().unwrap(), ApiKey::random().unwrap());
        assert_eq!(a.expose().len(), 32);
        assert_ne!(a.expose(), b.expose());
    }
}
