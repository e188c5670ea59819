//! Leniency towards JavaScript's strings, which may hold half of an emoji.
//!
//! A JavaScript string is a sequence of UTF-16 units; one that was cut between the two halves of a surrogate
//! pair is written by `JSON.stringify` as a lone `\ud83d`. That has no meaning in Unicode, so serde_json
//! refuses the whole text; a browser would read it as U+FFFD when it sends it on as UTF-8.

use std::borrow::Cow;

/// The length of an escape like `\ud83d`.
const ESCAPE: usize = 6;

/// Replaces each lone surrogate escape in JSON text by `\ufffd`, and leaves everything else as it is. Text
/// without one is borrowed.
pub(crate) fn repair(text: &str) -> Cow<'_, str> {
    let mut repaired = String::new();
    // Text before `kept` is in `repaired` already; text before `at` has been looked at.
    let mut kept = 0;
    let mut at = 0;
    // In JSON a backslash occurs only inside strings, so there is no need to know where strings are.
    while let Some(found) = text.get(at..).and_then(|rest| rest.find('\\')) {
        at += found;
        match escape(text, at) {
            Escape::Other => at += 2,
            Escape::Pair => at += 2 * ESCAPE,
            Escape::Lone => {
                repaired.push_str(text.get(kept..at).unwrap_or_default());
                repaired.push_str("\\ufffd");
                at += ESCAPE;
                kept = at;
            }
        }
    }
    if kept == 0 {
        return Cow::Borrowed(text);
    }
    repaired.push_str(text.get(kept..).unwrap_or_default());
    Cow::Owned(repaired)
}

/// What a backslash begins.
enum Escape {
    /// No surrogate: an escape of two bytes, or the first two bytes of another `\u` escape.
    Other,
    /// A high surrogate and the low one that belongs to it.
    Pair,
    /// Half of a pair.
    Lone,
}

/// What the backslash at `at` begins.
fn escape(text: &str, at: usize) -> Escape {
    match unit(text, at) {
        Some(0xd800..=0xdbff) => match unit(text, at + ESCAPE) {
            Some(0xdc00..=0xdfff) => Escape::Pair,
            _ => Escape::Lone,
        },
        Some(0xdc00..=0xdfff) => Escape::Lone,
        _ => Escape::Other,
    }
}

/// The UTF-16 unit which the `\u` escape at `at` stands for, if there is one.
fn unit(text: &str, at: usize) -> Option<u16> {
    let digits = text.as_bytes().get(at..at + ESCAPE)?.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |unit, &digit| {
        let value = char::from(digit).to_digit(16)?;
        Some(unit << 4 | u16::try_from(value).ok()?)
    })
}

#[cfg(test)]
mod tests;
