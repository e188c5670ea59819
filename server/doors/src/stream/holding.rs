//! Sending the answer to an upgrade together with what follows it.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// How the answer to an upgrade begins.
const SWITCHING_PROTOCOLS: &[u8] = b"HTTP/1.1 101 ";

/// A TCP stream under an HTTP server, which keeps the 101 for a [`Hold`] that a door has taken, so that it leaves
/// in one write with the first message. That is one system call, one packet and one wake of the client less for
/// each connection.
///
/// For servers that run hyper by themselves. They put the [`Hold`] into the extensions of each request.
pub struct HoldingStream {
    stream: TcpStream,
    hold: Hold,
    held: BytesMut,
}

/// The way to tell a [`HoldingStream`] that a door goes on with it and brings the 101 along.
#[derive(Clone, Debug, Default)]
pub struct Hold(Arc<AtomicBool>);

impl Hold {
    /// Whoever takes it gets the bare stream from hyper and sends what has been kept.
    pub(crate) fn take(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl HoldingStream {
    /// A stream that keeps nothing yet.
    pub fn new(stream: TcpStream) -> Self {
        Self { stream, hold: Hold::default(), held: BytesMut::new() }
    }

    /// What goes into the extensions of its requests.
    pub fn hold(&self) -> Hold {
        self.hold.clone()
    }

    /// The stream, and what is still to be sent on it.
    pub(crate) fn into_parts(self) -> (TcpStream, Bytes) {
        (self.stream, self.held.freeze())
    }

    fn keeps(&self, bytes: &[u8]) -> bool {
        self.held.is_empty() && bytes.starts_with(SWITCHING_PROTOCOLS) && self.hold.0.load(Ordering::Relaxed)
    }

    /// Sends what was kept: whoever reads or writes here has not come for it.
    fn poll_release(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.held.is_empty() {
            let written = ready!(Pin::new(&mut self.stream).poll_write(cx, &self.held))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.held.advance(written);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncRead for HoldingStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(self.poll_release(cx))?;
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for HoldingStream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.keeps(bytes) {
            self.held.extend_from_slice(bytes);
            return Poll::Ready(Ok(bytes.len()));
        }
        ready!(self.poll_release(cx))?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        pieces: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        // A 101 has no body: it is all that is written.
        if let Some(first) = pieces.first().filter(|first| self.keeps(first)) {
            self.held.extend_from_slice(first);
            return Poll::Ready(Ok(first.len()));
        }
        ready!(self.poll_release(cx))?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, pieces)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.poll_release(cx))?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    const ANSWER: &[u8] = b"HTTP/1.1 101 Switching Protocols\r\n\r\n";

    /// Both ends of a connection.
    async fn pair() -> (HoldingStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        (HoldingStream::new(listener.accept().await.unwrap().0), client)
    }

    async fn read(client: &mut TcpStream, len: usize) -> Vec<u8> {
        let mut bytes = vec![0; len];
        client.read_exact(&mut bytes).await.unwrap();
        bytes
    }

    #[tokio::test]
    async fn a_door_that_has_taken_the_hold_gets_the_answer_to_send_it_itself() {
        let (mut stream, mut client) = pair().await;
        stream.hold().take();
        stream.write_all(ANSWER).await.unwrap();
        stream.flush().await.unwrap();
        let (mut bare, held) = stream.into_parts();
        assert_eq!(held, ANSWER);
        bare.write_all(b"first").await.unwrap();
        assert_eq!(read(&mut client, 5).await, b"first", "nothing had been sent");
    }

    #[tokio::test]
    async fn an_answer_that_no_door_has_asked_for_is_sent_at_once() {
        let (mut stream, mut client) = pair().await;
        stream.write_all(ANSWER).await.unwrap();
        assert_eq!(read(&mut client, ANSWER.len()).await, ANSWER);
        assert!(stream.into_parts().1.is_empty());
    }

    #[tokio::test]
    async fn other_answers_are_sent_although_the_hold_was_taken() {
        let (mut stream, mut client) = pair().await;
        stream.hold().take();
        stream.write_all(b"HTTP/1.1 400 ").await.unwrap();
        assert_eq!(read(&mut client, 13).await, b"HTTP/1.1 400 ");
    }

    #[tokio::test]
    async fn whoever_goes_on_with_the_stream_as_it_is_sends_the_answer_first() {
        let (mut stream, mut client) = pair().await;
        stream.hold().take();
        stream.write_all(ANSWER).await.unwrap();
        stream.write_all(b"more").await.unwrap();
        assert_eq!(read(&mut client, ANSWER.len() + 4).await, [ANSWER, b"more"].concat());

        let (mut stream, mut client) = pair().await;
        stream.hold().take();
        stream.write_all(ANSWER).await.unwrap();
        let reading = tokio::spawn(async move { stream.read_u8().await });
        assert_eq!(read(&mut client, ANSWER.len()).await, ANSWER);
        client.write_all(b"x").await.unwrap();
        assert_eq!(reading.await.unwrap().unwrap(), b'x');
    }
}
