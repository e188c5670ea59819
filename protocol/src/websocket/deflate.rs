//! Compression of single messages: permessage-deflate (RFC 7692), without context takeover on either side.
//!
//! No context means that a message is compressed by itself. It compresses a little less well, but one
//! compressed frame then serves every recipient of a broadcast, and a connection keeps no state for it: a
//! sliding window for each would cost some 200 KB.

mod inflate;
mod offer;

use std::cell::RefCell;

use flate2::{Compress, Compression, FlushCompress, Status};

pub(super) use inflate::inflate;
pub use offer::Agreed;

/// The smallest window that the compressor can keep to, as the exponent of its size.
const MIN_WINDOW_BITS: u8 = 9;
const MAX_WINDOW_BITS: u8 = 15;

/// A compressed message ends with these bytes, which are not sent (RFC 7692, section 7.2.1).
const TAIL: [u8; 4] = [0x00, 0x00, 0xFF, 0xFF];

/// Whether and how messages to and from WebSocket clients are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PerMessageDeflate {
    threshold: usize,
    window_bits: u8,
}

impl Default for PerMessageDeflate {
    fn default() -> Self {
        Self { threshold: 1024, window_bits: MAX_WINDOW_BITS }
    }
}

impl PerMessageDeflate {
    /// Messages below this length are sent as they are. In bytes, default 1024.
    #[must_use]
    pub fn threshold(mut self, bytes: usize) -> Self {
        self.threshold = bytes;
        self
    }

    /// The largest window for what this server sends, as the exponent of its size in bytes: 9 (512 bytes) to 15
    /// (32 KiB, the default); values outside are taken as the nearest of them. Clients may ask for a smaller
    /// one. It bounds what a client needs to decompress, at the price of some of the compression.
    #[must_use]
    pub fn window_bits(mut self, bits: u8) -> Self {
        self.window_bits = bits.clamp(MIN_WINDOW_BITS, MAX_WINDOW_BITS);
        self
    }

    /// Chooses among the offers in a request's `Sec-WebSocket-Extensions` headers, in their order: what was
    /// agreed on, or `None` when messages travel as they are.
    ///
    /// An offer that is malformed, or that this side cannot keep to, is passed over (section 7.1).
    pub fn negotiate<'a>(&self, headers: impl IntoIterator<Item = &'a str>) -> Option<Agreed> {
        headers.into_iter().find_map(|header| offer::choose(header, self.window_bits))
    }

    /// How to compress for a client with which this was agreed on.
    pub fn deflate(&self, agreed: &Agreed) -> Deflate {
        Deflate { window_bits: agreed.window_bits(), threshold: self.threshold }
    }
}

/// How messages to one client are compressed. Clients with the same window share compressed messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Deflate {
    window_bits: u8,
    threshold: usize,
}

impl Deflate {
    /// Hands out a message compressed; `None` when it is below the threshold or would not become shorter.
    pub fn compress<R>(self, message: &[u8], use_it: impl FnOnce(&[u8]) -> R) -> Option<R> {
        if message.len() < self.threshold {
            return None;
        }
        with_deflater(self.window_bits, |deflater| {
            let compressed = deflater.run(message)?;
            (compressed.len() < message.len()).then(|| use_it(compressed))
        })
    }
}

/// What all connections of a thread share: nothing of one message is left for the next.
struct Deflater {
    state: Compress,
    output: Vec<u8>,
}

/// What of an output buffer is kept from one message to the next, in bytes.
const KEPT: usize = 64 << 10;

fn with_deflater<R>(window_bits: u8, run: impl FnOnce(&mut Deflater) -> Option<R>) -> Option<R> {
    /// One for each size of window, made when it is first needed.
    type Deflaters = [Option<Box<Deflater>>; (MAX_WINDOW_BITS - MIN_WINDOW_BITS + 1) as usize];
    thread_local! {
        static DEFLATERS: RefCell<Deflaters> = const { RefCell::new([const { None }; 7]) };
    }
    DEFLATERS.with_borrow_mut(|deflaters| {
        let deflater = deflaters.get_mut(usize::from(window_bits.checked_sub(MIN_WINDOW_BITS)?))?;
        run(deflater.get_or_insert_with(|| {
            let state = Compress::new_with_window_bits(Compression::default(), false, window_bits);
            Box::new(Deflater { state, output: Vec::new() })
        }))
    })
}

impl Deflater {
    /// A message as whole blocks, without the tail.
    fn run(&mut self, message: &[u8]) -> Option<&[u8]> {
        self.state.reset();
        self.output.clear();
        if self.output.capacity() > KEPT {
            self.output = Vec::new();
        }
        loop {
            // With room left over after a call, everything has been written.
            self.output.reserve(message.len() / 2 + 64);
            let read = usize::try_from(self.state.total_in()).ok()?;
            match self.state.compress_vec(message.get(read..)?, &mut self.output, FlushCompress::Sync) {
                Ok(Status::Ok | Status::BufError) => {}
                Ok(Status::StreamEnd) | Err(_) => return None,
            }
            if self.output.len() < self.output.capacity() {
                return self.output.strip_suffix(&TAIL);
            }
        }
    }
}

#[cfg(test)]
mod tests;
