//! A handler has at most eight arguments.

use roomful::{Namespace, Socket as S};

async fn join(_: S, _: S, _: S, _: S, _: S, _: S, _: S, _: S, _: S) {}

fn main() {
    let _: Namespace = Namespace::main().on_connect(join);
}
