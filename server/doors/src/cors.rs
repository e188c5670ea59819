//! Which pages of other origins may talk to a door.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_REQUEST_HEADERS, HOST, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};

use crate::http::{Body, empty};

/// A set of origins, such as `https://example.com`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origins {
    /// Every origin.
    Any,
    /// These.
    List(Vec<String>),
    /// That of the server, as the request calls it in its `Host`, and these.
    OwnAnd(Vec<String>),
}

impl Origins {
    /// These origins, each with its scheme and, if it is not the scheme's own, its port.
    pub fn list<T: Into<String>>(origins: impl IntoIterator<Item = T>) -> Self {
        Self::List(origins.into_iter().map(Into::into).collect())
    }

    /// Whether a request with these headers may come in. One that names no origin is not a page's.
    pub fn allow(&self, request: &HeaderMap) -> bool {
        let Some(origin) = request.get(ORIGIN) else { return true };
        self.contains(origin) || (matches!(self, Self::OwnAnd(_)) && is_own(origin, request))
    }

    /// Whether there are pages that may not come in. Requests that hide their origin cannot be let in then.
    pub(crate) fn is_restricted(&self) -> bool {
        *self != Self::Any
    }

    /// Whether an origin is named here.
    fn contains(&self, origin: &HeaderValue) -> bool {
        match self {
            Self::Any => true,
            Self::List(list) | Self::OwnAnd(list) => {
                list.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes())
            }
        }
    }
}

/// Whether a page comes from the host that it asks.
fn is_own(origin: &HeaderValue, request: &HeaderMap) -> bool {
    let origin = origin.as_bytes();
    let authority = origin.strip_prefix(b"http://").or_else(|| origin.strip_prefix(b"https://"));
    authority.zip(request.get(HOST)).is_some_and(|(own, host)| own.eq_ignore_ascii_case(host.as_bytes()))
}

/// Cross-origin resource sharing: whether a browser lets pages of other origins read a door's answers. It says
/// nothing about WebSockets, which browsers open to any origin; for those there is
/// [`EngineIo::only_origins`](crate::EngineIo::only_origins).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cors {
    origins: Origins,
    credentials: bool,
}

impl Cors {
    /// Pages of these origins may talk to the door, without cookies.
    pub fn new(origins: Origins) -> Self {
        Self { origins, credentials: false }
    }

    /// They may send cookies too. The origin is then named in the answer, never a wildcard; with
    /// [`Origins::Any`] every page on the web can act as its visitor, so a list is nearly always what is meant.
    #[must_use]
    pub fn with_credentials(mut self) -> Self {
        self.credentials = true;
        self
    }

    /// The answer to a preflight request.
    pub(crate) fn preflight(&self, request: &HeaderMap) -> Response<Body> {
        let mut response = empty(StatusCode::NO_CONTENT);
        let headers = response.headers_mut();
        headers
            .insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET,HEAD,PUT,PATCH,POST,DELETE"));
        if let Some(wanted) = request.get(ACCESS_CONTROL_REQUEST_HEADERS) {
            headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, wanted.clone());
        }
        headers.append(VARY, HeaderValue::from_static("Access-Control-Request-Headers"));
        self.apply(request, headers);
        response
    }

    /// Adds what an answer to this request has to say.
    pub(crate) fn apply(&self, request: &HeaderMap, answer: &mut HeaderMap) {
        if self.origins == Origins::Any && !self.credentials {
            answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            return;
        }
        answer.append(VARY, HeaderValue::from_static("Origin"));
        let Some(origin) = request.get(ORIGIN).filter(|origin| self.origins.contains(origin)) else { return };
        answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        if self.credentials {
            answer.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        }
    }
}

/// Whether a request asks what it may do before it does it.
pub(crate) fn is_preflight(method: &Method) -> bool {
    method == Method::OPTIONS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(cors: &Cors, origin: &'static str) -> (Option<String>, bool) {
        let mut request = HeaderMap::new();
        request.insert(ORIGIN, HeaderValue::from_static(origin));
        let mut answer = HeaderMap::new();
        cors.apply(&request, &mut answer);
        let text = |value: &HeaderValue| value.to_str().unwrap().to_owned();
        (
            answer.get(ACCESS_CONTROL_ALLOW_ORIGIN).map(text),
            answer.contains_key(ACCESS_CONTROL_ALLOW_CREDENTIALS),
        )
    }

    #[test]
    fn a_wildcard_never_goes_with_credentials() {
        assert_eq!(allowed(&Cors::new(Origins::Any), "https://a.example"), (Some("*".into()), false));
        let echoed = (Some("https://a.example".into()), true);
        assert_eq!(allowed(&Cors::new(Origins::Any).with_credentials(), "https://a.example"), echoed);
    }

    #[test]
    fn pages_of_the_server_itself_come_in_where_that_is_wanted() {
        let asks = |origins: &Origins, origin: &'static str| {
            let mut request = HeaderMap::new();
            request.insert(HOST, HeaderValue::from_static("Localhost:3000"));
            request.insert(ORIGIN, HeaderValue::from_static(origin));
            origins.allow(&request)
        };
        let own = Origins::OwnAnd(vec!["https://a.example".to_owned()]);
        for known in ["http://localhost:3000", "https://localhost:3000", "https://a.example"] {
            assert!(asks(&own, known), "{known}");
        }
        for foreign in
            ["http://localhost:5173", "http://localhost", "https://evil.example", "null", "localhost:3000"]
        {
            assert!(!asks(&own, foreign), "{foreign}");
        }
        assert!(!asks(&Origins::List(Vec::new()), "http://localhost:3000"));
        assert!(own.allow(&HeaderMap::new()));
    }

    #[test]
    fn an_origin_that_is_not_listed_is_told_nothing() {
        let cors = Cors::new(Origins::list(["https://a.example"])).with_credentials();
        assert_eq!(allowed(&cors, "https://a.example"), (Some("https://a.example".into()), true));
        assert_eq!(allowed(&cors, "https://b.example"), (None, false));
        assert_eq!(allowed(&cors, "https://a.example.evil.example"), (None, false));
    }
}
