//! Which pages may connect. Browsers open WebSockets from any page to any server and leave the decision to it;
//! the name of the page's origin is what it decides by.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, ORIGIN};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use roomful::{Cors, Origins};

use crate::config::CorsConfig;

/// The answer to a page that may not connect, in Engine.IO's form.
const FORBIDDEN: &str = r#"{"code":4,"message":"Forbidden"}"#;

/// Which pages may connect: those of the server's own origin, and those that were named.
pub(crate) struct Allowed {
    origins: Origins,
    cors: Option<Cors>,
    /// Whether the log has had its warning. A foreign page must not be able to fill it.
    warned: AtomicBool,
}

impl Allowed {
    pub(crate) fn new(config: CorsConfig) -> Arc<Self> {
        let names_some = config.any || !config.origins.is_empty();
        let origins = match config.any {
            true => Origins::Any,
            false => Origins::OwnAnd(config.origins),
        };
        let cors = names_some.then(|| {
            let cors = Cors::new(origins.clone());
            if config.credentials && !config.any { cors.with_credentials() } else { cors }
        });
        Arc::new(Self { origins, cors, warned: AtomicBool::new(false) })
    }

    /// Whom the doors have to let in.
    pub(crate) fn origins(&self) -> Origins {
        self.origins.clone()
    }

    /// What the doors have to tell browsers about the named origins.
    pub(crate) fn cors(&self) -> Option<Cors> {
        self.cors.clone()
    }
}

/// Lets the requests of pages pass that may connect.
pub(crate) async fn check(State(allowed): State<Arc<Allowed>>, request: Request, next: Next) -> Response {
    if allowed.origins.allow(request.headers()) {
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

    #[test]
    fn by_default_only_pages_of_the_server_itself_may_connect() {
        let allowed = Allowed::new(CorsConfig::default());
        assert_eq!(allowed.origins(), Origins::OwnAnd(Vec::new()));
        assert_eq!(allowed.cors(), None);
    }

    #[test]
    fn named_origins_may_connect_besides() {
        let named = || vec!["https://a.example".to_owned()];
        let config = CorsConfig { origins: named(), credentials: true, ..CorsConfig::default() };
        let allowed = Allowed::new(config);
        assert_eq!(allowed.origins(), Origins::OwnAnd(named()));
        assert_eq!(allowed.cors(), Some(Cors::new(Origins::OwnAnd(named())).with_credentials()));
    }

    #[test]
    fn a_wildcard_never_goes_with_credentials() {
        let config = CorsConfig { any: true, credentials: true, ..CorsConfig::default() };
        assert_eq!(Allowed::new(config).cors(), Some(Cors::new(Origins::Any)));
    }
}
