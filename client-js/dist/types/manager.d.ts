import { Emitter } from "./emitter.js";
import { Engine } from "./engine.js";
import { type ManagerOptions, type SocketOptions } from "./options.js";
import { type Packet } from "./parser.js";
import { Socket } from "./socket.js";
import type { DefaultEventsMap, EventsMap } from "./types.js";
/** The events of a Manager. */
export interface ManagerEvents {
    /** Connected. */
    open: () => void;
    /** An attempt to connect has failed. */
    error: (err: Error) => void;
    /** The server's heartbeat has come. */
    ping: () => void;
    /** A packet has come, for any namespace. */
    packet: (packet: Packet) => void;
    /** The connection is lost or closed. */
    close: (reason: string, details?: Error) => void;
    /** An attempt to reconnect begins. */
    reconnect_attempt: (attempt: number) => void;
    /** An attempt to reconnect has failed. */
    reconnect_error: (err: Error) => void;
    /** All attempts to reconnect have failed. */
    reconnect_failed: () => void;
    /** Connected again, after so many attempts. */
    reconnect: (attempt: number) => void;
    /** A socket's offline buffer was full, and by its policy these arguments of `emit` are lost. */
    drop: (args: unknown[], socket: Socket<any, any>) => void;
}
/** The Managers in use that `io()` may give another socket, by server and path. */
export declare const shared: Map<string | undefined, Manager<any, any>>;
/** Carries the sockets of one server over one connection, and brings that back when it is lost. */
export declare class Manager<ListenEvents extends EventsMap = DefaultEventsMap, EmitEvents extends EventsMap = ListenEvents> extends Emitter<{}, ManagerEvents> {
    #private;
    readonly opts: ManagerOptions;
    /** The connection; another one after each reconnect. */
    engine: Engine;
    /** The sockets by namespace; one that was disconnected is not among them any more. */
    nsps: Record<string, Socket<any, any>>;
    /**
     * `uri` is the server's address; without it, options `host` and `port`, or the page's own server.
     * Throws on an invalid address or an unsupported option.
     */
    constructor(uri?: string | ManagerOptions, opts?: ManagerOptions);
    /** Whether to come back after a loss. */
    reconnection(): boolean;
    reconnection(value: boolean): this;
    /** Attempts before giving up. */
    reconnectionAttempts(): number;
    reconnectionAttempts(value: number): this;
    /** Milliseconds before the first attempt to come back. */
    reconnectionDelay(): number;
    reconnectionDelay(value: number): this;
    /** Most milliseconds between attempts. */
    reconnectionDelayMax(): number;
    reconnectionDelayMax(value: number): this;
    /** The part of a delay that chance may add or take away, 0 to 1. */
    randomizationFactor(): number;
    randomizationFactor(value: number): this;
    /** Milliseconds an attempt to connect may take, or false for no limit. */
    timeout(): number | false;
    timeout(value: number | false): this;
    /** The same as `open`. */
    connect(callback?: (err?: Error) => void): this;
    /** Connects, unless connected or connecting. With a callback, a failure goes to it and is not tried again. */
    open(callback?: (err?: Error) => void): this;
    /** The socket of a namespace, made when there is none. */
    socket(nsp: string, opts?: SocketOptions): Socket<ListenEvents, EmitEvents>;
}
