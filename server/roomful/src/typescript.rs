//! The types of events, for clients in TypeScript.
//!
//! Types that derive `ts_rs::TS` beside [`Event`](macro@crate::Event) become the two event maps that Socket.IO's clients
//! take, with the declarations of all types in them:
//!
//! ```
//! use roomful::Event;
//! use roomful::typescript::{EventMap, TS};
//! use serde::{Deserialize, Serialize};
//!
//! #[derive(Event, Deserialize, TS)]
//! #[event(name = "say", ack = u64)]
//! # #[ts(crate = "roomful::typescript::ts_rs")]
//! struct Say { room: String, text: String }
//!
//! #[derive(Event, Serialize, TS)]
//! # #[ts(crate = "roomful::typescript::ts_rs")]
//! struct Said { id: u64, text: String }
//!
//! let module = EventMap::new().to_server::<Say>().to_client::<Said>().module()?;
//! assert!(module.contains("say: (event: Say, ack: (answer: number) => void) => void;"));
//! # Ok::<(), roomful::typescript::NameClash>(())
//! ```
//!
//! A page then has `const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io()`, and mistakes in events are
//! mistakes of types.
//!
//! Integers are `number`, those of 64 bits too, as JSON has them; beyond 2^53 JavaScript rounds them. A field of `Bytes`
//! needs `#[ts(type = "ArrayBuffer")]`. Without the crate `ts-rs` among the dependencies of its own, a program says
//! `#[ts(crate = "roomful::typescript::ts_rs")]`.

use std::any::TypeId;
use std::collections::{BTreeMap, HashSet};
use std::fmt::{self, Write as _};

use ts_rs::{Config, TypeVisitor};

use crate::Event;

pub use ts_rs;
pub use ts_rs::TS;

/// Collects the events of a namespace, by who sends them.
#[derive(Debug, Default)]
pub struct EventMap {
    types: Types,
    to_client: Vec<String>,
    to_server: Vec<String>,
    has_errors: bool,
}

/// Two types that would have the same name in TypeScript. Rename one of them: `#[ts(rename = "…")]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameClash(String);

impl fmt::Display for NameClash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(name) = self;
        write!(
            f,
            "two types are called `{name}` in TypeScript: rename one of them, as by #[ts(rename = \"…\")]"
        )
    }
}

impl std::error::Error for NameClash {}

/// What an event is answered with when its handler fails, or its arguments do not fit.
const ERROR: &str = "/** What a handler that fails, or one whose arguments do not fit, answers. */\n\
                     export type EventError = { error: string, data?: unknown };\n";

impl EventMap {
    /// No events yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an event that the server emits.
    #[must_use]
    pub fn to_client<E: Event + TS>(mut self) -> Self
    where
        E::Ack: TS,
    {
        let line = self.line::<E>(false);
        self.to_client.push(line);
        self
    }

    /// Adds an event that clients emit.
    #[must_use]
    pub fn to_server<E: Event + TS>(mut self) -> Self
    where
        E::Ack: TS,
    {
        let line = self.line::<E>(self.has_errors);
        self.to_server.push(line);
        self
    }

    /// Lets the answers to the events that are added after this also be the errors of handlers: `{ error, data }`. With
    /// that, a page has to look at an answer before it can use it.
    #[must_use]
    pub fn with_errors(mut self) -> Self {
        self.has_errors = true;
        self
    }

    /// The whole module: the types, and the interfaces `ServerToClientEvents` and `ClientToServerEvents`.
    ///
    /// # Errors
    /// When two types would have the same name.
    pub fn module(&self) -> Result<String, NameClash> {
        if let Some(clash) = &self.types.clash {
            return Err(clash.clone());
        }
        let mut module = String::from("// Made from the server's events. Do not edit.\n\n");
        for declaration in self.types.declarations.values() {
            module.push_str(declaration);
            module.push('\n');
        }
        if self.has_errors {
            module.push_str(ERROR);
            module.push('\n');
        }
        interface("What clients hear.", "ServerToClientEvents", &self.to_client, &mut module);
        module.push('\n');
        interface("What clients say.", "ClientToServerEvents", &self.to_server, &mut module);
        Ok(module)
    }

    /// The signature of an event's listeners.
    fn line<E: Event + TS>(&mut self, may_fail: bool) -> String
    where
        E::Ack: TS,
    {
        self.types.visit::<E>();
        let ack = E::ACK.then(|| {
            let has_answer = TypeId::of::<E::Ack>() != TypeId::of::<()>();
            let mut answer = if has_answer {
                self.types.visit::<E::Ack>();
                format!("answer: {}", E::Ack::name(&self.types.config.0))
            } else {
                String::new()
            };
            if may_fail {
                answer = if has_answer {
                    format!("{answer} | EventError")
                } else {
                    "error?: EventError".to_owned()
                };
            }
            format!("ack: ({answer}) => void")
        });
        let name = E::name(&self.types.config.0);
        let args = match (E::MANY, E::inline(&self.types.config.0), ack) {
            (true, inline, Some(ack)) if inline.starts_with('[') => format!("...args: [...{name}, {ack}]"),
            (true, inline, None) if inline.starts_with('[') => format!("...args: {name}"),
            // A unit struct is an event without arguments.
            (true, inline, ack) if inline == "null" => ack.unwrap_or_default(),
            (_, _, Some(ack)) => format!("event: {name}, {ack}"),
            (_, _, None) => format!("event: {name}"),
        };
        format!("  {}: ({args}) => void;\n", property(E::NAME))
    }
}

