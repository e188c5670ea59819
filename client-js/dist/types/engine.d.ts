import { Emitter } from "./emitter.js";
import type { EngineOptions } from "./options.js";
import { type Link } from "./transports/transport.js";
/** What a Manager hears from its connection. */
export interface EngineOwner {
    _onopen(): void;
    _onping(): void;
    _onmessage(data: string | ArrayBuffer): void;
    _onclose(reason: string, details?: Error): void;
}
/**
 * One connection of Engine.IO, from its first request to its end; it never comes back. Its events are "packet",
 * "packetCreate", "drain", "upgrade", "upgradeError" and "close".
 */
export interface Engine extends Emitter<Record<string, (...args: any[]) => void>>, Link {
    id: string;
    /** Ends the connection once what was written has gone out. */
    close(): void;
}
/** Begins a connection to a server's `origin` ("https://host:port"). */
export declare function openEngine(origin: string, opts: EngineOptions, owner: EngineOwner): Engine;
