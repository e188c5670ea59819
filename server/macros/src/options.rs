//! What is written in `#[event(…)]`.

use proc_macro2::{Span, TokenTree};
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned;
use syn::{Attribute, Error, LitStr, Path, Token, Type, parse_quote};

use crate::name;

/// The options of one event.
#[derive(Default)]
pub(crate) struct Options {
    /// The name on the wire, if it is not the type's.
    pub(crate) name: Option<LitStr>,
    /// The type of the declared acknowledgement; `()` for one without a value.
    pub(crate) ack: Option<Type>,
    /// Where `args` is written.
    pub(crate) args: Option<Span>,
    /// The crate that has the trait, if it is not `::roomful`.
    pub(crate) krate: Option<Path>,
}

impl Options {
    /// Reads the options of a type. Those that are wrong are left out and added to `errors`.
    pub(crate) fn read(attributes: &[Attribute], errors: &mut Vec<Error>) -> Self {
        let mut options = Self::default();
        for attribute in attributes.iter().filter(|attribute| is_event(attribute)) {
            let read = attribute.parse_nested_meta(|option| {
                if let Err(error) = options.read_one(&option) {
                    errors.push(error);
                    // The next option may be right.
                    while !option.input.is_empty() && !option.input.peek(Token![,]) {
                        option.input.parse::<TokenTree>()?;
                    }
                }
                Ok(())
            });
            errors.extend(read.err());
        }
        options
    }

    fn read_one(&mut self, option: &ParseNestedMeta<'_>) -> Result<(), Error> {
        let key = &option.path;
        if key.is_ident("name") {
            let name = text(option, "name = \"say\"")?;
            name::check(&name)?;
            set(&mut self.name, name, key)
        } else if key.is_ident("ack") {
            set(&mut self.ack, ack(option)?, key)
        } else if key.is_ident("args") {
            if !at_end(option) {
                return Err(option
                    .input
                    .error("`args` takes no value; it says that each field is an argument"));
            }
            set(&mut self.args, key.span(), key)
        } else if key.is_ident("crate") {
            let path = text(option, "crate = \"path::to::roomful\"")?.parse()?;
            set(&mut self.krate, path, key)
        } else {
            Err(Error::new_spanned(
                key,
                "unknown option; an event has `name = \"…\"`, `ack = Type`, `ack`, `args` and `crate = \"…\"`",
            ))
        }
    }
}

/// Whether an attribute is `#[event…]`.
pub(crate) fn is_event(attribute: &Attribute) -> bool {
    attribute.path().is_ident("event")
}

/// The value of an option that is a string.
fn text(option: &ParseNestedMeta<'_>, example: &str) -> Result<LitStr, Error> {
    let expected = format!("expected a string: `{example}`");
    let value = option.value().map_err(|error| Error::new(error.span(), &expected))?;
    value.parse().map_err(|error| Error::new(error.span(), &expected))
}

fn ack(option: &ParseNestedMeta<'_>) -> Result<Type, Error> {
    if at_end(option) {
        return Ok(parse_quote!(()));
    }
    let expected = "expected `ack = Type`, or `ack` alone for an acknowledgement without a value";
    let value = option.value().map_err(|error| Error::new(error.span(), expected))?;
    value.parse().map_err(|error| Error::new(error.span(), expected))
}

fn at_end(option: &ParseNestedMeta<'_>) -> bool {
    option.input.is_empty() || option.input.peek(Token![,])
}

fn set<T>(place: &mut Option<T>, value: T, key: &Path) -> Result<(), Error> {
    if place.is_some() {
        return Err(Error::new_spanned(key, "this option is given twice; remove one"));
    }
    *place = Some(value);
    Ok(())
}
