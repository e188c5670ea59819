//! The other side: the three handlers that a server needs to be measured (`roomful serve --bench-handlers`).

use roomful::RawArgs;
use roomful::prelude::*;

/// The namespace of the handlers.
pub(crate) const NAMESPACE: &str = "/bench";

/// A namespace in which everybody may say everything to every room.
pub(crate) fn namespace<S: Send + Sync + 'static>() -> Namespace<S> {
    Namespace::new(NAMESPACE)
        .on_raw("echo", async |args: RawArgs| args)
        .on_raw("join", async |socket: Socket, Args((room,)): Args<(String,)>| {
            socket.join(room);
            Args(())
        })
        .on_raw("say", say)
}

/// `say room payload` brings `said payload` to everybody in the room.
async fn say(socket: Socket, args: RawArgs) -> Result<(), EventError> {
    let (room, payload) = args.split_first().ok_or("`say` needs a room and a payload")?;
    socket.within(room.parse_first::<String>()?).emit_args("said", &payload);
    Ok(())
}
