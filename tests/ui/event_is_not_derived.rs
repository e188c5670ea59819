//! The last argument of a typed handler has to be an event.

use roomful::{Namespace, Socket};
use serde::Deserialize;

#[derive(Deserialize)]
struct Say {
    #[expect(dead_code)]
    text: String,
}

async fn say(_socket: Socket, _say: Say) {}

fn main() {
    let _: Namespace = Namespace::main().on(say);
}
