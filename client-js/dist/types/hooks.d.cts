import type { RetryQueueFactory } from "./features/retries.cjs";
import type { Engine } from "./engine.cjs";
import type { EngineOptions } from "./options.cjs";
import type { Socket } from "./socket.cjs";
import type { TransportFactory } from "./transports/transport.cjs";
/**
 * What an entry point, or its user, may put in, so that a build without a feature does not carry its code. Features
 * that are methods are put on the prototypes instead.
 */
export declare const hooks: {
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
};
