//! What the program says at the end of a connection.

use std::fmt;

use bytestring::ByteString;

/// A code and a few words with which the program ends a connection, for clients that are told such: those with a plain
/// WebSocket (RFC 6455, section 7.4) and those of SockJS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloseFrame {
    code: u16,
    reason: ByteString,
}

/// A close frame that a program may not send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BadCloseFrame {
    /// The code is the protocol's own.
    Code(u16),
    /// The reason is longer than a close frame can hold; this many bytes.
    Reason(usize),
}

impl CloseFrame {
    /// The longest reason, in bytes: a close frame holds 125, and the code takes two.
    pub const MAX_REASON: usize = 123;

    /// A close frame with a code that belongs to programs: 1000, or 3000 to 4999.
    ///
    /// # Errors
    /// When the code is another one, or the reason longer than [`MAX_REASON`](Self::MAX_REASON).
    pub fn new(code: u16, reason: impl Into<ByteString>) -> Result<Self, BadCloseFrame> {
        let reason = reason.into();
        match code {
            1000 | 3000..=4999 if reason.len() <= Self::MAX_REASON => Ok(Self { code, reason }),
            1000 | 3000..=4999 => Err(BadCloseFrame::Reason(reason.len())),
            _ => Err(BadCloseFrame::Code(code)),
        }
    }

    /// The code.
    pub fn code(&self) -> u16 {
        self.code
    }

    /// The reason.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

impl fmt::Display for BadCloseFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => {
                write!(f, "{code} is not a close code for programs: use 1000, or one from 3000 to 4999")
            }
            Self::Reason(len) => {
                write!(f, "a close reason of {len} bytes: at most {} fit", CloseFrame::MAX_REASON)
            }
        }
    }
}

impl std::error::Error for BadCloseFrame {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_codes_for_programs_can_be_sent() {
        for code in [1000, 3000, 3999, 4000, 4999] {
            assert_eq!(CloseFrame::new(code, "bye").unwrap().code(), code);
        }
        for code in [0, 999, 1001, 1005, 1006, 1015, 2999, 5000, u16::MAX] {
            assert_eq!(CloseFrame::new(code, ""), Err(BadCloseFrame::Code(code)));
        }
    }

    #[test]
    fn a_reason_fits_into_a_control_frame() {
        assert!(CloseFrame::new(3000, "x".repeat(123)).is_ok());
        assert_eq!(CloseFrame::new(3000, "x".repeat(124)), Err(BadCloseFrame::Reason(124)));
    }
}
