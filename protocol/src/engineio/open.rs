//! The first packet of a connection.

use serde::Serialize;

use crate::limits::Limits;

/// What the server tells a client when it opens a connection.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Open<'a> {
    /// The secret id of the session.
    pub sid: &'a str,
    /// Transports to which the client may upgrade.
    pub upgrades: &'a [&'a str],
    ping_interval: u64,
    ping_timeout: u64,
    max_payload: usize,
}

impl<'a> Open<'a> {
    /// An open packet that advertises `limits`.
    pub fn new(sid: &'a str, upgrades: &'a [&'a str], limits: &Limits) -> Self {
        let millis = |duration: std::time::Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Self {
            sid,
            upgrades,
            ping_interval: millis(limits.ping_interval),
            ping_timeout: millis(limits.ping_timeout),
            max_payload: limits.max_payload,
        }
    }

    /// The packet as text.
    pub fn to_text(&self) -> String {
        // Strings and numbers always serialise.
        let json = serde_json::to_string(self).unwrap_or_default();
        format!("0{json}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_open_packet_has_the_references_keys_in_its_order() {
        let text = Open::new("abc", &["websocket"], &Limits::default()).to_text();
        assert_eq!(
            text,
            r#"0{"sid":"abc","upgrades":["websocket"],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#
        );
    }
}
