//! Bodies of polling in both versions of the protocol.

use bytes::Bytes;
use bytestring::ByteString;
use http::request::Parts;
use http::{HeaderValue, Response, StatusCode};
use roomful_protocol::engineio::payload::{PayloadDecoder, PayloadEncoder};
use roomful_protocol::engineio::payload_v3::{self, Payload};
use roomful_protocol::engineio::{Version, jsonp};
use roomful_protocol::link::Frame;
use roomful_protocol::wire::WireFrame;

use crate::compression::HttpCompression;
use crate::http::{Body, answer};

/// The packets of a body that a client has sent.
pub(super) enum Packets {
    V4(PayloadDecoder),
    V3(payload_v3::PayloadDecoder),
}

impl Packets {
    /// Begins with the first packet; `None` when the body cannot be one of this version.
    pub(super) fn read(version: Version, kind: BodyKind, body: Bytes) -> Option<Self> {
        match (version, kind) {
            // Engine.IO 4 has no binary bodies.
            (Version::V4, BodyKind::Binary) => None,
            (Version::V4, _) => ByteString::try_from(body).ok().map(PayloadDecoder::new).map(Self::V4),
            (Version::V3, BodyKind::Binary) => Some(Self::V3(payload_v3::PayloadDecoder::binary(body))),
            (Version::V3, BodyKind::Text) => {
                ByteString::try_from(body).ok().map(payload_v3::PayloadDecoder::text).map(Self::V3)
            }
            (Version::V3, BodyKind::Form) => {
                let mut fields = form_urlencoded::parse(&body).filter(|(name, _)| name == "d");
                let payload = fields.next().filter(|_| fields.next().is_none());
                let payload = jsonp::unescape(&payload?.1).into();
                Some(Self::V3(payload_v3::PayloadDecoder::text(payload)))
            }
        }
    }
}

impl Iterator for Packets {
    type Item = Frame;

    fn next(&mut self) -> Option<Frame> {
        match self {
            Self::V4(packets) => packets.next(),
            Self::V3(packets) => packets.next(),
        }
    }
}

/// What a body is said to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyKind {
    Text,
    Binary,
    /// Of a form that a script has filled in.
    Form,
}

/// Collects the packets of an answer.
pub(super) enum Answering {
    V4(PayloadEncoder),
    V3(payload_v3::PayloadEncoder),
}

impl Answering {
    pub(super) fn new(version: Version) -> Self {
        match version {
            Version::V4 => Self::V4(PayloadEncoder::default()),
            Version::V3 => Self::V3(payload_v3::PayloadEncoder::default()),
        }
    }

    pub(super) fn push(&mut self, frame: &WireFrame) {
        match self {
            Self::V4(packets) => packets.push(frame),
            Self::V3(packets) => packets.push(frame),
        }
    }

    pub(super) fn push_text(&mut self, packet: &'static str) {
        match self {
            Self::V4(packets) => packets.push_text(packet),
            Self::V3(packets) => packets.push_text(packet),
        }
    }

    /// The number of bytes so far, about.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::V4(packets) => packets.len(),
            Self::V3(packets) => packets.len(),
        }
    }

    pub(super) fn finish(self) -> Payload {
        match self {
            Self::V4(packets) => Payload::Text(packets.finish()),
            Self::V3(packets) => packets.finish(),
        }
    }
}

/// The answer to a poll: as it is, or as a script for the page's function of that index.
pub(super) fn answer_poll(
    request: &Parts,
    jsonp: Option<&str>,
    compression: Option<HttpCompression>,
    payload: Payload,
) -> Response<Body> {
    let text = "text/plain; charset=UTF-8";
    let (content_type, body) = match (payload, jsonp) {
        (Payload::Text(body), Some(index)) => (text, jsonp::answer(index, &body).into()),
        (Payload::Text(body), None) => (text, Bytes::from(body)),
        (Payload::Binary(body), _) => ("application/octet-stream", Bytes::from(body)),
    };
    let mut answer = match compression {
        Some(compression) => compression.answer(&request.headers, content_type, body),
        None => answer(StatusCode::OK, content_type, body),
    };
    quiet_old_browsers(request, &mut answer);
    answer
}

/// The answer to a POST that was handled.
pub(super) fn answer_post(request: &Parts) -> Response<Body> {
    let mut answer = answer(StatusCode::OK, "text/html", "ok");
    quiet_old_browsers(request, &mut answer);
    answer
}

/// As the reference does: Internet Explorer took answers for injected scripts.
fn quiet_old_browsers(request: &Parts, answer: &mut Response<Body>) {
    let agent = request.headers.get(http::header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    if agent.is_some_and(|agent| agent.contains(";MSIE") || agent.contains("Trident/")) {
        answer.headers_mut().insert(http::header::X_XSS_PROTECTION, HeaderValue::from_static("0"));
    }
}
