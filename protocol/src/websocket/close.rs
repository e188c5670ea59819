//! The payload of a Close frame (RFC 6455, sections 5.5.1 and 7.4).

use super::decoder::DecodeError;

/// Reads a Close frame's payload: the code, if there is one.
pub(super) fn parse(payload: &[u8]) -> Result<Option<u16>, DecodeError> {
    let Some((code, reason)) = payload.split_first_chunk::<2>() else {
        return if payload.is_empty() { Ok(None) } else { Err(DecodeError::Protocol) };
    };
    let code = u16::from_be_bytes(*code);
    if !may_be_sent(code) {
        return Err(DecodeError::Protocol);
    }
    if std::str::from_utf8(reason).is_err() {
        return Err(DecodeError::Data);
    }
    Ok(Some(code))
}

/// Whether an endpoint may put this code into a frame: the registered ones, those of libraries and frameworks,
/// and private ones.
pub(crate) fn may_be_sent(code: u16) -> bool {
    matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999)
}
