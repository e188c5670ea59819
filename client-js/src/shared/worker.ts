import type { io, IoOptions } from "../index.js";
import { Connection } from "./connection.js";
import type { FromTab } from "./messages.js";
import { Tab } from "./tab.js";

/** Lets the tabs that connect to this SharedWorker share sockets, which `settings` hold for too. */
export function shareSockets(makeSocket: typeof io, settings?: IoOptions): void {
  const connections = new Map<string, Connection>();

  const find = (wish: FromTab & { type: "open" }): Connection => {
    const key = JSON.stringify(wish.wish);
    const { options } = wish.wish;
    const found =
      connections.get(key) ??
      new Connection(makeSocket, { ...wish.wish, options: { ...options, ...settings } }, () => connections.delete(key));
    connections.set(key, found);
    return found;
  };

  globalThis.addEventListener("connect", (event) => {
    let connection: Connection | undefined;
    const tab = new Tab((event as MessageEvent).ports[0]!, (message) => {
      if (message.type === "open") {
        // Where it was before, it may have been refused.
        tab.end();
        connection = find(message);
        connection.add(tab);
      } else if (message.type === "close") tab.end();
      else connection?.onmessage(tab, message);
    });
  });
}
