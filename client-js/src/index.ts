import { Manager, shared } from "./manager.js";
import type { IoOptions } from "./options.js";
import { protocol } from "./parser.js";
import { Socket } from "./socket.js";
import { enginePath, parseAddress } from "./url.js";

/**
 * A socket for an address: its path is the namespace. Sockets for different namespaces of one server share a
 * connection, unless `forceNew` is set or `multiplex` is false. Without an address, the page's own server.
 * Throws on an invalid address or an unsupported option.
 */
function lookup(uri?: string | IoOptions, opts: IoOptions = {}): Socket {
  if (typeof uri === "object") {
    opts = uri;
    uri = undefined;
  }
  const { origin, nsp, query } = parseAddress(uri, opts);
  if (!opts.query && Object.keys(query).length) opts = { ...opts, query };
  const key = origin + enginePath(opts);
  const cached = shared.get(key);
  const alone = opts.forceNew || opts.multiplex === false || (cached && nsp in cached.nsps);
  const manager = (!alone && cached) || new Manager(origin, opts);
  if (!alone) manager._key = key;
  return manager.socket(nsp, opts);
}

/** What `io` is: a function that also holds the module's other exports, as `io.Manager` and so on. */
type Io = typeof lookup & {
  io: typeof lookup;
  connect: typeof lookup;
  Manager: typeof Manager;
  Socket: typeof Socket;
  protocol: number;
};

const io: Io = /* @__PURE__ */ Object.assign(lookup, { io: lookup, connect: lookup, Manager, Socket, protocol });

export { io, io as connect, io as default, Manager, protocol, Socket };
export type { ManagerEvents } from "./manager.js";
export type {
  AuthData,
  AuthFunction,
  BufferPolicy,
  EngineOptions,
  IoOptions,
  ManagerOptions,
  SocketOptions,
} from "./options.js";
export type { Packet } from "./parser.js";
export type { DisconnectReason, SocketEvents } from "./socket.js";
export type { TransportName } from "./transports/transport.js";
export type { DefaultEventsMap, EventNames, EventParams, EventsMap } from "./types.js";
