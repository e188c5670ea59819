//! Client libraries, as the set-up of the tests has made them out of npm packages.

use std::path::PathBuf;

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::sockjs::CLIENT;

/// `$CLIENT_LIBS`, or the folder in the checkout.
fn folder() -> PathBuf {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/interop/client-libs");
    std::env::var_os("CLIENT_LIBS").map_or_else(|| default.into(), PathBuf::from)
}

/// A library; `None` where the set-up has not run.
pub(super) fn read(name: &str) -> Option<Vec<u8>> {
    std::fs::read(folder().join(name)).ok()
}

/// The libraries that belong to no mount.
pub(super) fn scripts() -> Router {
    let sockjs = read("sockjs.js");
    Router::new().route(CLIENT, get(async || script(sockjs)))
}

fn script(source: Option<Vec<u8>>) -> Response {
    match source {
        Some(source) => ([(CONTENT_TYPE, "text/javascript; charset=utf-8")], source).into_response(),
        None => {
            (StatusCode::NOT_FOUND, "the client libraries have not been made: see ./test").into_response()
        }
    }
}
