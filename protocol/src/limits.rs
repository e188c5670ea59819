//! All limits in one struct. They hold for every transport alike.

use std::time::Duration;

/// What a server accepts from a client and keeps for it. The defaults are Socket.IO's where it has one.
#[derive(Clone, Debug)]
pub struct Limits {
    /// The largest message or polling body taken from a client, in bytes. Default 1,000,000.
    pub max_payload: usize,
    /// The most packets in the answer to one poll; the rest comes with the next one. A packet goes with its
    /// attachments, so one with more attachments goes alone. Default 16, which is what python-engineio takes;
    /// browsers (a `User-Agent` that begins with `Mozilla/`) take any number, so for them about 1 MiB is the bound.
    pub max_poll_packets: usize,
    /// The most attachments one packet may announce. Default 10.
    pub max_attachments: usize,
    /// How long a packet may wait for its next attachment. Default 30 s.
    pub attachment_timeout: Duration,
    /// The time from one heartbeat's answer to the next heartbeat. Default 25 s.
    pub ping_interval: Duration,
    /// How long a client may take to answer a heartbeat. Default 20 s.
    pub ping_timeout: Duration,
    /// How long an upgrade may take before the probing transport is closed. Default 10 s.
    pub upgrade_timeout: Duration,
    /// How long a client may stay without joining any namespace. Default 45 s.
    pub connect_timeout: Duration,
    /// How long a closing connection may take to deliver what is queued. Default 30 s.
    pub close_timeout: Duration,
    /// How long handlers of a client that has gone may go on before they are dropped. Default 30 s.
    pub handler_grace: Duration,
    /// The most namespaces one connection may be in, or be joining, at a time. Default 128.
    pub max_namespaces: usize,
    /// The longest name of a namespace that is looked up, in bytes. Default 255.
    pub max_namespace_name: usize,
    /// The most handlers that run at a time for one socket. 1 runs them strictly one after another. Default 64.
    pub max_running_handlers: usize,
    /// How many events of one socket may wait for a handler before reading stops. Default 256.
    pub max_backlog: usize,
    /// Bytes queued for one client above which volatile packets are dropped and the server's budget is used.
    /// Default 1 MiB.
    pub outbox_soft: usize,
    /// Bytes queued for one client that are never exceeded. Default 16 MiB.
    pub outbox_hard: usize,
    /// Bytes that all clients together may have queued above their soft bound. Default 64 MiB.
    pub outbox_budget: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_payload: 1_000_000,
            max_poll_packets: 16,
            max_attachments: 10,
            attachment_timeout: Duration::from_secs(30),
            ping_interval: Duration::from_secs(25),
            ping_timeout: Duration::from_secs(20),
            upgrade_timeout: Duration::from_secs(10),
            connect_timeout: Duration::from_secs(45),
            close_timeout: Duration::from_secs(30),
            handler_grace: Duration::from_secs(30),
            max_namespaces: 128,
            max_namespace_name: 255,
            max_running_handlers: 64,
            max_backlog: 256,
            outbox_soft: 1 << 20,
            outbox_hard: 16 << 20,
            outbox_budget: 64 << 20,
        }
    }
}
