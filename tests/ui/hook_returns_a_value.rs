//! A hook returns nothing.

use roomful::{Namespace, Socket};

async fn join(_socket: Socket) -> u32 {
    7
}

fn main() {
    let _: Namespace = Namespace::main().on_connect(join);
}
