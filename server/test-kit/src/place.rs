//! What a client needs to go on where it was.

use bytestring::ByteString;
use roomful_core::RawArgs;
use serde_json::{Map, Value};

/// A client's session and the last event that it has, with which it comes back after it has lost its connection, where
/// the server recovers sessions. Given by [`TestClient::lose_connection`](crate::TestClient::lose_connection), taken by
/// [`Joining::back_at`](crate::Joining::back_at).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub(crate) pid: String,
    pub(crate) offset: Option<String>,
}

impl Place {
    /// Adds what the official client adds to its auth payload.
    pub(crate) fn add_to(&self, auth: &mut Map<String, Value>) {
        auth.insert("pid".to_owned(), self.pid.clone().into());
        if let Some(offset) = &self.offset {
            auth.insert("offset".to_owned(), offset.clone().into());
        }
    }

    /// Takes the offset, which the server adds as last argument, off the arguments of an event and keeps it.
    pub(crate) fn take_offset(&mut self, args: RawArgs) -> RawArgs {
        let text = args.elements().strip_suffix('"').and_then(|rest| rest.rsplit_once('"'));
        let Some((before, offset)) = text.filter(|(_, offset)| is_offset(offset)) else { return args };
        let rest = match before.strip_suffix(',') {
            Some(rest) => rest,
            None if before.is_empty() => "",
            None => return args,
        };
        self.offset = Some(offset.to_owned());
        RawArgs::from_raw(ByteString::from(rest), args.attachments().to_vec())
    }
}

/// Whether a text has the form of an offset. A volatile event has none, and may end with other text.
fn is_offset(text: &str) -> bool {
    text.split_once('.').is_some_and(|(log, position)| {
        log.len() == 4 && !position.is_empty() && position.bytes().all(|byte| byte.is_ascii_hexdigit())
    })
}
