//! The refusals of a request, with the reference's codes, messages and statuses.

/// Why a request is refused before it reaches a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// `transport` in the query is missing, unknown or switched off.
    UnknownTransport,
    /// `sid` in the query names no session.
    UnknownSession,
    /// A session can only be opened by GET.
    BadHandshakeMethod,
    /// The request does not fit its session or its transport.
    BadRequest,
    /// The application does not want this client.
    Forbidden,
    /// `EIO` in the query is a version that is not spoken here.
    UnsupportedVersion,
}

impl Refusal {
    /// The code in the JSON body.
    pub fn code(self) -> u8 {
        match self {
            Self::UnknownTransport => 0,
            Self::UnknownSession => 1,
            Self::BadHandshakeMethod => 2,
            Self::BadRequest => 3,
            Self::Forbidden => 4,
            Self::UnsupportedVersion => 5,
        }
    }

    /// The message in the JSON body.
    pub fn message(self) -> &'static str {
        match self {
            Self::UnknownTransport => "Transport unknown",
            Self::UnknownSession => "Session ID unknown",
            Self::BadHandshakeMethod => "Bad handshake method",
            Self::BadRequest => "Bad request",
            Self::Forbidden => "Forbidden",
            Self::UnsupportedVersion => "Unsupported protocol version",
        }
    }

    /// The HTTP status.
    pub fn status(self) -> u16 {
        match self {
            Self::Forbidden => 403,
            _ => 400,
        }
    }

    /// The JSON body.
    pub fn body(self) -> String {
        self.body_with(self.message())
    }

    /// The JSON body with a message of the application's.
    pub fn body_with(self, message: &str) -> String {
        // A string always serialises.
        let message = serde_json::to_string(message).unwrap_or_default();
        format!(r#"{{"code":{},"message":{message}}}"#, self.code())
    }
}
