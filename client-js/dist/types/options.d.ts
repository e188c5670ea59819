import type { BufferOptions } from "./bounded.js";
import type { Parser } from "./packet.js";
import type { TransportFactory, TransportName } from "./transports/transport.js";
/** Options of the connection itself. */
export interface EngineOptions {
    /** Host without port, when no address is given to `io()`. Default: the page's. */
    host?: string;
    /** The same as `host`. */
    hostname?: string;
    /** Port. Default: the page's or the scheme's. */
    port?: number | string;
    /** Whether to use TLS. Default: as the page, or the address given to `io()`. */
    secure?: boolean;
    /** Path on the server. Default: "/socket.io". */
    path?: string;
    /** Whether the path ends in a slash on the wire. Default: true. */
    addTrailingSlash?: boolean;
    /** Parameters added to every request of the connection. */
    query?: Record<string, any>;
    /**
     * Transports in the order of preference, by name or as imported. Those that this build does not have are left out;
     * it throws when none is left. Default: ["polling", "websocket"], of those that it has.
     */
    transports?: readonly (TransportName | "webtransport" | TransportFactory)[];
    /** Whether to go from polling to WebSocket once connected. Default: true. */
    upgrade?: boolean;
    /** Start with WebSocket if an earlier connection of this page got that far. Default: false. */
    rememberUpgrade?: boolean;
    /** Whether to try the next transport when one fails to open. Default: false. */
    tryAllTransports?: boolean;
    /** Whether polling sends credentials to another origin. Default: false (same origin only). */
    withCredentials?: boolean;
    /** Headers of polling requests, and of WebSockets if `WebSocket` is given and takes them (browsers' cannot). */
    extraHeaders?: Record<string, string>;
    /** WebSocket subprotocols to offer. */
    protocols?: string | string[];
    /** The WebSocket class, where there is no global one (Node before 22): `import { WebSocket } from "ws"`. */
    WebSocket?: unknown;
}
/** Options of a Manager: of the connection, and of its coming back. */
export interface ManagerOptions extends EngineOptions {
    /** Open at once. Default: true. */
    autoConnect?: boolean;
    /** Whether to come back after a loss. Default: true. */
    reconnection?: boolean;
    /** Attempts before giving up. Default: Infinity. */
    reconnectionAttempts?: number;
    /** Milliseconds before the first attempt. Default: 1000. */
    reconnectionDelay?: number;
    /** Most milliseconds between attempts. Default: 5000. */
    reconnectionDelayMax?: number;
    /** The part of a delay that chance may add or take away, 0 to 1. Default: 0.5. */
    randomizationFactor?: number;
    /** Milliseconds an attempt to connect may take, or false for no limit. Default: 20000. */
    timeout?: number | false;
    /** Another encoding of packets, which the server must have too: `import msgpack from "roomful-client/msgpack"`. */
    parser?: Parser;
}
/** What a client says about itself when it joins a namespace. */
export type AuthData = Record<string, unknown>;
/** Called at every connect. With a parameter, it gives its answer to that; without, it returns it or a promise of it. */
export type AuthFunction = ((callback: (data: AuthData) => void) => unknown) | (() => AuthData | Promise<AuthData>);
/** Options of a Socket. The buffer is that of events which wait for the connection or, with `retries`, for their turn. */
export interface SocketOptions extends BufferOptions {
    /** Data for the server's middleware, or a function that gives it at every connect. */
    auth?: AuthData | AuthFunction;
    /**
     * How often an event is sent again when it is not acknowledged in `ackTimeout`. Default: 0. In `roomful-client/ws`,
     * after `addRetries()`.
     */
    retries?: number;
    /** Milliseconds to wait for an acknowledgement; makes acknowledgement callbacks take an error first. Default: none. */
    ackTimeout?: number;
    /** How many events of `retries` may be on their way at a time. More than one may arrive in another order. Default: 1. */
    retryWindow?: number;
    /** Adds an id to each event of `retries` as last argument, by which the server can tell a retry. Default: false. */
    retryIds?: boolean;
    /**
     * Whether to ask again, after the Manager's delay, when the server refuses or `auth` fails. Default: false. In
     * `roomful-client/ws`, after `addRejoin()`.
     */
    retryOnRefusal?: boolean;
    /**
     * Whether to join again, after the Manager's delay, when the server disconnects the socket. Default: false. In
     * `roomful-client/ws`, after `addRejoin()`.
     */
    retryOnServerDisconnect?: boolean;
}
/** Options of `io()`. */
export interface IoOptions extends ManagerOptions, SocketOptions {
    /** Use a connection of its own. Default: false. */
    forceNew?: boolean;
    /** Share the connection with other namespaces of the same server. Default: true. */
    multiplex?: boolean;
}
