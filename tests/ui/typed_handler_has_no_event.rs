//! A typed handler whose arguments are all extractors has no event.

use roomful::{Namespace, Socket};

async fn say(_socket: Socket) {}

fn main() {
    let _: Namespace = Namespace::main().on(say);
}
