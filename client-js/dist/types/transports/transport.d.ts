import type { Binary } from "../binary.js";
import type { EngineOptions } from "../options.js";
/** The ways to carry a connection. */
export type TransportName = "polling" | "websocket";
/** One packet of Engine.IO: a type digit and text, or the data of a binary message. */
export type Frame = string | Binary;
/** Why a transport failed or was closed. */
export interface TransportError extends Error {
    type: "TransportError";
    /** What was thrown, or an HTTP status, or a WebSocket's close code. */
    description?: unknown;
    /** The event or response it came with. */
    context?: unknown;
}
/** Makes a TransportError. */
export declare function transportError(message: string, description?: unknown, context?: unknown): TransportError;
/** Why a transport ended by itself. */
export type TransportEnd = "transport close" | "transport error";
/** What the server says when a session begins; times in milliseconds. */
export interface Handshake {
    sid: string;
    upgrades: string[];
    pingInterval: number;
    pingTimeout: number;
    /** Most bytes of a request, if there is a limit. */
    maxPayload?: number;
}
/** What a transport needs to know about its connection. */
export interface Link {
    readonly opts: EngineOptions;
    /** The session's id, which is secret; empty before the handshake. */
    readonly id: string;
    /** The transport in use. */
    transport: Transport;
}
/** What the owner of a transport hears from it. */
export interface TransportOwner {
}
/** Carries frames. Its owner hears nothing from within the call that makes it. */
export interface Transport {
    readonly name: TransportName;
}
/** Makes a transport and opens it. For the option `transports`, as imported: how it is called is up to this version. */
export type TransportFactory = (link: Link, owner: TransportOwner) => Transport;
