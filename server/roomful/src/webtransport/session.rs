//! wtransport's session as the door wants it.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use roomful_doors::webtransport::Session;
use tokio::io::AsyncWrite;
use wtransport::{Connection, RecvStream, SendStream, VarInt};

/// H3_NO_ERROR (RFC 9114, section 8.1).
pub(super) const NO_ERROR: VarInt = VarInt::from_u32(0x100);

/// A session, closed when it is dropped.
pub(super) struct WebTransportSession(Connection);

impl WebTransportSession {
    pub(super) fn new(connection: Connection) -> Self {
        Self(connection)
    }
}

impl Drop for WebTransportSession {
    fn drop(&mut self) {
        // wtransport ends a session only with its connection. To browsers that is a session that failed, so their
        // sockets hear `transport error` where the reference's session has them hear `transport close`.
        self.0.close(NO_ERROR, b"");
    }
}

impl Session for WebTransportSession {
    type Reader = RecvStream;
    type Writer = Sending;

    async fn accept_stream(&mut self) -> io::Result<(RecvStream, Sending)> {
        let (sending, receiving) = self.0.accept_bi().await.map_err(io::Error::other)?;
        Ok((receiving, Sending::Open(sending)))
    }
}

/// The sending half of a stream. wtransport's own shutdown does not wait for the peer.
pub(super) enum Sending {
    Open(SendStream),
    /// All has been said; ends when the peer has acknowledged it.
    Finishing(Pin<Box<dyn Future<Output = ()> + Send>>),
    Finished,
}

impl AsyncWrite for Sending {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match &mut *self {
            Self::Open(stream) => AsyncWrite::poll_write(Pin::new(stream), cx, bytes),
            Self::Finishing(_) | Self::Finished => Poll::Ready(Err(io::ErrorKind::BrokenPipe.into())),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        // What is written is under way.
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            *self = match std::mem::replace(&mut *self, Self::Finished) {
                Self::Open(mut stream) => Self::Finishing(Box::pin(async move {
                    // A peer that is gone, or wants no more, has all that it will ever have.
                    let _ = stream.finish().await;
                })),
                Self::Finishing(mut finishing) => match finishing.as_mut().poll(cx) {
                    Poll::Ready(()) => return Poll::Ready(Ok(())),
                    Poll::Pending => {
                        *self = Self::Finishing(finishing);
                        return Poll::Pending;
                    }
                },
                Self::Finished => return Poll::Ready(Ok(())),
            };
        }
    }
}
