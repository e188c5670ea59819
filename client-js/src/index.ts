// The whole client, in the place of socket.io-client.
import { io as lookup, Manager, protocol, Socket } from "./client.js";
import { addDisposal } from "./features/disposal.js";
import { addDropIn } from "./features/drop-in.js";
import { addPolling } from "./features/polling.js";
import { addRejoin } from "./features/rejoin.js";
import { addRetries } from "./features/retries.js";
import { addStreams } from "./features/streams.js";

addPolling();
addRetries();
addRejoin();
addStreams();
addDisposal();
addDropIn();

/** `io()`, which also holds the module's other exports, as `io.Manager` and so on. */
const io: typeof lookup & Lookup = /* @__PURE__ */ Object.assign(lookup, {
  io: lookup,
  connect: lookup,
  Manager,
  Socket,
  protocol,
});

/** What `io` has as members. */
export interface Lookup {
  /** The same as `io`. */
  io: typeof lookup;
  /** The same as `io`. */
  connect: typeof lookup;
  /** As exported. */
  Manager: typeof Manager;
  /** As exported. */
  Socket: typeof Socket;
  /** As exported. */
  protocol: number;
}

export * from "./client.js";
// The declarations of the methods that these add.
export type {} from "./features/disposal.js";
export type {} from "./features/drop-in.js";
export { io, io as connect, io as default };
export { polling as Fetch } from "./transports/polling.js";
export { websocket as WebSocket } from "./transports/websocket.js";
