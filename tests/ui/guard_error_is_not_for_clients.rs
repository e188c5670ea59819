//! What a guard refuses with is meant for the client.

use roomful::{Auth, Namespace};

async fn check(_token: Auth<String>) -> Result<(), std::io::Error> {
    Ok(())
}

fn main() {
    let _: Namespace = Namespace::main().guard(check);
}
