//! Decompressing what clients send, within a bound.

use std::cell::RefCell;

use bytes::Bytes;
use flate2::{Decompress, FlushDecompress, Status};

use super::TAIL;
use crate::websocket::DecodeError;

/// What the shared buffer grows by at least, and what of it is kept from one message to the next.
const STEP: usize = 16 << 10;
const KEPT: usize = 64 << 10;

/// What all connections of a thread share: nothing of one message is left for the next.
struct Inflater {
    state: Decompress,
    output: Vec<u8>,
}

/// Decompresses a message of at most `max` bytes. A longer one is cut off as soon as it shows that it is.
pub(in crate::websocket) fn inflate(message: &[u8], max: usize) -> Result<Bytes, DecodeError> {
    thread_local! {
        static INFLATER: RefCell<Option<Box<Inflater>>> = const { RefCell::new(None) };
    }
    INFLATER.with_borrow_mut(|inflater| {
        let make = || Box::new(Inflater { state: Decompress::new(false), output: Vec::new() });
        let inflater = inflater.get_or_insert_with(make);
        inflater.output.clear();
        inflater.state.reset(false);
        let done = inflater.read(message, max).and_then(|()| inflater.read(&TAIL, max));
        let message = done.map(|()| Bytes::copy_from_slice(&inflater.output));
        if inflater.output.capacity() > KEPT {
            inflater.output = Vec::new();
        }
        message
    })
}

impl Inflater {
    /// Decompresses `input`, all of it, behind what has come out so far.
    fn read(&mut self, mut input: &[u8], max: usize) -> Result<(), DecodeError> {
        loop {
            // One byte more than is allowed, to see that a message is too long.
            let room = (max + 1).saturating_sub(self.output.len());
            if room == 0 {
                return Err(DecodeError::TooLarge);
            }
            if self.output.len() == self.output.capacity() {
                self.output.reserve_exact(STEP.max(self.output.len()).min(room));
            }
            let read_before = self.state.total_in();
            let status = self
                .state
                .decompress_vec(input, &mut self.output, FlushDecompress::Sync)
                .map_err(|_| DecodeError::Data)?;
            let read = usize::try_from(self.state.total_in() - read_before).unwrap_or(usize::MAX);
            input = input.get(read..).unwrap_or_default();
            if self.output.len() > max {
                return Err(DecodeError::TooLarge);
            }
            if status == Status::StreamEnd {
                // A block marked as the last one, which a sender may use (section 7.2.3.5): more may follow.
                self.state.reset(false);
            } else if self.output.len() == self.output.capacity() {
                continue;
            } else if !input.is_empty() {
                return Err(DecodeError::Data);
            }
            if input.is_empty() {
                return Ok(());
            }
        }
    }
}
