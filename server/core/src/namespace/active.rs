//! A namespace that exists: its sockets and rooms.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytestring::ByteString;
use parking_lot::Mutex;

use crate::handler::table::HandlerTable;
use crate::recovery::NamespaceRecovery;
use crate::registry::Registry;
use crate::rooms::{Room, Rooms};
use crate::shared::Shared;

/// The largest acknowledgement id: what JavaScript counts exactly.
const MAX_ACK_ID: u64 = (1 << 53) - 1;

pub(crate) struct ActiveNamespace {
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
    tenancy: Mutex<Tenancy>,
}

/// Clients that are in a namespace or on their way in.
struct Tenancy {
    clients: usize,
    /// Whether the namespace goes with its last client.
    temporary: bool,
    /// It has gone. A client that still finds it looks again.
    closed: bool,
}

impl ActiveNamespace {
    pub(crate) fn new(
        path: ByteString,
        shared: Arc<Shared>,
        table: Arc<HandlerTable>,
        temporary: bool,
    ) -> Arc<Self> {
        let recovery = shared.recovery.as_ref().map(|hub| hub.namespace(&path));
        Arc::new(Self {
            recovery,
            path,
            shared,
            table,
            everyone: Room::new(ByteString::new()),
            rooms: Rooms::new(),
            registry: Registry::new(),
            ack_ids: AtomicU64::new(0),
            tenancy: Mutex::new(Tenancy { clients: 0, temporary, closed: false }),
        })
    }

    pub(crate) fn next_ack_id(&self) -> u64 {
        self.ack_ids.fetch_add(1, Ordering::Relaxed) & MAX_ACK_ID
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
        tenancy.closed |= tenancy.temporary && tenancy.clients == 0;
        tenancy.closed
    }
}
