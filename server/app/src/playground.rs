//! The page of the playground, out of the program itself.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use axum::Router;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

/// Everything comes from this server, no script stands in the page itself, and no other page may frame it.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
                      connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Stands in the page for the path at which Socket.IO clients connect.
const PATH: &str = "{{socket-io-path}}";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

macro_rules! page {
    ($name:literal) => {
        include_str!(concat!("../playground/", $name))
    };
}

/// The files besides the page: path, type, content.
const FILES: [(&str, &str, &str); 8] = [
    ("/playground/playground.css", CSS, page!("playground.css")),
    ("/playground/playground.js", SCRIPT, page!("playground.js")),
    ("/playground/connection.js", SCRIPT, page!("connection.js")),
    ("/playground/chat.js", SCRIPT, page!("chat.js")),
    ("/playground/view.js", SCRIPT, page!("view.js")),
    ("/playground/dom.js", SCRIPT, page!("dom.js")),
    ("/playground/icon.svg", SVG, page!("icon.svg")),
    ("/playground/roomful.min.js", SCRIPT, include_str!("../../../client-js/dist/roomful.min.js")),
];

/// The routes of the page. Its scripts connect at `path`.
pub(crate) fn router(path: &str) -> Router {
    let page = page!("index.html").replace(PATH, path);
    let router = Router::new().route("/", file(HTML, page));
    FILES.iter().fold(router, |router, (at, content_type, content)| {
        router.route(at, file(content_type, without_map(content).to_owned()))
    })
}

/// A script without the address of its source map, which is not served.
fn without_map(content: &str) -> &str {
    content.split_once("//# sourceMappingURL=").map_or(content, |(script, _)| script)
}

fn file(content_type: &'static str, content: String) -> axum::routing::MethodRouter {
    let tag = HeaderValue::from_str(&format!("\"{:016x}\"", hash(&content)));
    let tag = tag.unwrap_or_else(|_| HeaderValue::from_static("\"\""));
    let content = axum::body::Bytes::from(content);
    get(async move |headers: HeaderMap| answer(&headers, content_type, tag, content))
}

fn answer(
    request: &HeaderMap,
    content_type: &'static str,
    tag: HeaderValue,
    content: axum::body::Bytes,
) -> Response {
    let known = request.get(IF_NONE_MATCH) == Some(&tag);
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (ETAG, tag),
    ];
    if known {
        (StatusCode::NOT_MODIFIED, headers).into_response()
    } else {
        (headers, content).into_response()
    }
}

fn hash(content: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    content.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_asks_for_files_that_exist_and_nothing_else() {
        let page = page!("index.html");
        let asked = page.split(['"']).filter(|part| part.starts_with("/playground/") || part.contains("://"));
        for address in asked {
            assert!(FILES.iter().any(|(path, ..)| *path == address), "{address}");
        }
        for (path, _, content) in FILES.iter().filter(|(path, ..)| !path.ends_with("min.js")) {
            for import in content.lines().filter_map(|line| line.split_once("from \"./")?.1.split('"').next())
            {
                assert!(
                    FILES.iter().any(|(other, ..)| *other == format!("/playground/{import}")),
                    "{path}: {import}"
                );
            }
        }
    }

    #[test]
    fn the_page_has_no_script_or_style_that_the_policy_would_stop() {
        let page = page!("index.html");
        for inline in ["<script>", "<style", " style=", " onclick=", "javascript:"] {
            assert!(!page.contains(inline), "{inline}");
        }
        assert_eq!(page.matches(PATH).count(), 1);
    }

    #[test]
    fn what_a_browser_has_already_is_not_sent_again() {
        let tag = HeaderValue::from_static("\"1\"");
        let mut request = HeaderMap::new();
        let answer = |request: &HeaderMap| answer(request, HTML, tag.clone(), "x".into()).status();
        assert_eq!(answer(&request), StatusCode::OK);
        request.insert(IF_NONE_MATCH, tag.clone());
        assert_eq!(answer(&request), StatusCode::NOT_MODIFIED);
    }

    #[test]
    fn scripts_do_not_point_to_maps_that_are_not_there() {
        assert_eq!(without_map("a();\n//# sourceMappingURL=a.map\n"), "a();\n");
        assert_eq!(without_map("a();\n"), "a();\n");
    }
}
