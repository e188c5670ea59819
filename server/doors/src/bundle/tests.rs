use http::Request;
use http::header::ACCEPT_ENCODING;
use http_body_util::BodyExt as _;

use super::*;

fn asked(method: Method, name: &str, headers: &[(http::HeaderName, &str)]) -> Response<Body> {
    let mut request = Request::builder().method(method).uri(format!("/socket.io/{name}"));
    for (name, value) in headers {
        request = request.header(name, *value);
    }
    let (parts, ()) = request.body(()).unwrap().into_parts();
    File::at(parts.uri.path()).unwrap().answer(&parts, true)
}

fn get(name: &str, headers: &[(http::HeaderName, &str)]) -> Response<Body> {
    asked(Method::GET, name, headers)
}

fn header<'a>(response: &'a Response<Body>, name: &http::HeaderName) -> Option<&'a str> {
    response.headers().get(name)?.to_str().ok()
}

async fn body(response: Response<Body>) -> Bytes {
    response.into_body().collect().await.unwrap().to_bytes()
}

#[tokio::test]
async fn every_file_is_served_with_its_type() {
    for file in &FILES {
        let response = get(file.name, &[]);
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(header(&response, &CACHE_CONTROL), Some("public, max-age=0"));
        let expected = if file.name.ends_with(".map") { MAP } else { SCRIPT };
        assert_eq!(header(&response, &CONTENT_TYPE), Some(expected));
        assert_eq!(header(&response, &CONTENT_LENGTH), Some(&*file.content.len().to_string()));
        assert_eq!(body(response).await, file.content);
    }
}

#[test]
fn every_script_names_a_map_that_is_served() {
    for script in FILES.iter().filter(|file| file.content_type == SCRIPT) {
        let text = std::str::from_utf8(script.content).unwrap();
        let (_, map) = text.trim_end().rsplit_once("//# sourceMappingURL=").unwrap();
        assert_eq!(map, format!("{}.map", script.name));
        assert!(File::at(map).is_some(), "{map}");
    }
}

#[tokio::test]
async fn a_client_that_has_the_file_gets_none() {
    let tag = header(&get("socket.io.js", &[]), &ETAG).unwrap().to_owned();
    assert!(tag.starts_with('"') && tag.ends_with('"'), "{tag}");
    for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
        let response = get("socket.io.js", &[(IF_NONE_MATCH, &known)]);
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED, "{known}");
        assert_eq!(header(&response, &ETAG), Some(&*tag));
        assert_eq!(body(response).await, "");
    }
    assert_eq!(get("socket.io.js", &[(IF_NONE_MATCH, "\"x\"")]).status(), StatusCode::OK);
    assert_eq!(get("socket.io.min.js", &[(IF_NONE_MATCH, &tag)]).status(), StatusCode::OK);
}

#[tokio::test]
async fn a_file_is_compressed_for_clients_that_take_that() {
    use std::io::Read as _;
    let plain = FILES[0].content;
    for (accepted, coding) in [("gzip, deflate, br", "gzip"), ("deflate", "deflate")] {
        let response = get("socket.io.js", &[(ACCEPT_ENCODING, accepted)]);
        assert_eq!(header(&response, &CONTENT_ENCODING), Some(coding));
        let coded = body(response).await;
        assert!(coded.len() < plain.len() / 2);
        let mut decoded = Vec::new();
        match coding {
            "gzip" => flate2::read::GzDecoder::new(&*coded).read_to_end(&mut decoded),
            _ => flate2::read::ZlibDecoder::new(&*coded).read_to_end(&mut decoded),
        }
        .unwrap();
        assert_eq!(decoded, plain);
    }
    assert_eq!(header(&get("socket.io.js", &[(ACCEPT_ENCODING, "identity")]), &CONTENT_ENCODING), None);
}

#[tokio::test]
async fn head_has_the_headers_alone_and_other_methods_are_refused() {
    let response = asked(Method::HEAD, "socket.io.js", &[]);
    assert_eq!(header(&response, &CONTENT_LENGTH), Some(&*FILES[0].content.len().to_string()));
    assert_eq!(body(response).await, "");
    let response = asked(Method::POST, "socket.io.js", &[]);
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(header(&response, &ALLOW), Some("GET, HEAD"));
}

#[test]
fn other_paths_are_no_files() {
    for path in ["/socket.io/", "/socket.io/socket.io.jsx", "/socket.io/socket.io.js/", "/socket.io/x.js", ""]
    {
        assert!(File::at(path).is_none(), "{path}");
    }
}

#[tokio::test]
async fn a_door_serves_the_client_unless_it_is_told_not_to() {
    use roomful_core::Server;
    use tower_service::Service as _;
    let server = Server::builder().build().unwrap();
    for (mut door, expected) in [
        (crate::EngineIo::socketio(server.clone()), StatusCode::OK),
        (crate::EngineIo::socketio(server.clone()).serve_client(false), StatusCode::BAD_REQUEST),
        (crate::EngineIo::bare(server.clone()), StatusCode::BAD_REQUEST),
        (crate::EngineIo::bare(server.clone()).serve_client(true), StatusCode::OK),
    ] {
        let request = Request::builder().uri("/socket.io/socket.io.js").body(Body::default()).unwrap();
        let Ok(response) = door.call(request).await;
        assert_eq!(response.status(), expected);
    }
}
