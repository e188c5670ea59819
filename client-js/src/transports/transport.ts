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
export function transportError(message: string, description?: unknown, context?: unknown): TransportError {
  return Object.assign(new Error(message), { type: "TransportError" as const, description, context });
}

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
  /** @internal What the server has said when the session began. */
  readonly _handshake?: Handshake;
  /** @internal Whether the options let it go over from polling to WebSocket. */
  _mayUpgrade?: boolean;
  /** @internal The address of the connection for a transport. */
  _url(transport: TransportName): string;
  /** @internal A packet has come: its type as on the wire, and what follows it there. */
  _onpacket(type: string, data: string | ArrayBuffer): void;
  /** @internal Tells the listeners of the connection. */
  _fire(event: string, ...args: unknown[]): void;
}

/** What the owner of a transport hears from it. */
export interface TransportOwner {
  /** @internal It is open (WebSocket only: polling opens by the handshake it brings). */
  _onopen?(): void;
  /** @internal A frame has come. */
  _onframe(frame: string | ArrayBuffer): void;
  /** @internal It can take frames again. */
  _ondrain?(): void;
  /** @internal It ended by itself. */
  _onend(reason: TransportEnd, details: TransportError): void;
}

/** Carries frames. Its owner hears nothing from within the call that makes it. */
export interface Transport {
  readonly name: TransportName;
  /** @internal Whether a frame given now goes to the network at once; a volatile event is dropped otherwise. */
  _writable(): boolean;
  /** @internal Whether it can take no frame now; closed, it would lose what it has taken. */
  _busy?(): boolean;
  /** @internal Takes frames from the front of the queue, as many as may go now. */
  _send(queue: Frame[]): void;
  /** @internal Ends it; its owner does not hear of that. */
  _close(): void;
  /** @internal The session has begun: goes over to another transport, if that is wished for and offered. */
  _upgrade?(): void;
  /** @internal Who hears from it. */
  _owner: TransportOwner | undefined;
}

/** Makes a transport and opens it. For the option `transports`, as imported: how it is called is up to this version. */
export type TransportFactory = (link: Link, owner: TransportOwner) => Transport;
