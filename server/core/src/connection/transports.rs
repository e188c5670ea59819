//! What carries one connection: its transport, and a second one while it upgrades.

use std::sync::Arc;
use std::task::{Context, Poll};

use bytestring::ByteString;
use roomful_protocol::close::{CloseFrame, CloseReason};
use roomful_protocol::engineio::TransportKind;
use roomful_protocol::link::{Frame, TransportEnd, TransportId};
use roomful_protocol::websocket::Deflate;
use roomful_protocol::wire::Unit;

use super::outbox::Outbox;

/// Something that happened on a transport.
#[derive(Debug)]
pub enum TransportEvent {
    /// A second transport wants to take over.
    Opened(TransportId),
    /// A frame came in.
    Frame(TransportId, Frame),
    /// Something came in that is no frame for the link and yet shows that the peer is there. Only from
    /// transports whose link asks for it.
    Heard(TransportId),
    /// What comes in from now on is carried by a request with these headers: JSON text of an object. Only from
    /// transports of which somebody wants to know.
    CarriedBy(ByteString),
    /// A transport has ended.
    Closed(TransportId, TransportEnd),
}

/// The transports of one connection, owned by its task.
pub trait Transports: Send + 'static {
    /// The next thing that came in. Not called while reading is stopped.
    fn poll_event(&mut self, cx: &mut Context<'_>) -> Poll<TransportEvent>;

    /// Writes what is queued, where writing is the task's part: to a waiting poll, to a stream that is not
    /// bare TCP, or to one whose kernel buffer was full. Must arrange to be woken when it can go on.
    fn poll_write(&mut self, cx: &mut Context<'_>);

    /// Sends to a transport that nobody else can see yet.
    fn send(&mut self, to: TransportId, unit: Unit);

    /// Answers a waiting poll, and every poll until the switch, without delay.
    fn release(&mut self);

    /// Lets `to` carry the connection. What the old transport did not take stays queued.
    fn switch(&mut self, to: TransportId);

    /// Closes a transport that is not the main one.
    fn close(&mut self, which: TransportId);

    /// The connection ends for this reason, with the program's own words where it has some: once, before
    /// [`poll_close`](Self::poll_close). For transports that tell the client why.
    fn closing(&mut self, _reason: CloseReason, _frame: Option<&CloseFrame>) {}

    /// Delivers what is queued, says goodbye where the transport can, and closes. Called until it is ready,
    /// under a deadline.
    fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<()>;

    /// The kind of the main transport.
    fn kind(&self) -> TransportKind;

    /// How messages to the client are compressed on the main transport, if it has agreed on that.
    fn deflate(&self) -> Option<Deflate> {
        None
    }

    /// The outbox they write.
    fn outbox(&self) -> &Arc<Outbox>;
}
