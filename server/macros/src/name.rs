//! Names of events.

use syn::ext::IdentExt;
use syn::{Error, Ident, LitStr};

/// The names Socket.IO keeps for itself, as `roomful_protocol::packet::is_reserved` has them.
pub(crate) const RESERVED: [&str; 6] =
    ["connect", "connect_error", "disconnect", "disconnecting", "newListener", "removeListener"];

/// The name of an event whose type does not give one: the type's with a lower-case first letter.
///
/// # Errors
/// When the name is reserved.
pub(crate) fn of_type(ident: &Ident) -> Result<String, Error> {
    let type_name = ident.unraw().to_string();
    let mut letters = type_name.chars();
    let name: String = letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect();
    if RESERVED.contains(&name.as_str()) {
        let message = format!(
            "Socket.IO keeps the event name `{name}` for itself; give this event another one: \
             `#[event(name = \"…\")]`"
        );
        return Err(Error::new(ident.span(), message));
    }
    Ok(name)
}

/// Checks a name that was written out.
///
/// # Errors
/// When it is empty or reserved.
pub(crate) fn check(literal: &LitStr) -> Result<(), Error> {
    let name = literal.value();
    if name.is_empty() {
        let message = "an event needs a name; leave `name` out to use the type's name in camel case";
        return Err(Error::new(literal.span(), message));
    }
    if RESERVED.contains(&name.as_str()) {
        let message = format!("Socket.IO keeps the event name `{name}` for itself; choose another one");
        return Err(Error::new(literal.span(), message));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::format_ident;

    fn name_of(ident: &Ident) -> String {
        of_type(ident).expect("a name that is not reserved")
    }

    #[test]
    fn the_types_name_starts_with_a_lower_case_letter() {
        for (ident, name) in [("UserJoined", "userJoined"), ("Say", "say"), ("X", "x"), ("Über", "über")] {
            assert_eq!(name_of(&format_ident!("{ident}")), name);
        }
    }

    #[test]
    fn a_raw_identifier_loses_its_mark() {
        assert_eq!(name_of(&format_ident!("r#move")), "move");
    }

    #[test]
    fn reserved_names_are_those_of_the_protocol() {
        assert!(RESERVED.iter().all(|name| roomful_protocol::packet::is_reserved(name)));
    }

    #[test]
    fn a_type_whose_name_is_reserved_is_refused() {
        for ident in
            ["Connect", "Connect_error", "Disconnect", "Disconnecting", "NewListener", "RemoveListener"]
        {
            let error = of_type(&format_ident!("{ident}")).expect_err(ident);
            assert!(error.to_string().contains("give this event another one"), "{error}");
        }
    }
}
