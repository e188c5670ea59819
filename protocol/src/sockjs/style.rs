//! How frames travel over HTTP.

use std::borrow::Cow;
use std::fmt;

use bytes::Bytes;
use serde_json::Value;

/// One of the ways to receive frames over HTTP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Style {
    /// One frame an answer.
    Xhr,
    /// Many frames an answer, one a line.
    XhrStreaming,
    /// Server-sent events.
    EventSource,
    /// Scripts in a page that goes on.
    HtmlFile(Callback),
    /// One frame an answer, as the argument of a function.
    Jsonp(Callback),
}

/// The name of a function in the client's page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Callback(Box<str>);

/// Why a callback cannot be used. As text it is what the client is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadCallback {
    /// There is none.
    Missing,
    /// It has characters which could be more than a name.
    Invalid,
}

impl fmt::Display for BadCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Missing => "\"callback\" parameter required",
            Self::Invalid => "invalid \"callback\" parameter",
        })
    }
}

impl std::error::Error for BadCallback {}

/// JSONP is known for attacks by long names, which are programs in disguise (Rosetta Flash).
const MAX_JSONP_CALLBACK: usize = 32;

impl Callback {
    /// The callback of a page that goes on.
    ///
    /// # Errors
    /// When there is none, or when it has other characters than letters, digits, `-`, `_` and `.`.
    pub fn new(name: Option<&str>) -> Result<Self, BadCallback> {
        let name = name.ok_or(BadCallback::Missing)?;
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        match name.bytes().all(is_plain) {
            true => Ok(Self(name.into())),
            false => Err(BadCallback::Invalid),
        }
    }

    /// The callback of a script.
    ///
    /// # Errors
    /// As [`new`](Self::new), and when it is longer than 32 bytes.
    pub fn jsonp(name: Option<&str>) -> Result<Self, BadCallback> {
        let callback = Self::new(name)?;
        match callback.0.len() <= MAX_JSONP_CALLBACK {
            true => Ok(callback),
            false => Err(BadCallback::Invalid),
        }
    }
}

/// The beginning of a page that goes on, its callback left out.
const PAGE: [&str; 2] = [
    "<!doctype html>\n<html><head>\n  <meta http-equiv=\"X-UA-Compatible\" content=\"IE=edge\" />\n  \
     <meta http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\" />\n</head><body><h2>Don't panic!</h2>\n  \
     <script>\n    document.domain = document.domain;\n    var c = parent.",
    ";\n    c.start();\n    function p(d) {c.message(d);};\n    window.onload = function() {c.stop();};\n  </script>",
];

/// Browsers show a page when this much of it has come, and with the page run its scripts.
const PAGE_LEN: usize = 1024;

/// The bytes with which a browser begins to tell a page of what has come.
const XHR_PRELUDE: usize = 2048;

impl Style {
    /// The content type of the answer.
    pub fn content_type(&self) -> &'static str {
        match self {
            Self::Xhr | Self::XhrStreaming | Self::Jsonp(_) => "application/javascript; charset=UTF-8",
            Self::EventSource => "text/event-stream",
            Self::HtmlFile(_) => "text/html; charset=UTF-8",
        }
    }

    /// Whether an answer ends with its first frame.
    pub fn is_polling(&self) -> bool {
        matches!(self, Self::Xhr | Self::Jsonp(_))
    }

    /// What comes before the first frame of an answer.
    pub fn prelude(&self) -> Option<Bytes> {
        match self {
            Self::Xhr | Self::Jsonp(_) => None,
            Self::XhrStreaming => {
                let mut prelude = vec![b'h'; XHR_PRELUDE];
                prelude.push(b'\n');
                Some(prelude.into())
            }
            Self::EventSource => Some(Bytes::from_static(b"\r\n")),
            Self::HtmlFile(callback) => {
                let [before, behind] = PAGE;
                let page = format!("{before}{}{behind}", callback.0);
                Some(format!("{page:<0$}\r\n\r\n", PAGE_LEN + 14).into())
            }
        }
    }

    /// A frame as it stands in the answer: one chunk of it.
    pub fn chunk(&self, frame: &str) -> Bytes {
        match self {
            Self::Xhr | Self::XhrStreaming => format!("{frame}\n").into(),
            Self::EventSource => format!("data: {}\r\n\r\n", for_a_line(frame)).into(),
            Self::HtmlFile(_) => format!("<script>\np({});\n</script>\r\n", for_a_script(frame)).into(),
            Self::Jsonp(callback) => format!("/**/{}({});\r\n", callback.0, Value::from(frame)).into(),
        }
    }
}

