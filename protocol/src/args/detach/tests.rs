mod arguments;
mod attachments;
mod fidelity;
mod untyped;

use std::collections::HashMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::*;

const PLACEHOLDER_0: &str = r#"{"_placeholder":true,"num":0}"#;

fn bytes(text: &'static str) -> Bytes {
    Bytes::from_static(text.as_bytes())
}

/// Reads all arguments, with the attachments "a", "b" and "c".
fn many<T: DeserializeOwned>(text: &str) -> Result<T, DeserializeError> {
    deserialize(text, &[bytes("a"), bytes("b"), bytes("c")], Shape::Many)
}

fn first<T: DeserializeOwned>(text: &str) -> Result<T, DeserializeError> {
    deserialize(text, &[bytes("a"), bytes("b"), bytes("c")], Shape::First)
}

fn error<T: DeserializeOwned>(text: &str) -> String {
    match many::<T>(text) {
        Ok(_) => panic!("read"),
        Err(error) => error.to_string(),
    }
}
