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

/** What a transport needs to know about its connection. */
export interface Link {
  readonly opts: EngineOptions;
  /** The session's id; empty before the handshake. */
  readonly id: string;
  /** Most bytes the server takes in one request. */
  readonly maxPayload: number;
  /** The address of the connection for a transport. */
  url(transport: TransportName): string;
}

type EndReason = "transport close" | "transport error";

const nothing = (): void => {};

/** Carries frames. Its owner sets the callbacks; none is called from within `open`, nor after `close` or `_onend`. */
export abstract class Transport {
  abstract readonly name: TransportName;
  /** Whether a frame given now goes to the network at once; a volatile event is dropped otherwise. */
  abstract readonly writable: boolean;
  /** Whether frames were taken that `close` would lose. */
  abstract readonly _busy: boolean;
  /** It is open (WebSocket only: polling opens by the handshake it brings). */
  onopen: () => void = nothing;
  /** A frame has come. */
  _onframe: (frame: string | ArrayBuffer) => void = nothing;
  /** It can take frames again. */
  _ondrain: () => void = nothing;
  /** It ended by itself. */
  _onend: (reason: EndReason, details: TransportError) => void = nothing;

  constructor(protected readonly _link: Link) {}

  abstract open(): void;
  /** Takes frames from the front of the queue, as many as may go now. */
  abstract send(queue: Frame[]): void;

  /** Ends it; `_onend` is not called. */
  close(): void {
    this.onopen = this._onframe = this._ondrain = this._onend = nothing;
  }

  protected _fail(reason: EndReason, message: string, description: unknown, context?: unknown): void {
    const { _onend } = this;
    this.close();
    _onend(reason, transportError(message, description, context));
  }
}
