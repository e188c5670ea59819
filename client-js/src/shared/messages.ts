// What tabs and the worker say to each other. Their scripts may be of different ages: names here are for good, and a
// change that an older script would misread goes with another WORKER_NAME.
import type { AuthData, DisconnectReason, IoOptions } from "../index.js";

/** The name of the worker that all tabs share. */
export const WORKER_NAME = "roomful-1";

/** After how many messages a tab says that it has taken them. */
export const TAKEN_EVERY = 100;

/** What a connection is made of: tabs that say the same share it. */
export interface Wish {
  uri: string;
  options: IoOptions;
  /** Whether the tab is to be asked for its auth data. */
  asksAuth: boolean;
}

/**
 * Tells of a lock that is held until the signal aborts, or this tab or worker ends, whatever ends it. Others can wait
 * for that.
 */
export function holdLock(tell: (message: { type: "lock"; name: string }) => void, signal?: AbortSignal): void {
  const name = `roomful ${crypto.randomUUID()}`;
  const hold = (): Promise<void> => {
    tell({ type: "lock", name });
    return new Promise((resolve) => signal?.addEventListener("abort", () => resolve()));
  };
  navigator.locks.request(name, { signal }, hold).catch(nothing);
}

/** Calls back when the holder of a lock has ended, unless the signal has aborted before. */
export function whenFree(name: string, fn: () => void, signal?: AbortSignal): void {
  void navigator.locks.request(name, { signal }, nothing).then(fn, nothing);
}

const nothing = (): void => {};

/** From a tab to the worker. */
export type FromTab =
  | { type: "open"; wish: Wish }
  /** A Web Lock that the tab holds as long as it lives. */
  | { type: "lock"; name: string }
  | { type: "emit"; args: unknown[]; isVolatile?: boolean; id?: number; timeout?: number }
  /** The acknowledgement of an event of the server. */
  | { type: "ack"; id: number; args: unknown[] }
  | { type: "auth"; id: number; data?: AuthData; error?: string }
  | { type: "taken"; count: number }
  | { type: "close" };

/** From the worker to a tab. */
export type ToTab =
  /** A Web Lock that the worker holds as long as it lives. */
  | { type: "lock"; name: string }
  | { type: "connect"; id: string; recovered: boolean }
  | { type: "connect_error"; message: string; data?: unknown; active: boolean }
  | { type: "disconnect"; reason: DisconnectReason; details?: string; active: boolean }
  /** With an id, the server waits for an acknowledgement. */
  | { type: "event"; args: unknown[]; id?: number }
  /** The acknowledgement of an event of the tab. */
  | { type: "answer"; id: number; error?: string; args: unknown[] }
  | { type: "ask auth"; id: number }
  /** An event of the tab that cannot be sent. */
  | { type: "refused"; args: unknown[]; message: string }
  /** The tab has not taken its messages and hears no more of the connection. */
  | { type: "cut" };
