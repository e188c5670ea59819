//! MessagePack cut into tokens: scalars, and the heads of arrays and maps.

use crate::socketio::DecodeError;

/// One token. Its content is a part of the message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Token<'a> {
    Nil,
    /// JavaScript's `undefined`, as notepack.io writes it.
    Undefined,
    Bool(bool),
    Unsigned(u64),
    /// Below zero.
    Negative(i64),
    Float(f64),
    /// Text, which nobody has checked.
    Text(&'a [u8]),
    Binary(&'a [u8]),
    /// So many values follow.
    Array(usize),
    /// So many pairs of values follow.
    Map(usize),
    /// Milliseconds since 1970, as notepack.io writes a date.
    Date(i64),
    Extension(i8, &'a [u8]),
}

const SHORT: DecodeError = DecodeError("a packet that ends too early");

/// Takes tokens off the front of a message.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(message: &'a [u8]) -> Self {
        Self { rest: message }
    }

    pub(super) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next token.
    ///
    /// # Errors
    /// When the message ends, has a byte that begins nothing, or says to hold more than there is.
    pub(super) fn token(&mut self) -> Result<Token<'a>, DecodeError> {
        let [first] = self.array()?;
        Ok(match first {
            0x00..=0x7f => Token::Unsigned(first.into()),
            0x80..=0x8f => self.map(u32::from(first & 0x0f))?,
            0x90..=0x9f => self.list(u32::from(first & 0x0f))?,
            0xa0..=0xbf => Token::Text(self.take(u32::from(first & 0x1f))?),
            0xc0 => Token::Nil,
            0xc1 => return Err(DecodeError("a byte that begins no value")),
            0xc2 => Token::Bool(false),
            0xc3 => Token::Bool(true),
            0xc4..=0xc6 => {
                let len = self.length(first - 0xc4)?;
                Token::Binary(self.take(len)?)
            }
            0xc7..=0xc9 => {
                let len = self.length(first - 0xc7)?;
                match self.extension(len)? {
                    // An `ArrayBuffer`.
                    Token::Extension(0, data) => Token::Binary(data),
                    other => other,
                }
            }
            0xca => Token::Float(f32::from_be_bytes(self.array()?).into()),
            0xcb => Token::Float(f64::from_be_bytes(self.array()?)),
            0xcc => Token::Unsigned(u8::from_be_bytes(self.array()?).into()),
            0xcd => Token::Unsigned(u16::from_be_bytes(self.array()?).into()),
            0xce => Token::Unsigned(u32::from_be_bytes(self.array()?).into()),
            0xcf => Token::Unsigned(u64::from_be_bytes(self.array()?)),
            0xd0 => signed(i8::from_be_bytes(self.array()?).into()),
            0xd1 => signed(i16::from_be_bytes(self.array()?).into()),
            0xd2 => signed(i32::from_be_bytes(self.array()?).into()),
            0xd3 => signed(i64::from_be_bytes(self.array()?)),
            0xd4..=0xd8 => match self.extension(1 << (first - 0xd4))? {
                Token::Extension(0, [_]) => Token::Undefined,
                Token::Extension(0, data) if first == 0xd7 => Token::Date(date(data)?),
                other => other,
            },
            0xd9..=0xdb => {
                let len = self.length(first - 0xd9)?;
                Token::Text(self.take(len)?)
            }
            0xdc | 0xdd => {
                let len = self.length(first - 0xdc + 1)?;
                self.list(len)?
            }
            0xde | 0xdf => {
                let len = self.length(first - 0xde + 1)?;
                self.map(len)?
            }
            0xe0..=0xff => signed(i8::from_be_bytes([first]).into()),
        })
    }

    /// Passes over one value, whatever is in it.
    ///
    /// # Errors
    /// As [`token`](Self::token).
    pub(super) fn skip(&mut self) -> Result<(), DecodeError> {
        // Each value counted here takes a byte that must still come, so the sum cannot overflow for long.
        let mut left = 1_usize;
        while let Some(fewer) = left.checked_sub(1) {
            left = match self.token()? {
                Token::Array(values) => fewer.saturating_add(values),
                Token::Map(pairs) => fewer.saturating_add(pairs.saturating_mul(2)),
                _ => fewer,
            };
        }
        Ok(())
    }

    /// An array's head, whose values cannot be more than there are bytes.
    fn list(&self, len: u32) -> Result<Token<'a>, DecodeError> {
        let len = usize::try_from(len).map_err(|_| SHORT)?;
        if len > self.rest.len() { Err(SHORT) } else { Ok(Token::Array(len)) }
    }

    fn map(&self, len: u32) -> Result<Token<'a>, DecodeError> {
        let len = usize::try_from(len).map_err(|_| SHORT)?;
        if len > self.rest.len() / 2 { Err(SHORT) } else { Ok(Token::Map(len)) }
    }

    fn extension(&mut self, len: u32) -> Result<Token<'a>, DecodeError> {
        let kind = i8::from_be_bytes(self.array()?);
        Ok(Token::Extension(kind, self.take(len)?))
    }

    /// A length of 1, 2 or 4 bytes.
    fn length(&mut self, log: u8) -> Result<u32, DecodeError> {
        Ok(match log {
            0 => u8::from_be_bytes(self.array()?).into(),
            1 => u16::from_be_bytes(self.array()?).into(),
            _ => u32::from_be_bytes(self.array()?),
        })
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(SHORT)?;
        self.rest = rest;
        Ok(*bytes)
    }

    fn take(&mut self, len: u32) -> Result<&'a [u8], DecodeError> {
        let len = usize::try_from(len).map_err(|_| SHORT)?;
        let (bytes, rest) = self.rest.split_at_checked(len).ok_or(SHORT)?;
        self.rest = rest;
        Ok(bytes)
    }
}

fn date(data: &[u8]) -> Result<i64, DecodeError> {
    data.try_into().map(i64::from_be_bytes).map_err(|_| SHORT)
}

fn signed(number: i64) -> Token<'static> {
    u64::try_from(number).map_or(Token::Negative(number), Token::Unsigned)
}
