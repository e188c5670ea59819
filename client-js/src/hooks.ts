import type { RetryQueueFactory } from "./features/retries.js";
import type { Engine } from "./engine.js";
import type { EngineOptions } from "./options.js";
import type { Socket } from "./socket.js";
import type { TransportFactory } from "./transports/transport.js";
import { websocket } from "./transports/websocket.js";

/**
 * What an entry point, or its user, may put in, so that a build without a feature does not carry its code. Features
 * that are methods are put on the prototypes instead.
 */
export const hooks: {
  /** Makes the first transport of a connection. */
  _transport: TransportFactory;
  /** The server that options name, as "host:port". */
  _server?: (opts: EngineOptions) => string | undefined;
  /** Watches a connection that begins. */
  _observe?: (engine: Engine) => void;
  /** For the option `retries`. */
  _retryQueue?: RetryQueueFactory;
  /** What joins a namespace again later, if the socket does not take this for an answer. */
  _rejoin?: (socket: Socket<any, any>, why: unknown) => (() => void) | undefined;
} = { _transport: websocket };