/// The characters that would end a line of an event. The reference escapes `%` only beside them.
fn for_a_line(frame: &str) -> Cow<'_, str> {
    if !frame.contains(['\r', '\n', '\0', '%']) {
        return Cow::Borrowed(frame);
    }
    let escaped = frame.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A").replace('\0', "%00");
    Cow::Owned(escaped)
}

/// As a string of JavaScript inside a page. Browsers look for the end of a script, and for `<!--`, in strings too.
fn for_a_script(frame: &str) -> String {
    Value::from(frame).to_string().replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn callback() -> Callback {
        Callback::jsonp(Some("a.b_c-1")).unwrap()
    }

    #[test]
    fn frames_stand_in_answers_as_the_references_do() {
        let frame = r#"a["x"]"#;
        let table = [
            (Style::Xhr, "a[\"x\"]\n"),
            (Style::XhrStreaming, "a[\"x\"]\n"),
            (Style::EventSource, "data: a[\"x\"]\r\n\r\n"),
            (Style::HtmlFile(callback()), "<script>\np(\"a[\\\"x\\\"]\");\n</script>\r\n"),
            (Style::Jsonp(callback()), "/**/a.b_c-1(\"a[\\\"x\\\"]\");\r\n"),
        ];
        for (style, chunk) in table {
            assert_eq!(style.chunk(frame), chunk, "{style:?}");
        }
    }

    #[test]
    fn an_event_keeps_to_one_line() {
        assert_eq!(Style::EventSource.chunk("a[\"100%\"]"), "data: a[\"100%25\"]\r\n\r\n");
    }

    #[test]
    fn a_message_cannot_end_the_script_around_it() {
        for message in [r#"a["</script><script>evil()"]"#, r#"a["<!--<script>"]"#] {
            let chunk = Style::HtmlFile(callback()).chunk(message);
            let text = std::str::from_utf8(&chunk).unwrap();
            assert_eq!(text.matches('<').count(), 2, "{text}");
        }
    }

    #[test]
    fn a_page_begins_with_its_callback_and_enough_for_browsers() {
        let page = Style::HtmlFile(callback()).prelude().unwrap();
        let text = std::str::from_utf8(&page).unwrap();
        assert!(text.contains("var c = parent.a.b_c-1;"), "{text}");
        assert!(text.len() > 1024 && text.ends_with(" \r\n\r\n"), "{}", text.len());
        let prelude = Style::XhrStreaming.prelude().unwrap();
        assert_eq!((prelude.len(), prelude.last()), (2049, Some(&b'\n')));
    }

    #[test]
    fn a_callback_is_a_name_and_nothing_more() {
        assert_eq!(Callback::new(None), Err(BadCallback::Missing));
        for bad in ["a(b", "a;", "a\u{2028}", "a b", "%20", "é", "a<b", "(window)"] {
            assert_eq!(Callback::new(Some(bad)), Err(BadCallback::Invalid), "{bad}");
        }
        assert!(Callback::new(Some(&"a".repeat(33))).is_ok());
        assert!(Callback::jsonp(Some(&"a".repeat(32))).is_ok());
        assert_eq!(Callback::jsonp(Some(&"a".repeat(33))), Err(BadCallback::Invalid));
    }
}
