//! A guard returns whether the client may join.

use roomful::{Auth, Namespace};

async fn check(token: Auth<String>) -> bool {
    token.0 == "secret"
}

fn main() {
    let _: Namespace = Namespace::main().guard(check);
}
