//! Why a connection closed and why a socket disconnected, for all protocols in one table.

mod frame;

use std::fmt;

pub use frame::{BadCloseFrame, CloseFrame};

/// Why a connection (one client link, carrying many namespaces) has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CloseReason {
    /// The client did not answer a heartbeat in time, or took nothing for that long.
    PingTimeout,
    /// The client closed the transport, or said that it closes.
    TransportClose,
    /// The transport broke, or the client used it in a way that its protocol forbids.
    TransportError,
    /// What came in could not be read as a packet of the transport's protocol.
    ParseError,
    /// What came in was a packet that the messaging protocol forbids at that point.
    ForcedClose,
    /// The server's program asked for the end of the connection.
    ForcedServerClose,
    /// The client did not join a namespace in time.
    ConnectTimeout,
    /// The client took its packets too slowly and more had to be queued than is allowed.
    Overflow,
    /// The server is shutting down. The client is meant to come back by itself.
    ServerShuttingDown,
}

impl CloseReason {
    /// The reason as its sockets hear it.
    pub fn for_socket(self) -> DisconnectReason {
        match self {
            Self::PingTimeout => DisconnectReason::PingTimeout,
            Self::TransportClose => DisconnectReason::TransportClose,
            Self::TransportError => DisconnectReason::TransportError,
            Self::ParseError => DisconnectReason::ParseError,
            Self::ForcedClose | Self::ConnectTimeout | Self::Overflow => DisconnectReason::ForcedClose,
            Self::ForcedServerClose => DisconnectReason::ForcedServerClose,
            Self::ServerShuttingDown => DisconnectReason::ServerShuttingDown,
        }
    }

    /// The code with which a plain WebSocket is told (RFC 6455, section 7.4.1). `None` where the transport
    /// decides: the client's own code is echoed, and a frame that breaks the rules is answered with 1002 (it is
    /// forbidden), 1007 (its data is not what it says) or 1009 (its message is too large), see
    /// [`DecodeError`](crate::websocket::DecodeError).
    pub fn websocket_code(self) -> Option<u16> {
        match self {
            Self::TransportClose | Self::TransportError => None,
            // The usual end: the program has nothing more to say to this client.
            Self::ForcedServerClose => Some(1000),
            // "Going away": the client may come back, here or at another node.
            Self::ServerShuttingDown => Some(1001),
            // The message is not of the form that was agreed on.
            Self::ParseError => Some(1007),
            // A policy: a guard has refused the client, or it did what it may not do.
            Self::ForcedClose | Self::ConnectTimeout => Some(1008),
            // A heartbeat without an answer; most likely nobody reads this.
            Self::PingTimeout => Some(1011),
            // "Try again later": it was too slow for what it was sent, and has missed something.
            Self::Overflow => Some(1013),
        }
    }

    /// A few words for logs and metrics; finer than the socket's reason.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ConnectTimeout => "connect timeout",
            Self::Overflow => "outbox overflow",
            other => other.for_socket().as_str(),
        }
    }
}

impl fmt::Display for CloseReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a socket (a client in one namespace) has disconnected. [`as_str`](Self::as_str) gives Socket.IO's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DisconnectReason {
    /// The server disconnected this socket from its namespace.
    ServerNamespaceDisconnect,
    /// The client left the namespace.
    ClientNamespaceDisconnect,
    /// The server is shutting down.
    ServerShuttingDown,
    /// The client did not answer a heartbeat in time.
    PingTimeout,
    /// The client closed the transport.
    TransportClose,
    /// The transport broke.
    TransportError,
    /// The client sent what could not be read.
    ParseError,
    /// The client sent a forbidden packet or took its packets too slowly.
    ForcedClose,
    /// The server ended the whole connection.
    ForcedServerClose,
}

impl DisconnectReason {
    /// The reason in Socket.IO's words, for example `transport close`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ServerNamespaceDisconnect => "server namespace disconnect",
            Self::ClientNamespaceDisconnect => "client namespace disconnect",
            Self::ServerShuttingDown => "server shutting down",
            Self::PingTimeout => "ping timeout",
            Self::TransportClose => "transport close",
            Self::TransportError => "transport error",
            Self::ParseError => "parse error",
            Self::ForcedClose => "forced close",
            Self::ForcedServerClose => "forced server close",
        }
    }
}

impl DisconnectReason {
    /// Whether the client may come back to its session: nobody meant it to leave.
    pub fn is_recoverable(self) -> bool {
        match self {
            Self::ServerNamespaceDisconnect | Self::ClientNamespaceDisconnect | Self::ParseError => false,
            Self::ServerShuttingDown
            | Self::PingTimeout
            | Self::TransportClose
            | Self::TransportError
            | Self::ForcedClose
            | Self::ForcedServerClose => true,
        }
    }
}

impl fmt::Display for DisconnectReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_socket_hears_socket_ios_words_for_every_end_of_its_connection() {
        let table = [
            (CloseReason::PingTimeout, "ping timeout"),
            (CloseReason::TransportClose, "transport close"),
            (CloseReason::TransportError, "transport error"),
            (CloseReason::ParseError, "parse error"),
            (CloseReason::ForcedClose, "forced close"),
            (CloseReason::ConnectTimeout, "forced close"),
            (CloseReason::Overflow, "forced close"),
            (CloseReason::ForcedServerClose, "forced server close"),
            (CloseReason::ServerShuttingDown, "server shutting down"),
        ];
        for (reason, words) in table {
            assert_eq!(reason.for_socket().as_str(), words);
        }
    }

    #[test]
    fn every_code_for_a_websocket_is_one_that_may_be_sent() {
        let table = [
            (CloseReason::TransportClose, None),
            (CloseReason::TransportError, None),
            (CloseReason::ForcedServerClose, Some(1000)),
            (CloseReason::ServerShuttingDown, Some(1001)),
            (CloseReason::ParseError, Some(1007)),
            (CloseReason::ForcedClose, Some(1008)),
            (CloseReason::ConnectTimeout, Some(1008)),
            (CloseReason::PingTimeout, Some(1011)),
            (CloseReason::Overflow, Some(1013)),
        ];
        for (reason, code) in table {
            assert_eq!(reason.websocket_code(), code, "{reason}");
            assert!(code.is_none_or(crate::websocket::may_be_sent), "{reason}");
        }
    }
}
