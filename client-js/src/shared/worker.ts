import type { io, IoOptions } from "../index.js";
import { Connection } from "./connection.js";
import { type FromTab, holdLock, type ToTab } from "./messages.js";
import { Tab } from "./tab.js";

/** Lets the tabs that connect to this SharedWorker share sockets, which `settings` hold for too. */
export function shareSockets(makeSocket: typeof io, settings?: IoOptions): void {
  const connections = new Map<string, Connection>();
  const alive = new Promise<ToTab>((resolve) => holdLock(resolve));

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
    const port = (event as MessageEvent).ports[0]!;
    void alive.then((lock) => port.postMessage(lock));
    const tab = new Tab(port, (message) => {
      if (message.type === "open") {
        connection = find(message);
        connection.add(tab);
      } else if (message.type === "close") tab.end();
      else connection?.onmessage(tab, message);
    });
  });
}
