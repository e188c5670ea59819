//! What an application may have a say in: who is let in, ids, headers, and what it is told.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use http::HeaderMap;
use http::request::Parts;
use roomful_core::Handshake;
use roomful_protocol::engineio::Refusal;

type Verdict = Pin<Box<dyn Future<Output = Result<(), String>> + Send>>;

/// The application's closures. All are rarely used, so that they are looked for and not called in vain.
#[derive(Clone, Default)]
pub(super) struct Hooks {
    pub(super) allow_request: Option<AllowHook>,
    pub(super) generate_id: Option<IdHook>,
    pub(super) initial_headers: Option<HeaderHook>,
    pub(super) headers: Option<HeaderHook>,
    pub(super) connection_error: Option<ErrorHook>,
}

type AllowHook = Arc<dyn Fn(Handshake) -> Verdict + Send + Sync>;
type IdHook = Arc<dyn Fn(&Handshake) -> Result<String, String> + Send + Sync>;
type ErrorHook = Arc<dyn Fn(&ConnectionError<'_>) + Send + Sync>;
pub(super) type HeaderHook = Arc<dyn Fn(&mut HeaderMap, &Parts) + Send + Sync>;

/// Why a request was refused before it reached a session.
#[derive(Debug)]
pub(super) struct Denied {
    pub(super) refusal: Refusal,
    pub(super) context: &'static str,
    /// Instead of the refusal's own.
    pub(super) message: Option<String>,
}

impl Denied {
    pub(super) fn new(refusal: Refusal, context: &'static str) -> Self {
        Self { refusal, context, message: None }
    }
}

/// A request that was refused, for [`EngineIo::on_connection_error`](crate::EngineIo::on_connection_error).
pub struct ConnectionError<'a> {
    pub(super) denied: &'a Denied,
    pub(super) request: &'a Parts,
}

impl ConnectionError<'_> {
    /// The reference's code: 0 unknown transport, 1 unknown session, 2 bad handshake method, 3 bad request, 4 forbidden,
    /// 5 unsupported protocol version.
    pub fn code(&self) -> u8 {
        self.denied.refusal.code()
    }

    /// What the client was told.
    pub fn message(&self) -> &str {
        self.denied.message.as_deref().unwrap_or(self.denied.refusal.message())
    }

    /// What was wrong, in the reference's words where it has some: `INVALID_ORIGIN`, `TRANSPORT_MISMATCH`,
    /// `PROTOCOL_MISMATCH`, `TRANSPORT_HANDSHAKE_ERROR`, `ID_GENERATION_ERROR`; else `ORIGIN_NOT_ALLOWED`,
    /// `JSONP_NOT_ALLOWED` or nothing.
    pub fn context(&self) -> &str {
        self.denied.context
    }

    /// The request. What its client says in it is not to be trusted, nor to be logged as it is.
    pub fn request(&self) -> &Parts {
        self.request
    }
}

impl fmt::Debug for ConnectionError<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConnectionError")
            .field("code", &self.code())
            .field("message", &self.message())
            .field("context", &self.context())
            .finish_non_exhaustive()
    }
}
