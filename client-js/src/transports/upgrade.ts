import { type Link, transportError, type TransportError } from "./transport.js";
import { webSocketClass, websocket } from "./websocket.js";

/** Whether a WebSocket has worked on this page, for the option `rememberUpgrade`. */
export const memory = { _webSocketWorked: false };

/** What the upgrade needs of the transport in use. */
export interface Pausable {
  /** Begins no more requests, and calls back once those on their way have ended. */
  _pause(onpaused: () => void): void;
  /** Takes it up again, if it was paused. */
  _resume(): void;
}

/**
 * Tries a WebSocket while polling goes on; if it answers, lets polling come to its end, which keeps the order, and
 * goes over to it. Returns what breaks that off; once gone over, that does nothing.
 */
export function upgrade(link: Link, polling: Pausable): (() => void) | undefined {
  const isOffered = link._handshake!.upgrades.includes("websocket");
  if (!link._mayUpgrade || !isOffered || !webSocketClass(link)) return undefined;
  const abandon = (details: TransportError): void => {
    probe._close();
    polling._resume();
    link._fire("upgradeError", details);
  };
  const probe = websocket(link, {
    _onopen: () => probe._send(["2probe"]),
    _onend: (_, details) => abandon(details),
    _onframe(frame) {
      if (frame !== "3probe") return abandon(transportError("probe error"));
      polling._pause(() => {
        memory._webSocketWorked = true;
        probe._send(["5"]);
        probe._owner = link.transport._owner;
        // Not closed, which would end the session.
        link.transport._owner = undefined;
        link.transport = probe;
        link._fire("upgrade", probe);
      });
    },
  });
  return () => link.transport === probe || probe._close();
}
