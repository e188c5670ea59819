import { hooks } from "../hooks.js";
import { polling } from "../transports/polling.js";
import type { Transport, TransportFactory } from "../transports/transport.js";
import { memory } from "../transports/upgrade.js";
import { websocket } from "../transports/websocket.js";

const FACTORIES: Record<string, TransportFactory> = { polling: polling as TransportFactory, websocket };

/** Begins with the first transport of the options; with `tryAllTransports`, goes on to the next when it cannot open. */
const chosen: TransportFactory = (link, owner) => {
  const { transports = Object.keys(FACTORIES), rememberUpgrade, tryAllTransports } = link.opts;
  const factories = transports.map((it) => FACTORIES[it as string] ?? it).filter((it) => typeof it === "function");
  link._mayUpgrade = factories.includes(websocket) && link.opts.upgrade !== false;
  if (rememberUpgrade && memory._webSocketWorked && link._mayUpgrade) factories.unshift(websocket);
  const open = (): Transport => {
    const factory = factories.shift();
    if (!factory) throw new Error(`unknown transports: ${transports}`);
    return factory(link, {
      ...owner,
      _onend(reason, details) {
        if (!link.id) memory._webSocketWorked = false;
        if (link.id || !tryAllTransports || !factories[0]) owner._onend(reason, details);
        else link.transport = open();
      },
    });
  };
  return open();
};

/** Gives connections polling and the upgrade from there to WebSocket. */
export function addPolling(): void {
  hooks._transport = chosen;
}
