//! What the messages at one mount mean, whatever carries them.

use bytestring::ByteString;
use roomful_protocol::messages::Messages;
use roomful_protocol::packet::MAIN;
use roomful_protocol::raw::{Form, RawMessages};

/// What clients say with their messages, where the transport does not decide it.
#[derive(Clone)]
pub(crate) enum Dialect {
    /// Each message is an event in one namespace, in which the client is from the start.
    Plain {
        /// That namespace.
        namespace: ByteString,
        /// How events are told apart.
        form: Form,
    },
}

impl Default for Dialect {
    fn default() -> Self {
        Self::Plain { namespace: MAIN, form: Form::default() }
    }
}

impl Dialect {
    /// What reads the messages of one connection.
    pub(crate) fn messages(&self) -> Box<dyn Messages> {
        match self {
            Self::Plain { namespace, form } => Box::new(RawMessages::new(namespace.clone(), *form)),
        }
    }

    /// The namespace that clients are in; a missing leading `/` is added.
    pub(crate) fn set_namespace(&mut self, name: &str) {
        let Self::Plain { namespace, .. } = self;
        *namespace = if name.starts_with('/') { name.into() } else { format!("/{name}").into() };
    }

    /// Lets clients say and hear events of any name.
    pub(crate) fn set_events(&mut self) {
        let Self::Plain { form, .. } = self;
        *form = Form::Events;
    }
}
