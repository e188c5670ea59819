//! Some types cannot be events, and only tuple structs have `args`.

use roomful::Event;

#[derive(Event)]
#[event(args)]
struct Named {
    text: String,
}

#[derive(Event)]
#[event(args)]
enum Choice {
    A,
}

#[derive(Event)]
struct Borrowing<'a> {
    text: &'a str,
}

#[derive(Event)]
union Bits {
    number: u32,
    bytes: [u8; 4],
}

fn main() {}
