//! The cookie by which a load balancer can send all requests of a session to one node.

use std::time::Duration;

use http::HeaderValue;
use roomful_core::ConnectionId;

/// A cookie with the id of a session, set by the answer that opens it over polling. Default: `io=<id>; Path=/;
/// HttpOnly; SameSite=Lax`, as in the reference.
///
/// The id is a secret: whoever has it can speak as that client. So leave the cookie out of reach of scripts, and
/// where clients come over TLS make it [`secure`](Self::secure).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cookie {
    name: String,
    path: Option<String>,
    domain: Option<String>,
    max_age: Option<Duration>,
    http_only: bool,
    secure: bool,
    same_site: Option<SameSite>,
    partitioned: bool,
}

/// To which requests from pages of other sites a browser adds a cookie (RFC 6265bis, section 5.6.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// To none.
    Strict,
    /// To navigations only.
    Lax,
    /// To all. Browsers take that only from a cookie that is secure.
    None,
}

impl Default for Cookie {
    fn default() -> Self {
        Self {
            name: "io".to_owned(),
            path: Some("/".to_owned()),
            domain: None,
            max_age: None,
            http_only: true,
            secure: false,
            same_site: Some(SameSite::Lax),
            partitioned: false,
        }
    }
}

impl Cookie {
    /// A cookie of this name: letters, digits, `-` and `_`. What else it has is left out of the header, as it could
    /// say something else there.
    pub fn named(name: &str) -> Self {
        Self { name: only(name, |c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')), ..Self::default() }
    }

    /// The paths for which the cookie is sent. Default `/`; `None` is the path of the request.
    #[must_use]
    pub fn path(mut self, path: Option<&str>) -> Self {
        self.path = path.map(attribute);
        self
    }

    /// The domain for which the cookie is sent. Default: the host of the request alone.
    #[must_use]
    pub fn domain(mut self, domain: &str) -> Self {
        self.domain = Some(attribute(domain));
        self
    }

    /// How long the browser keeps it, in whole seconds. Default: until the browser is closed.
    #[must_use]
    pub fn max_age(mut self, age: Duration) -> Self {
        self.max_age = Some(age);
        self
    }

    /// Whether scripts cannot read it. Default: yes.
    #[must_use]
    pub fn http_only(mut self, http_only: bool) -> Self {
        self.http_only = http_only;
        self
    }

    /// Whether it is sent over TLS alone. Default: no.
    #[must_use]
    pub fn secure(mut self, secure: bool) -> Self {
        self.secure = secure;
        self
    }

    /// To which requests of other sites' pages it is added. Default [`SameSite::Lax`]; `None` leaves that to the
    /// browser.
    #[must_use]
    pub fn same_site(mut self, same_site: Option<SameSite>) -> Self {
        self.same_site = same_site;
        self
    }

    /// Whether a page in another site's frame gets a cookie of its own. Default: no.
    #[must_use]
    pub fn partitioned(mut self, partitioned: bool) -> Self {
        self.partitioned = partitioned;
        self
    }

    /// The value of a `Set-Cookie`, the attributes in the reference's order.
    pub(super) fn header(&self, id: &ConnectionId) -> Option<HeaderValue> {
        let mut text = format!("{}={}", self.name, id.expose());
        let mut add = |name: &str, value: &str| {
            text.push_str("; ");
            text.push_str(name);
            text.push_str(value);
        };
        if let Some(age) = self.max_age {
            add("Max-Age=", &age.as_secs().to_string());
        }
        if let Some(domain) = &self.domain {
            add("Domain=", domain);
        }
        if let Some(path) = &self.path {
            add("Path=", path);
        }
        let flags =
            [(self.http_only, "HttpOnly"), (self.secure, "Secure"), (self.partitioned, "Partitioned")];
        flags.iter().filter(|(is_set, _)| *is_set).for_each(|(_, flag)| add(flag, ""));
        match self.same_site {
            Some(SameSite::Strict) => add("SameSite=", "Strict"),
            Some(SameSite::Lax) => add("SameSite=", "Lax"),
            Some(SameSite::None) => add("SameSite=", "None"),
            None => {}
        }
        let mut header = HeaderValue::try_from(text).ok()?;
        header.set_sensitive(true);
        Some(header)
    }
}

/// A value without what would end it.
fn attribute(text: &str) -> String {
    only(text, |c| c.is_ascii_graphic() && c != ';')
}

fn only(text: &str, allowed: impl Fn(char) -> bool) -> String {
    text.chars().filter(|&c| allowed(c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(cookie: &Cookie) -> String {
        let id = ConnectionId::parse("id").unwrap();
        cookie.header(&id).unwrap().to_str().unwrap().to_owned()
    }

    #[test]
    fn the_default_is_the_references() {
        assert_eq!(header(&Cookie::default()), "io=id; Path=/; HttpOnly; SameSite=Lax");
    }

    #[test]
    fn every_attribute_can_be_set() {
        let cookie = Cookie::named("sticky")
            .path(Some("/chat"))
            .domain("example.com")
            .max_age(Duration::from_secs(86_400))
            .secure(true)
            .partitioned(true)
            .same_site(Some(SameSite::None));
        let all = "sticky=id; Max-Age=86400; Domain=example.com; Path=/chat; HttpOnly; Secure; Partitioned; \
                   SameSite=None";
        assert_eq!(header(&cookie), all);
        let bare = Cookie::default().path(None).http_only(false).same_site(None);
        assert_eq!(header(&bare), "io=id");
    }

    #[test]
    fn nothing_can_be_slipped_into_the_header() {
        let cookie = Cookie::named("a=b; c").path(Some("/x; Domain=evil\r\nX: y"));
        assert_eq!(header(&cookie), "abc=id; Path=/xDomain=evilX:y; HttpOnly; SameSite=Lax");
    }
}
