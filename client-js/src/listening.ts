import type { Socket } from "./index.js";
import type { SharedSocket } from "./shared.js";

type Func = (...args: any[]) => void;

/** Listens to an event, and returns what ends that. */
export function listen(socket: Socket<any, any> | SharedSocket<any, any>, event: string, fn: Func): () => void {
  socket.on(event, fn);
  return () => {
    socket.off(event, fn);
  };
}

/** Calls back when a socket has been connected or disconnected, and returns what ends that. */
export function onConnection(socket: Socket<any, any> | SharedSocket<any, any>, fn: () => void): () => void {
  const ends = ["connect", "disconnect"].map((event) => listen(socket, event, fn));
  return () => {
    for (const end of ends) end();
  };
}
