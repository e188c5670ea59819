//! Where an outbox is written.

use std::io::{self, IoSlice};

/// The writing side of a stream. The core knows no stream; doors bring this.
///
/// `try_write` takes `&self` because whoever holds the outbox's writer lock writes: the flusher, the
/// connection's task, or an emitter that has queued a lot.
pub trait Sink: Send + Sync {
    /// Writes what it can without waiting.
    ///
    /// # Errors
    /// [`io::ErrorKind::WouldBlock`] when nothing can be taken now; any other error ends the connection.
    fn try_write(&self, bytes: &[IoSlice<'_>]) -> io::Result<usize>;
}
