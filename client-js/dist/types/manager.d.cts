import { Emitter } from "./emitter.cjs";
import { type Engine } from "./engine.cjs";
import type { ManagerOptions, SocketOptions } from "./options.cjs";
import { type Packet } from "./packet.cjs";
import { Socket } from "./socket.cjs";
import type { DefaultEventsMap, EventsMap } from "./types.cjs";
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
    /** A buffer was full, and by its policy this event is lost: its name and arguments, as given to `emit` or as received. */
    drop: (args: unknown[], socket: Socket<any, any>) => void;
}
/** What settings are without options. */
export declare const DEFAULTS: {
    reconnection: boolean;
    reconnectionAttempts: number;
    reconnectionDelay: number;
    reconnectionDelayMax: number;
    randomizationFactor: number;
    timeout: number | false;
};
/** The Managers in use that `io()` may give another socket, by server and path. */
export declare const shared: Map<string | undefined, Manager<any, any>>;
/** Carries the sockets of one server over one connection, and brings that back when it is lost. */
export declare class Manager<ListenEvents extends EventsMap = DefaultEventsMap, EmitEvents extends EventsMap = ListenEvents> extends Emitter<{}, ManagerEvents> {
    #private;
    /** The options it was made with, and the changed settings. */
    readonly opts: ManagerOptions & typeof DEFAULTS;
    /** The connection; another one after each reconnect. */
    engine: Engine;
    /** The sockets by namespace; one that was disconnected is not among them any more. */
    nsps: Record<string, Socket<any, any>>;
    /**
     * `uri` is the server's address; without it, options `host` and `port`, or the page's own server. Throws on an invalid
     * one, and when none of the transports is known.
     */
    constructor(uri?: string | ManagerOptions, opts?: ManagerOptions);
    /** Connects, unless connected or connecting. With a callback, a failure goes to it and is not tried again. */
    open(callback?: (err?: Error) => void): this;
    /** The socket of a namespace, made when there is none. */
    socket(nsp: string, opts?: SocketOptions): Socket<ListenEvents, EmitEvents>;
}
