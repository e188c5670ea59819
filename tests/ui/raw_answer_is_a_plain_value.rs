//! A raw handler answers with `Args(…)`.

use roomful::{Namespace, Socket};

async fn add(_socket: Socket) -> u32 {
    7
}

fn main() {
    let _: Namespace = Namespace::main().on_raw("add", add);
}