fn interface(doc: &str, name: &str, lines: &[String], module: &mut String) {
    // Writing to a string cannot fail.
    _ = write!(module, "/** {doc} */\nexport interface {name} {{\n{}}}\n", lines.concat());
}

/// The name of an event as that of a property.
fn property(name: &str) -> String {
    let is_identifier = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_identifier { name.to_owned() } else { format!("{name:?}") }
}

/// The declarations of the types in events, by name.
#[derive(Debug, Default)]
struct Types {
    config: Numbers,
    seen: HashSet<TypeId>,
    declarations: BTreeMap<String, String>,
    clash: Option<NameClash>,
}

/// Large integers are numbers, as in JSON.
struct Numbers(Config);

impl Default for Numbers {
    fn default() -> Self {
        Self(Config::new().with_large_int("number"))
    }
}

impl fmt::Debug for Numbers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Numbers")
    }
}

impl TypeVisitor for Types {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        if !self.seen.insert(TypeId::of::<T>()) {
            return;
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
        // Types without a path are TypeScript's own, or arrays and the like of others. A unit struct is never spelt out.
        let config = &self.config.0;
        if T::output_path().is_none() {
            return;
        }
        let docs = T::docs().unwrap_or_default();
        let declaration = format!("{docs}export {}\n", T::decl(config));
        let name = T::ident(config);
        match self.declarations.get(&name) {
            Some(other) if *other != declaration => self.clash = Some(NameClash(name)),
            _ => _ = self.declarations.insert(name, declaration),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::*;

    /// What a message holds.
    #[derive(Serialize, Deserialize, TS)]
    #[serde(tag = "type", rename_all = "camelCase")]
    enum Content {
        Text { body: String },
        Image { url: String, width: Option<u32> },
    }

    #[derive(Event, Serialize, Deserialize, TS)]
    #[event(name = "say", ack = Receipt, crate = "crate")]
    #[serde(rename_all = "camelCase")]
    struct Say {
        room_id: u64,
        content: Vec<Content>,
    }

    #[derive(Serialize, TS)]
    struct Receipt {
        id: u64,
    }

    #[derive(Event, Serialize, TS)]
    #[event(args, crate = "crate")]
    struct Moved(i32, i64);

    #[derive(Event, Serialize, Deserialize, TS)]
    #[event(name = "clear all", ack, crate = "crate")]
    struct Clear;

    #[derive(Event, Serialize, Deserialize, TS)]
    #[event(args, ack = String, crate = "crate")]
    struct Rename(String, String);

    #[derive(Event, Serialize, TS)]
    #[event(crate = "crate")]
    struct Changed<T> {
        value: T,
    }

    #[test]
    fn events_become_maps_with_all_types_that_they_need() {
        let map = EventMap::new().to_server::<Say>().to_server::<Clear>().to_server::<Rename>();
        let map = map.to_client::<Moved>().to_client::<Changed<Receipt>>();
        let module = map.module().unwrap();
        for expected in [
            "/**\n * What a message holds.\n */\nexport type Content = { \"type\": \"text\", body: string, } | ",
            "export type Say = { roomId: number, content: Array<Content>, };",
            "export type Receipt = { id: number, };",
            "export type Changed<T> = { value: T, };",
            "  say: (event: Say, ack: (answer: Receipt) => void) => void;\n",
            "  \"clear all\": (ack: () => void) => void;\n",
            "  rename: (...args: [...Rename, ack: (answer: string) => void]) => void;\n",
            "  moved: (...args: Moved) => void;\n",
            "  changed: (event: Changed<Receipt>) => void;\n",
        ] {
            assert!(module.contains(expected), "{expected} is not in\n{module}");
        }
        assert!(!module.contains("bigint"), "{module}");
    }

    #[test]
    fn answers_may_be_errors_where_that_is_wanted() {
        let module = EventMap::new().with_errors().to_server::<Say>().to_server::<Clear>().module().unwrap();
        assert!(module.contains("ack: (answer: Receipt | EventError) => void"), "{module}");
        assert!(module.contains("ack: (error?: EventError) => void"), "{module}");
        assert!(module.contains("export type EventError"), "{module}");
    }

    #[test]
    fn two_types_of_one_name_are_an_error() {
        mod other {
            #[derive(crate::Event, serde::Serialize, ts_rs::TS)]
            #[event(name = "other", crate = "crate")]
            pub(super) struct Say {
                pub(super) text: String,
            }
        }
        let clash = EventMap::new().to_server::<Say>().to_client::<other::Say>().module().unwrap_err();
        assert!(clash.to_string().contains("two types are called `Say`"), "{clash}");
    }
}
