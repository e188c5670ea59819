//! Socket.IO keeps some names for itself.

use roomful::Event;

#[derive(Event)]
struct Disconnect;

#[derive(Event)]
#[event(name = "connect_error")]
struct Refused;

#[derive(Event)]
#[event(name = "")]
struct Nameless;

fn main() {}
