import { hooks } from "../hooks.js";
import { after } from "../timer.js";

/** Gives sockets the options `retryOnRefusal` and `retryOnServerDisconnect`. */
export function addRejoin(): void {
  hooks._rejoin = (socket, why) => {
    const { retryOnRefusal, retryOnServerDisconnect } = socket._options;
    if (!(why === "io server disconnect" ? retryOnServerDisconnect : retryOnRefusal)) return undefined;
    return () => {
      const join = ++socket._joins;
      // Whatever else happens to the socket before makes this outdated.
      after(socket.io._delay(socket._refusals++), () => join === socket._joins && socket._onopen());
    };
  };
}
