//! A request that receives: it waits for one frame, or takes many.

use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode};
use roomful_protocol::sockjs::Style;
use tokio::sync::oneshot;

use super::answers;
use crate::http::{Body, StreamWriter};

/// One frame an answer is this long at most; the rest comes with the next one.
const MAX_POLL: usize = 1 << 20;

/// As is one of the frames of an answer that goes on: a client that takes none of them is to be noticed.
const MAX_FRAME: usize = 16 << 10;

pub(super) struct Receiver {
    style: Style,
    /// How much may follow in this answer.
    room: usize,
    out: Out,
}

enum Out {
    /// An answer that has not begun; `None` when it has been given.
    Poll(Option<oneshot::Sender<Bytes>>),
    Stream(StreamWriter),
}

/// What the request waits for.
pub(super) enum Reply {
    Poll(Style, oneshot::Receiver<Bytes>),
    Stream(Style, Body),
}

impl Receiver {
    /// A receiver, and what its request is answered with. `limit` is the length of an answer that goes on.
    pub(super) fn new(style: Style, limit: usize) -> (Self, Reply) {
        if style.is_polling() {
            let (sender, receiver) = oneshot::channel();
            let out = Out::Poll(Some(sender));
            return (Self { style: style.clone(), room: MAX_POLL, out }, Reply::Poll(style, receiver));
        }
        let (mut writer, body) = Body::stream();
        if let Some(prelude) = style.prelude() {
            writer.send(prelude);
        }
        let out = Out::Stream(writer);
        (Self { style: style.clone(), room: limit, out }, Reply::Stream(style, body))
    }

    /// About how many bytes of messages the next frame may have: at least one message goes in any case.
    pub(super) fn room(&self) -> usize {
        match self.out {
            Out::Poll(_) => self.room,
            Out::Stream(_) => self.room.min(MAX_FRAME),
        }
    }

    /// Sends a frame; whether another may follow in this answer.
    pub(super) fn send(&mut self, frame: &str) -> bool {
        let chunk = self.style.chunk(frame);
        match &mut self.out {
            Out::Poll(waiting) => {
                if let Some(waiting) = waiting.take() {
                    let _ = waiting.send(chunk);
                }
                false
            }
            Out::Stream(writer) => {
                self.room = self.room.saturating_sub(chunk.len());
                writer.send(chunk);
                self.room > 0
            }
        }
    }

    /// Whether a frame can be sent now.
    pub(super) fn poll_ready(&mut self, cx: &Context<'_>) -> Poll<()> {
        match &mut self.out {
            Out::Poll(_) => Poll::Ready(()),
            Out::Stream(writer) => writer.poll_ready(cx),
        }
    }

    /// Ready when the request has been cut.
    pub(super) fn poll_gone(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.out {
            Out::Poll(Some(waiting)) => waiting.poll_closed(cx),
            Out::Poll(None) => Poll::Pending,
            Out::Stream(writer) => writer.poll_gone(cx),
        }
    }
}

impl Reply {
    /// The answer, as soon as it begins.
    pub(super) async fn answer(self) -> Response<Body> {
        match self {
            Self::Stream(style, body) => answers::streaming(style.content_type(), body),
            Self::Poll(style, frame) => match frame.await {
                Ok(chunk) => {
                    let mut response = answers::plain(StatusCode::OK, style.content_type(), chunk);
                    if matches!(style, Style::Jsonp(_)) {
                        let headers = response.headers_mut();
                        headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
                    }
                    response
                }
                // The session has gone without a word, as when its task was dropped.
                Err(_) => answers::not_found(),
            },
        }
    }
}
