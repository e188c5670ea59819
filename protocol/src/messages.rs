//! What the messages of a connection mean: the seam between a link, which carries messages, and the protocol that is
//! spoken in them.

use std::time::{Duration, Instant};

use bytes::Bytes;
use bytestring::ByteString;

use crate::close::CloseReason;
use crate::limits::Limits;
use crate::link::{Joining, Violation};
use crate::packet::Packet;
use crate::wire::{Unit, Wire};

/// Reads the messages of one connection.
pub trait Messages: Send + 'static {
    /// A text message, what the link puts around it taken off. It is a part of `whole`, and so is everything that is
    /// kept of it.
    ///
    /// # Errors
    /// When the messaging protocol forbids it here; the connection then closes.
    fn text(
        &mut self,
        now: Instant,
        text: &str,
        whole: &ByteString,
        limits: &Limits,
    ) -> Result<Read, Violation>;

    /// A binary message.
    ///
    /// # Errors
    /// As [`text`](Self::text).
    fn binary(&mut self, now: Instant, data: Bytes, limits: &Limits) -> Result<Read, Violation>;

    /// Something came in that is no message and yet shows that the client is there. Only from links that hear of it.
    fn heard(&mut self, _now: Instant) {}

    /// When [`handle_timeout`](Self::handle_timeout) must be called, if ever.
    fn deadline(&self) -> Option<Instant> {
        None
    }

    /// What is due by now. Calling it early does nothing.
    fn handle_timeout(&mut self, _now: Instant) -> Due {
        Due::Nothing
    }

    /// Nothing was read for that long: deadlines that wait for the peer move by as much.
    fn extend(&mut self, _by: Duration) {}

    /// How packets are encoded for this client.
    fn wire(&self) -> Wire;

    /// How clients come into namespaces.
    fn joining(&self) -> Joining;

    /// The namespace that clients are in from the start, if there is one.
    fn home(&self) -> Option<ByteString> {
        None
    }

    /// The id from which those of the client's sockets are made, where the messaging protocol says so.
    fn public_id(&self) -> Option<&str> {
        None
    }

    /// The headers of the request that carries the messages from now on, as JSON text of an object.
    fn carried_by(&mut self, _headers: &ByteString) {}
}

/// What a message was.
#[derive(Debug, PartialEq, Eq)]
pub enum Read {
    /// A whole packet.
    Packet(Packet),
    /// The protocol's own business, to be answered with this.
    Reply(Unit),
    /// What cannot be read, in a protocol whose connections go on all the same.
    Unreadable(Violation),
    /// Nothing, or not yet.
    Nothing,
}

/// What a protocol wants when its time has come.
#[derive(Debug, PartialEq, Eq)]
pub enum Due {
    /// To be sent.
    Send(Unit),
    /// The end of the connection.
    Close(CloseReason),
    /// Nothing.
    Nothing,
}

/// Where the protocol is chosen when the program runs.
impl Messages for Box<dyn Messages> {
    fn text(
        &mut self,
        now: Instant,
        text: &str,
        whole: &ByteString,
        limits: &Limits,
    ) -> Result<Read, Violation> {
        (**self).text(now, text, whole, limits)
    }

    fn binary(&mut self, now: Instant, data: Bytes, limits: &Limits) -> Result<Read, Violation> {
        (**self).binary(now, data, limits)
    }

    fn heard(&mut self, now: Instant) {
        (**self).heard(now);
    }

    fn deadline(&self) -> Option<Instant> {
        (**self).deadline()
    }

    fn handle_timeout(&mut self, now: Instant) -> Due {
        (**self).handle_timeout(now)
    }

    fn extend(&mut self, by: Duration) {
        (**self).extend(by);
    }

    fn wire(&self) -> Wire {
        (**self).wire()
    }

    fn joining(&self) -> Joining {
        (**self).joining()
    }

    fn home(&self) -> Option<ByteString> {
        (**self).home()
    }

    fn public_id(&self) -> Option<&str> {
        (**self).public_id()
    }

    fn carried_by(&mut self, headers: &ByteString) {
        (**self).carried_by(headers);
    }
}
