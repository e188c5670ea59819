//! Messages as events of one namespace.

use std::time::Instant;

use bytes::Bytes;
use bytestring::ByteString;

use super::Form;
use crate::limits::Limits;
use crate::link::{Frame, Joining, Violation};
use crate::messages::{Messages, Read};
use crate::packet::{Body, Packet};
use crate::wire::Wire;

/// Reads messages as events of one namespace, in which the client is from the start.
#[derive(Clone, Debug)]
pub struct RawMessages {
    namespace: ByteString,
    form: Form,
}

impl RawMessages {
    /// Reads messages of this form for clients of `namespace`.
    pub fn new(namespace: ByteString, form: Form) -> Self {
        Self { namespace, form }
    }

    fn read(&self, message: Frame) -> Result<Read, Violation> {
        let (name, args) = self.form.decode(message)?;
        let body = Body::Event { name, args, ack: None };
        Ok(Read::Packet(Packet::new(self.namespace.clone(), body)))
    }
}

impl Messages for RawMessages {
    fn text(&mut self, _: Instant, text: &str, whole: &ByteString, _: &Limits) -> Result<Read, Violation> {
        self.read(Frame::Text(whole.slice_ref(text)))
    }

    fn binary(&mut self, _: Instant, data: Bytes, _: &Limits) -> Result<Read, Violation> {
        self.read(Frame::Binary(data))
    }

    fn wire(&self) -> Wire {
        self.form.wire()
    }

    fn joining(&self) -> Joining {
        Joining::AtHome
    }

    fn home(&self) -> Option<ByteString> {
        Some(self.namespace.clone())
    }
}
