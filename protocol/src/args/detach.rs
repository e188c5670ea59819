//! Deserialising: JSON text becomes a value, and placeholders in it become the bytes of their attachments.
//!
//! A placeholder is an object with `"_placeholder":true` and the number of an attachment as its `num`. Where
//! a type asks for bytes (`bytes::Bytes`, the types of `serde_bytes`) it gets the attachment. Where a type
//! takes whatever comes, serde does not say what it wants, and there are two kinds of such types:
//! `#[serde(untagged)]`, `#[serde(flatten)]` and tagged enums keep a value for later and can keep bytes, while
//! `serde_json::Value` refuses bytes. So the text is read with bytes first, and when that fails it is read
//! once more with placeholders as the plain objects they are.
//!
//! Limits that follow from this: a `Value` shows a binary as its placeholder object. One type in which a
//! `Value` *and* the inside of an untagged, flattened or tagged type both meet binaries cannot be read. And
//! types that take whatever comes recognise a placeholder only when `_placeholder` is its first key, which is
//! how the reference writes it. In an untagged enum serde gives bytes that are UTF-8 to a `String` and a string
//! to a `Bytes`, whichever variant comes first, so such an enum cannot tell the two apart; a tagged one can.
//! A `RawValue` is the text as it came, without attachments.

mod access;
mod arguments;
mod attachment;

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::lenient;
use arguments::{Arguments, Elements};

/// Which of the arguments a value is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// A type that asks for a sequence, a tuple, a tuple struct or a unit is read from all arguments, and
    /// any other from the first. What counts is the first thing the type asks of its deserializer, as in
    /// [`attach::Shape::Many`](super::attach::Shape::Many).
    Many,
    /// The first argument alone, whatever the type asks for.
    First,
}

/// Reads a value from `elements`, the inside of a JSON array without its brackets.
///
/// Arguments beyond those the type asks for are ignored, as the reference does. Missing ones at the end of a
/// tuple are `None` where the type is an `Option`. `()` takes any arguments. Lone surrogates are U+FFFD.
///
/// # Errors
/// When an argument is missing, has another shape, or needs an attachment that is not there.
pub(super) fn deserialize<T: DeserializeOwned>(
    elements: &str,
    attachments: &[Bytes],
    shape: Shape,
) -> Result<T, DeserializeError> {
    let text = lenient::repair(elements);
    let context = Context::new(attachments, Untyped::Bytes);
    let first = match attempt(&text, &context, shape) {
        Ok(value) => return Ok(value),
        Err(error) => context.explain(error),
    };
    if !context.again.get() {
        return Err(first);
    }
    let context_of_second = Context::new(attachments, Untyped::Object);
    attempt(&text, &context_of_second, shape).map_err(|error| {
        // When a type refused bytes, the first error says only that; otherwise it is the better one, as it
        // is about the value with its attachments.
        if context.refused.get() { context_of_second.explain(error) } else { first }
    })
}

/// Reads a value once, with what the context says about placeholders.
fn attempt<T: DeserializeOwned>(
    text: &str,
    context: &Context<'_>,
    shape: Shape,
) -> Result<T, serde_json::Error> {
    let elements = Elements::new(text);
    match shape {
        Shape::Many => T::deserialize(Arguments::new(elements, context)),
        Shape::First => Arguments::new(elements, context).first(PhantomData),
    }
}

/// The arguments could not be read as the type that was asked for.
#[derive(Debug)]
pub struct DeserializeError {
    problem: Problem,
    source: serde_json::Error,
}

#[derive(Clone, Copy, Debug)]
enum Problem {
    /// The argument with this number, from 1, is not there.
    Missing { number: usize, came: usize },
    /// The argument with this number, from 1, has another shape.
    Argument { number: usize },
    /// The arguments were read, but the type refused them.
    Whole,
}

/// How serde_json begins its message when a `Vec<u8>` meets a placeholder.
const NOT_A_SEQUENCE: &str = "invalid type: map, expected a sequence";

impl fmt::Display for DeserializeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let source = &self.source;
        match self.problem {
            Problem::Missing { number, came } => {
                write!(f, "argument {number} is missing, {came} came: send it, or read it as an `Option`")
            }
            Problem::Argument { number } => {
                write!(f, "argument {number}: {source}")?;
                if source.to_string().starts_with(NOT_A_SEQUENCE) {
                    f.write_str("; if it is a binary, read it as `bytes::Bytes`, not as `Vec<u8>`")?;
                }
                Ok(())
            }
            Problem::Whole => write!(f, "the arguments were refused: {source}"),
        }
    }
}

impl std::error::Error for DeserializeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// What types that take whatever comes are given for a placeholder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Untyped {
    Bytes,
    Object,
}

/// What all parts of one attempt share.
struct Context<'a> {
    attachments: &'a [Bytes],
    untyped: Untyped,
    /// Whether an attempt with [`Untyped::Object`] could fare better than this one.
    again: Cell<bool>,
    /// Whether a type that takes whatever comes refused bytes.
    refused: Cell<bool>,
    /// What an error would be about at this moment.
    problem: Cell<Problem>,
}

impl<'a> Context<'a> {
    fn new(attachments: &'a [Bytes], untyped: Untyped) -> Self {
        // Without attachments there is nothing to look for, so objects are not looked into.
        let untyped = if attachments.is_empty() { Untyped::Object } else { untyped };
        let problem = Cell::new(Problem::Whole);
        Self { attachments, untyped, again: Cell::default(), refused: Cell::default(), problem }
    }

    fn explain(&self, source: serde_json::Error) -> DeserializeError {
        DeserializeError { problem: self.problem.get(), source }
    }
}

#[cfg(test)]
mod tests;
