//! Options have to be known, be given once, and have values of the right kind.

use roomful::Event;

#[derive(Event)]
#[event(rename = "say")]
struct Unknown;

#[derive(Event)]
#[event(name = "a", ack)]
#[event(name = "b")]
struct Twice;

#[derive(Event)]
#[event(name = say)]
struct Unquoted;

#[derive(Event)]
#[event(ack = "Receipt")]
struct Quoted;

#[derive(Event)]
#[event]
struct Empty;

#[derive(Event)]
struct Inside {
    #[event(name = "text")]
    text: String,
}

fn main() {}
