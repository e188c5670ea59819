//! `#[derive(Event)]`: see [`macro@Event`]. Use it as `roomful::Event`.
#![cfg_attr(
    not(test),
    deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)
)]

mod expand;
mod name;
mod options;

use proc_macro::TokenStream;
use syn::{DeriveInput, parse_macro_input};

/// Makes a type an event.
///
/// ```
/// # extern crate roomful_core as roomful;
/// # use roomful_macros::Event;
/// use roomful::Event as _; // for its constants
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Event, Serialize, Deserialize)]
/// struct UserJoined {
///     name: String,
/// }
/// assert_eq!(UserJoined::NAME, "userJoined");
///
/// #[derive(Serialize, Deserialize)]
/// struct Receipt {
///     id: u64,
/// }
///
/// #[derive(Event, Serialize, Deserialize)]
/// #[event(name = "say", ack = Receipt)]
/// struct Say {
///     text: String,
/// }
/// assert_eq!(Say::NAME, "say");
/// assert!(Say::ACK);
/// ```
///
/// The derive gives the event its name and says what answers it. Handling it needs `Deserialize` as well,
/// emitting it `Serialize`.
///
/// # Arguments on the wire
///
/// The value is the event's single argument, whatever its type. A unit struct has nothing to say and is an
/// event without arguments. With `#[event(args)]`, the fields of a tuple struct are the event's arguments:
///
/// ```
/// # extern crate roomful_core as roomful;
/// # use roomful_macros::Event;
/// # use roomful::Event as _;
/// # use serde::Serialize;
/// #[derive(Event, Serialize)]
/// struct Moved(u32, u32); // socket.on("moved", ([x, y]) => …)
///
/// #[derive(Event, Serialize)]
/// #[event(args)]
/// struct Scrolled(u32, u32); // socket.on("scrolled", (x, y) => …)
///
/// #[derive(Event, Serialize)]
/// struct Cleared; // socket.on("cleared", () => …)
///
/// assert_eq!(*Moved(3, 4).to_args()?.elements(), "[3,4]");
/// assert_eq!(*Scrolled(3, 4).to_args()?.elements(), "3,4");
/// assert_eq!(*Cleared.to_args()?.elements(), "");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Options
///
/// They are written in one or several `#[event(…)]` on the type:
///
/// - `name = "say"`: the name on the wire. Without it, the type's name with a lower-case first letter.
/// - `ack = Receipt`: the event is answered with a value of this type. Its handlers return it, and
///   `socket.request(event)` awaits it.
/// - `ack`: the event is answered, without a value.
/// - `args`: the fields of this tuple struct are the event's arguments.
/// - `crate = "path"`: where to find the crate `roomful`, when it is not a dependency of that name.
///
/// # Generic types
///
/// The type parameters of an event are `'static`; lifetimes are refused, since an event outlives the message it
/// came in. All instances of a generic type share one name.
///
/// ```
/// # extern crate roomful_core as roomful;
/// # use roomful_macros::Event;
/// # use serde::Serialize;
/// #[derive(Event, Serialize)]
/// struct Changed<T> {
///     value: T,
/// }
/// ```
///
/// # Errors
///
/// The names that Socket.IO keeps for itself do not compile:
///
/// ```compile_fail
/// # extern crate roomful_core as roomful;
/// # use roomful_macros::Event;
/// #[derive(Event)]
/// struct Disconnect; // its name would be `disconnect`
/// ```
#[proc_macro_derive(Event, attributes(event))]
pub fn derive_event(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand::event(&input).into()
}
