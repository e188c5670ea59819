//! The bodies of answers: whole ones, and those that go on while a connection has something to say.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use http_body_util::Full;
use parking_lot::Mutex;

/// A stream holds at most this much that its client has not taken, plus one chunk.
const MAX_WAITING: usize = 64 << 10;

/// The body of a door's answer.
#[derive(Debug, Default)]
pub struct Body(Kind);

#[derive(Debug)]
enum Kind {
    Whole(Full<Bytes>),
    Stream(StreamBody),
}

impl Default for Kind {
    fn default() -> Self {
        Self::Whole(Full::default())
    }
}

impl Body {
    /// A body that is known as a whole.
    pub(crate) fn new(body: Bytes) -> Self {
        Self(Kind::Whole(Full::new(body)))
    }

    /// A body that goes on until its writer ends it or is dropped.
    pub(crate) fn stream() -> (StreamWriter, Self) {
        let pipe = Arc::new(Mutex::new(Pipe::default()));
        (StreamWriter(pipe.clone()), Self(Kind::Stream(StreamBody(pipe))))
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match &mut self.0 {
            Kind::Whole(whole) => Pin::new(whole).poll_frame(cx),
            Kind::Stream(stream) => {
                stream.poll_chunk(cx).map(|chunk| chunk.map(|chunk| Ok(Frame::data(chunk))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Whole(whole) => whole.is_end_stream(),
            Kind::Stream(stream) => stream.0.lock().is_over(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Whole(whole) => whole.size_hint(),
            Kind::Stream(_) => SizeHint::default(),
        }
    }
}

/// What lies between a writer and the HTTP server.
#[derive(Debug, Default)]
struct Pipe {
    chunks: VecDeque<Bytes>,
    waiting: usize,
    /// The writer has nothing more to say.
    ended: bool,
    /// The HTTP server wants nothing more: the client has gone.
    gone: bool,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

impl Pipe {
    fn is_over(&self) -> bool {
        self.ended && self.chunks.is_empty()
    }
}

/// The reading side: the HTTP server's.
#[derive(Debug)]
struct StreamBody(Arc<Mutex<Pipe>>);

impl StreamBody {
    fn poll_chunk(&self, cx: &Context<'_>) -> Poll<Option<Bytes>> {
        let mut pipe = self.0.lock();
        let Some(chunk) = pipe.chunks.pop_front() else {
            if pipe.ended {
                return Poll::Ready(None);
            }
            pipe.reader = Some(cx.waker().clone());
            return Poll::Pending;
        };
        pipe.waiting -= chunk.len();
        let writer = pipe.writer.take();
        drop(pipe);
        wake(writer);
        Poll::Ready(Some(chunk))
    }
}

impl Drop for StreamBody {
    fn drop(&mut self) {
        let mut pipe = self.0.lock();
        pipe.gone = true;
        pipe.chunks.clear();
        let writer = pipe.writer.take();
        drop(pipe);
        wake(writer);
    }
}

/// The writing side of a body that goes on. Owned by one task; its end is the body's.
#[derive(Debug)]
pub(crate) struct StreamWriter(Arc<Mutex<Pipe>>);

impl StreamWriter {
    /// Sends one chunk. It never waits: whoever has more than a few chunks asks [`poll_ready`](Self::poll_ready) first.
    pub(crate) fn send(&mut self, chunk: Bytes) {
        let mut pipe = self.0.lock();
        // An empty chunk would be the end of a body over HTTP/1.1.
        if pipe.ended || pipe.gone || chunk.is_empty() {
            return;
        }
        pipe.waiting += chunk.len();
        pipe.chunks.push_back(chunk);
        let reader = pipe.reader.take();
        drop(pipe);
        wake(reader);
    }

    /// Whether the client has taken enough of what was sent that more may be.
    pub(crate) fn poll_ready(&mut self, cx: &Context<'_>) -> Poll<()> {
        let mut pipe = self.0.lock();
        if pipe.waiting < MAX_WAITING || pipe.gone {
            return Poll::Ready(());
        }
        pipe.writer = Some(cx.waker().clone());
        Poll::Pending
    }

    /// Ready when the client has gone before the end.
    pub(crate) fn poll_gone(&mut self, cx: &Context<'_>) -> Poll<()> {
        let mut pipe = self.0.lock();
        if pipe.gone {
            return Poll::Ready(());
        }
        pipe.writer = Some(cx.waker().clone());
        Poll::Pending
    }

    /// Ends the body behind what was sent.
    pub(crate) fn finish(&mut self) {
        let mut pipe = self.0.lock();
        pipe.ended = true;
        let reader = pipe.reader.take();
        drop(pipe);
        wake(reader);
    }
}

impl Drop for StreamWriter {
    fn drop(&mut self) {
        self.finish();
    }
}

fn wake(waker: Option<Waker>) {
    if let Some(waker) = waker {
        waker.wake();
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use http_body::Body as _;
    use http_body_util::BodyExt as _;

    use super::*;

    fn now<T>(poll: impl FnOnce(&Context<'_>) -> Poll<T>) -> Poll<T> {
        poll(&Context::from_waker(Waker::noop()))
    }

    #[tokio::test]
    async fn each_chunk_is_a_frame_of_its_own_and_the_end_comes_behind_them() {
        let (mut writer, mut body) = Body::stream();
        writer.send("one".into());
        writer.send(Bytes::new());
        writer.send("two".into());
        drop(writer);
        let mut chunks = Vec::new();
        while let Some(Ok(frame)) = body.frame().await {
            chunks.push(frame.into_data().unwrap());
        }
        assert_eq!(chunks, ["one", "two"]);
        assert!(body.is_end_stream());
    }

    #[tokio::test]
    async fn a_client_that_takes_nothing_holds_its_writer_back() {
        let (mut writer, mut body) = Body::stream();
        writer.send(vec![0; MAX_WAITING].into());
        assert!(now(|cx| writer.poll_ready(cx)).is_pending());
        let waits = tokio::spawn(async move {
            poll_fn(|cx| writer.poll_ready(cx)).await;
            writer
        });
        tokio::task::yield_now().await;
        assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap().len(), MAX_WAITING);
        let mut writer = waits.await.unwrap();
        assert!(now(|cx| writer.poll_gone(cx)).is_pending());
    }

    #[tokio::test]
    async fn a_writer_learns_that_its_client_has_gone() {
        let (mut writer, body) = Body::stream();
        let gone = tokio::spawn(async move {
            poll_fn(|cx| writer.poll_gone(cx)).await;
            writer.send(vec![0; 2 * MAX_WAITING].into());
            now(|cx| writer.poll_ready(cx)).is_ready()
        });
        tokio::task::yield_now().await;
        drop(body);
        assert!(gone.await.unwrap());
    }
}
