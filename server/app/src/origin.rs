//! Which pages may connect. Browsers open WebSockets from any page to any server and leave the decision to it;
//! the name of the page's origin is what it decides by.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{Request, State};
use axum::http::header::{CONTENT_TYPE, HOST, ORIGIN};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use roomful::{Cors, Origins};

use crate::config::CorsConfig;

/// The answer to a page that may not connect, in Engine.IO's form.
const FORBIDDEN: &str = r#"{"code":4,"message":"Forbidden"}"#;

/// Which pages may connect: those of the server's own origin, and those that were named.
pub(crate) struct Allowed {
    config: CorsConfig,
    /// Whether the log has had its warning. A foreign page must not be able to fill it.
    warned: AtomicBool,
}

impl Allowed {
    pub(crate) fn new(config: CorsConfig) -> Arc<Self> {
        Arc::new(Self { config, warned: AtomicBool::new(false) })
    }

    /// What the door has to tell browsers about the named origins.
    pub(crate) fn cors(&self) -> Option<Cors> {
        let origins = match (self.config.any, self.config.origins.is_empty()) {
            (true, _) => Origins::Any,
            (false, true) => return None,
            (false, false) => Origins::list(self.config.origins.iter().cloned()),
        };
        let cors = Cors::new(origins);
        Some(if self.config.credentials && !self.config.any { cors.with_credentials() } else { cors })
    }

    /// Programs that are no browsers name no origin, and may connect.
    fn allows(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(ORIGIN) else { return true };
        if self.config.any || self.config.origins.iter().any(|named| named.as_bytes() == origin.as_bytes()) {
            return true;
        }
        let origin = origin.as_bytes();
        let authority = origin.strip_prefix(b"http://").or_else(|| origin.strip_prefix(b"https://"));
        authority.zip(headers.get(HOST)).is_some_and(|(own, host)| own.eq_ignore_ascii_case(host.as_bytes()))
    }
}

/// Lets the requests of pages pass that may connect.
pub(crate) async fn check(State(allowed): State<Arc<Allowed>>, request: Request, next: Next) -> Response {
    if allowed.allows(request.headers()) {
        return next.run(request).await;
    }
    // As text with escapes, whatever its bytes are.
    let origin = request.headers().get(ORIGIN).map(|origin| origin.as_bytes().escape_ascii().to_string());
    let origin = origin.unwrap_or_default();
    if allowed.warned.swap(true, Ordering::Relaxed) {
        tracing::debug!(origin, "a page of another origin was refused");
    } else {
        tracing::warn!(
            origin,
            "a page of another origin was refused; if it may connect, name it with --cors-origin"
        );
    }
    (StatusCode::FORBIDDEN, [(CONTENT_TYPE, "application/json")], FORBIDDEN).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(config: &CorsConfig, origin: &'static str) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, "Localhost:3000".parse().unwrap());
        headers.insert(ORIGIN, origin.parse().unwrap());
        Allowed::new(config.clone()).allows(&headers)
    }

    #[test]
    fn by_default_only_pages_of_the_server_itself_may_connect() {
        let config = CorsConfig::default();
        assert!(allows(&config, "http://localhost:3000"));
        assert!(allows(&config, "https://localhost:3000"));
        for foreign in
            ["http://localhost:5173", "http://localhost", "https://evil.example", "null", "localhost:3000"]
        {
            assert!(!allows(&config, foreign), "{foreign}");
        }
        assert!(Allowed::new(config.clone()).allows(&HeaderMap::new()));
        assert_eq!(Allowed::new(config).cors(), None);
    }

    #[test]
    fn named_origins_may_connect_besides() {
        let config = CorsConfig { origins: vec!["https://a.example".into()], ..CorsConfig::default() };
        assert!(allows(&config, "https://a.example"));
        assert!(allows(&config, "http://localhost:3000"));
        assert!(!allows(&config, "https://a.example.evil.example"));
        assert!(allows(&CorsConfig { any: true, ..CorsConfig::default() }, "https://evil.example"));
    }

    #[test]
    fn a_wildcard_never_goes_with_credentials() {
        let config = CorsConfig { any: true, credentials: true, ..CorsConfig::default() };
        assert_eq!(Allowed::new(config).cors(), Some(Cors::new(Origins::Any)));
    }
}
