//! Errors that a client is meant to read. Nothing else ever reaches one.

use std::fmt;

use serde_json::Value;

macro_rules! client_error {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub struct $name {
            message: String,
            data: Option<Value>,
        }

        impl $name {
            /// An error with a message for people.
            pub fn new(message: impl Into<String>) -> Self {
                Self { message: message.into(), data: None }
            }

            /// Adds details for programs.
            #[must_use]
            pub fn with_data(mut self, data: impl Into<Value>) -> Self {
                self.data = Some(data.into());
                self
            }

            /// The message.
            pub fn message(&self) -> &str {
                &self.message
            }

            /// The details.
            pub fn data(&self) -> Option<&Value> {
                self.data.as_ref()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.message)
            }
        }

        impl From<&str> for $name {
            fn from(message: &str) -> Self {
                Self::new(message)
            }
        }

        impl From<String> for $name {
            fn from(message: String) -> Self {
                Self::new(message)
            }
        }
    };
}

client_error! {
    /// Why a client may not join a namespace: it gets this as `connect_error`, with `err.message` and
    /// `err.data`.
    ConnectError
}

client_error! {
    /// Why an event failed: the client that asked for an acknowledgement gets `{"error": message, "data": …}`.
    EventError
}

impl From<roomful_protocol::args::DeserializeError> for EventError {
    fn from(error: roomful_protocol::args::DeserializeError) -> Self {
        Self::new(error.to_string())
    }
}
