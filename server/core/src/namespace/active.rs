//! A namespace that exists: its sockets and rooms.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use bytestring::ByteString;

use crate::ack::collector::Collectors;
use crate::connection::running::caught;
use crate::handler::table::HandlerTable;
use crate::namespace::NamespaceHandle;
use crate::recovery::NamespaceRecovery;
use crate::registry::Registry;
use crate::rooms::{Room, Rooms};
use crate::shared::Shared;
use crate::sync::Mutex;

/// The largest acknowledgement id: what JavaScript counts exactly.
const MAX_ACK_ID: u64 = (1 << 53) - 1;

/// Where a namespace comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// It was defined by its name, and stays.
    Static,
    /// The definition of many has made it, whose place this is.
    Dynamic {
        definition: usize,
        /// It goes with its last client.
        temporary: bool,
    },
}

pub(crate) struct ActiveNamespace {
    origin: Origin,
    pub(crate) path: ByteString,
    pub(crate) shared: Arc<Shared>,
    pub(crate) table: Arc<HandlerTable>,
    /// Everybody: a room like any other, but without a name, so that nothing ever walks the registry.
    pub(crate) everyone: Arc<Room>,
    pub(crate) rooms: Rooms,
    pub(crate) registry: Registry,
    /// What its clients come back to, when sessions are recovered. It outlives the namespace.
    pub(crate) recovery: Option<Arc<NamespaceRecovery>>,
    /// One counter for all sockets, as the reference has it: a broadcast asks everybody under one id.
    ack_ids: AtomicU64,
    /// Questions that went to many sockets.
    pub(crate) collectors: Collectors,
    /// Listeners of what goes out, of the namespace and of its sockets. With none, a broadcast asks no member.
    pub(crate) outgoing: AtomicUsize,
    tenancy: Mutex<Tenancy>,
}

/// Clients that are in a namespace or on their way in.
struct Tenancy {
    clients: usize,
    /// It has gone. A client that still finds it looks again.
    closed: bool,
}

impl ActiveNamespace {
    pub(crate) fn new(
        path: ByteString,
        shared: Arc<Shared>,
        table: Arc<HandlerTable>,
        origin: Origin,
    ) -> Arc<Self> {
        let recovery = shared.recovery.as_ref().map(|hub| hub.namespace(&path));
        Arc::new(Self {
            recovery,
            origin,
            path,
            shared,
            rooms: Rooms::new(!table.on_room_event.is_empty()),
            outgoing: AtomicUsize::new(table.on_any_outgoing.len()),
            table,
            everyone: Room::new(ByteString::new()),
            registry: Registry::new(),
            ack_ids: AtomicU64::new(0),
            collectors: Collectors::default(),
            tenancy: Mutex::new(Tenancy { clients: 0, closed: false }),
        })
    }

    /// Tells what has happened to rooms. No lock may be held.
    pub(crate) fn tell_room_events(self: &Arc<Self>) {
        let Some(events) = self.rooms.events() else { return };
        let handle = NamespaceHandle::new(self.clone());
        let metrics = &self.shared.metrics;
        let dropped = events.tell(|event| {
            for hook in &self.table.on_room_event {
                if caught(|| hook(&handle, event)).is_none() {
                    metrics.handler_panics.increment();
                }
            }
        });
        metrics.room_events_dropped.add(dropped);
    }

    pub(crate) fn next_ack_id(&self) -> u64 {
        self.ack_ids.fetch_add(1, Ordering::Relaxed) & MAX_ACK_ID
    }

    /// The place of the definition that has made it, if that is one of many.
    pub(crate) fn definition(&self) -> Option<usize> {
        match self.origin {
            Origin::Static => None,
            Origin::Dynamic { definition, .. } => Some(definition),
        }
    }

    /// Whether anybody listens to what goes out.
    pub(crate) fn hears_outgoing(&self) -> bool {
        self.outgoing.load(Ordering::Relaxed) > 0
    }

    /// A client comes in; `false` when the namespace has gone.
    pub(crate) fn admit(&self) -> bool {
        let mut tenancy = self.tenancy.lock();
        tenancy.clients += usize::from(!tenancy.closed);
        !tenancy.closed
    }

    /// A client has left; whether the namespace goes with it.
    pub(crate) fn release(&self) -> bool {
        let mut tenancy = self.tenancy.lock();
        tenancy.clients = tenancy.clients.saturating_sub(1);
        let temporary = matches!(self.origin, Origin::Dynamic { temporary: true, .. });
        tenancy.closed |= temporary && tenancy.clients == 0;
        tenancy.closed
    }
}
