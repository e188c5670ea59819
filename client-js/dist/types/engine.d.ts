import { type Binary } from "./binary.js";
import { Emitter } from "./emitter.js";
import type { EngineOptions } from "./options.js";
import { type Link, type Transport, type TransportName } from "./transports/transport.js";
/** One connection of Engine.IO, from its first request to its end; it never comes back. Fires what Manager needs. */
export declare class Engine extends Emitter<Record<string, (...args: any[]) => void>> implements Link {
    #private;
    id: string;
    maxPayload: number;
    readyState: "opening" | "open" | "closing" | "closed";
    /** The transport in use. */
    transport: Transport;
    readonly opts: EngineOptions;
    /** `origin` is the server's, as in `https://host:port`. */
    constructor(origin: string, opts: EngineOptions);
    /** The address of this connection for a transport. */
    url(transport: TransportName): string;
    /** Starts the handshake. */
    open(): void;
    /** Sends a message: text or binary. Nothing happens when the connection is closing or closed. */
    write(message: string | Binary): void;
    /** Ends the connection once what was written has gone out. */
    close(): this;
    /**
     * Whether the server has been silent for too long. The heartbeat's timer tells too, but late where timers are
     * throttled or the machine slept; so everything that would write asks here first.
     */
    expired(): boolean;
}
