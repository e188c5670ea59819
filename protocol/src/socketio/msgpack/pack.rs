//! Values to MessagePack, each in its shortest form, as notepack.io writes them.

/// A message under construction.
#[derive(Default)]
pub(super) struct Pack(pub(super) Vec<u8>);

impl Pack {
    pub(super) fn nil(&mut self) {
        self.0.push(0xc0);
    }

    pub(super) fn bool(&mut self, value: bool) {
        self.0.push(if value { 0xc3 } else { 0xc2 });
    }

    pub(super) fn unsigned(&mut self, number: u64) {
        if let Ok(number) = u8::try_from(number) {
            match number {
                0..0x80 => self.0.push(number),
                _ => self.0.extend([0xcc, number]),
            }
        } else if let Ok(number) = u16::try_from(number) {
            self.with(0xcd, &number.to_be_bytes());
        } else if let Ok(number) = u32::try_from(number) {
            self.with(0xce, &number.to_be_bytes());
        } else {
            self.with(0xcf, &number.to_be_bytes());
        }
    }

    pub(super) fn signed(&mut self, number: i64) {
        if let Ok(number) = u64::try_from(number) {
            self.unsigned(number);
        } else if let Ok(number) = i8::try_from(number) {
            match number {
                -0x20.. => self.0.extend(number.to_be_bytes()),
                _ => self.with(0xd0, &number.to_be_bytes()),
            }
        } else if let Ok(number) = i16::try_from(number) {
            self.with(0xd1, &number.to_be_bytes());
        } else if let Ok(number) = i32::try_from(number) {
            self.with(0xd2, &number.to_be_bytes());
        } else {
            self.with(0xd3, &number.to_be_bytes());
        }
    }

    pub(super) fn float(&mut self, number: f64) {
        self.with(0xcb, &number.to_be_bytes());
    }

    pub(super) fn text(&mut self, text: &str) {
        match text.len() {
            len @ 0..0x20 => self.0.push(0xa0 | len as u8),
            len => self.head([0xd9, 0xda, 0xdb], len),
        }
        self.0.extend_from_slice(text.as_bytes());
    }

    pub(super) fn binary(&mut self, data: &[u8]) {
        self.head([0xc4, 0xc5, 0xc6], data.len());
        self.0.extend_from_slice(data);
    }

    /// The head of an array: its values follow.
    pub(super) fn array(&mut self, len: usize) {
        self.container(0x90, [0xdc, 0xdd], len);
    }

    /// The head of a map: so many keys and values follow.
    pub(super) fn map(&mut self, len: usize) {
        self.container(0x80, [0xde, 0xdf], len);
    }

    /// A type with a length in one, two or four bytes behind it. Nothing that is queued has 4 GiB.
    fn head(&mut self, [one, two, four]: [u8; 3], len: usize) {
        match (u8::try_from(len), u16::try_from(len)) {
            (Ok(len), _) => self.with(one, &[len]),
            (_, Ok(len)) => self.with(two, &len.to_be_bytes()),
            _ => self.with(four, &(len as u32).to_be_bytes()),
        }
    }

    /// A type with a length in its own byte, or in two or four bytes behind it.
    fn container(&mut self, kind: u8, [two, four]: [u8; 2], len: usize) {
        match (len, u16::try_from(len)) {
            (0..0x10, _) => self.0.push(kind | len as u8),
            (_, Ok(len)) => self.with(two, &len.to_be_bytes()),
            _ => self.with(four, &(len as u32).to_be_bytes()),
        }
    }

    fn with(&mut self, kind: u8, bytes: &[u8]) {
        self.0.push(kind);
        self.0.extend_from_slice(bytes);
    }
}
