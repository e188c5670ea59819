import { hooks } from "../hooks.js";
import { after } from "../timer.js";

/** Gives sockets the options `retryOnRefusal` and `retryOnServerDisconnect`. */
export function addRejoin(): void {
  hooks._rejoin = (socket, why) => {
    const { retryOnRefusal, retryOnServerDisconnect } = socket._options;
    if (!(why === "io server disconnect" ? retryOnServerDisconnect : retryOnRefusal)) return undefined;
    return () => {
      const join = ++socket._joins;
      const stop = (): void => clearTimeout(timer);
      const timer = after(socket.io._delay(socket._refusals++), () => {
        socket._bus.off("end", stop);
        // Whatever else has happened to the socket has made this outdated.
        if (join === socket._joins) socket._onopen();
      });
      socket._bus.on("end", stop);
    };
  };
}
