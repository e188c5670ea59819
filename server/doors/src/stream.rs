//! The streams under a WebSocket: bare TCP, which anyone may write, and everything else, which only the
//! connection's task writes.

pub(crate) mod holding;

use std::io::{self, IoSlice};
use std::net::Shutdown;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use roomful_core::door::{Mode, Sink};
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf, ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::runtime::{Handle, Id};

use holding::HoldingStream;

/// An upgraded stream before it is used, which may be on another runtime than the one it came in on.
pub(crate) enum RawStream {
    /// With what is still to be sent on it.
    Tcp {
        stream: TcpStream,
        home: Id,
        unsent: Bytes,
    },
    Other(TokioIo<Upgraded>),
}

impl RawStream {
    /// Takes the bare stream out of an upgraded connection where there is one, and what was read beyond the
    /// request.
    pub(crate) fn from_upgraded(upgraded: Upgraded) -> io::Result<(Self, Bytes)> {
        let upgraded = match upgraded.downcast::<TokioIo<HoldingStream>>() {
            Ok(parts) => {
                let (stream, unsent) = parts.io.into_inner().into_parts();
                return Ok(Self::tcp(stream, unsent, &parts.read_buf));
            }
            Err(upgraded) => upgraded,
        };
        let upgraded = match hyper_util::server::conn::auto::upgrade::downcast::<TokioIo<TcpStream>>(upgraded)
        {
            Ok(parts) => return Self::plain_tcp(parts.io, &parts.read_buf),
            Err(upgraded) => upgraded,
        };
        match upgraded.downcast::<TokioIo<TcpStream>>() {
            Ok(parts) => Self::plain_tcp(parts.io, &parts.read_buf),
            Err(upgraded) => Ok((Self::Other(TokioIo::new(upgraded)), Bytes::new())),
        }
    }

    fn plain_tcp(io: TokioIo<TcpStream>, read: &[u8]) -> io::Result<(Self, Bytes)> {
        let stream = io.into_inner();
        // Small messages must not wait for the acknowledgement of the ones before.
        stream.set_nodelay(true)?;
        Ok(Self::tcp(stream, Bytes::new(), read))
    }

    fn tcp(stream: TcpStream, unsent: Bytes, read: &[u8]) -> (Self, Bytes) {
        // A copy: the buffer it lies in is larger and would be kept for as long as it is read from.
        let read = Bytes::copy_from_slice(read);
        (Self::Tcp { stream, home: Handle::current().id(), unsent }, read)
    }

    /// Begins to use the stream on the current runtime. The bytes are to be sent before all others.
    pub(crate) fn open(self) -> io::Result<(Reader, Arc<Writer>, Bytes)> {
        match self {
            Self::Tcp { stream, home, unsent } => {
                let moved = home != Handle::current().id();
                let stream = if moved { TcpStream::from_std(stream.into_std()?)? } else { stream };
                let (read, write) = stream.into_split();
                Ok((Reader::Tcp(read), Arc::new(Writer::Tcp(write)), unsent))
            }
            Self::Other(stream) => {
                let (read, write) = tokio::io::split(stream);
                let other = OtherWriter { stream: Mutex::new(write), waker: Mutex::new(None) };
                Ok((Reader::Other(read), Arc::new(Writer::Other(other)), Bytes::new()))
            }
        }
    }
}

/// The reading half.
pub(crate) enum Reader {
    Tcp(OwnedReadHalf),
    Other(ReadHalf<TokioIo<Upgraded>>),
}

impl Reader {
    /// Whether this is bare TCP.
    pub(crate) fn is_bare(&self) -> bool {
        matches!(self, Self::Tcp(_))
    }

    pub(crate) fn poll_read(&mut self, cx: &mut Context<'_>, buffer: &mut [u8]) -> Poll<io::Result<usize>> {
        let mut buffer = ReadBuf::new(buffer);
        let read = match self {
            Self::Tcp(stream) => Pin::new(stream).poll_read(cx, &mut buffer),
            Self::Other(stream) => Pin::new(stream).poll_read(cx, &mut buffer),
        };
        read.map_ok(|()| buffer.filled().len())
    }
}

/// The writing half.
pub(crate) enum Writer {
    Tcp(OwnedWriteHalf),
    Other(OtherWriter),
}

/// A stream that is written by polling it, with the waker of the task that owns it.
pub(crate) struct OtherWriter {
    stream: Mutex<WriteHalf<TokioIo<Upgraded>>>,
    waker: Mutex<Option<Waker>>,
}

impl Writer {
    /// Who writes an outbox with this sink.
    pub(crate) fn mode(&self) -> Mode {
        match self {
            Self::Tcp(_) => Mode::Flusher,
            Self::Other(_) => Mode::Driver,
        }
    }

    /// Arranges a wake when more can be written; ready when that is now.
    pub(crate) fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(stream) => stream.as_ref().poll_write_ready(cx),
            Self::Other(other) => {
                *other.waker.lock() = Some(cx.waker().clone());
                Poll::Ready(Ok(()))
            }
        }
    }

    /// Pushes what is buffered inside the stream towards the peer.
    pub(crate) fn poll_flush(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(_) => Poll::Ready(Ok(())),
            Self::Other(other) => Pin::new(&mut *other.stream.lock()).poll_flush(cx),
        }
    }

    /// Ends the writing half, behind what has been written: the peer reads the end of the stream.
    pub(crate) fn poll_shutdown(&self, cx: &mut Context<'_>) -> Poll<()> {
        // A stream that is broken has ended.
        match self {
            Self::Tcp(stream) => {
                let _ = SockRef::from(stream.as_ref()).shutdown(Shutdown::Write);
                Poll::Ready(())
            }
            Self::Other(other) => Pin::new(&mut *other.stream.lock()).poll_shutdown(cx).map(drop),
        }
    }
}

impl Sink for Writer {
    fn try_write(&self, bytes: &[IoSlice<'_>]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream) => match bytes {
                // A plain write costs the kernel less.
                [bytes] => stream.try_write(bytes),
                _ => stream.try_write_vectored(bytes),
            },
            Self::Other(other) => {
                let waker = other.waker.lock().clone();
                let mut cx = Context::from_waker(waker.as_ref().unwrap_or(Waker::noop()));
                match Pin::new(&mut *other.stream.lock()).poll_write_vectored(&mut cx, bytes) {
                    Poll::Ready(result) => result,
                    Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
                }
            }
        }
    }
}
