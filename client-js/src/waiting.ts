import type { Encoded } from "./packet.js";
import { after } from "./timer.js";

/** The callback of an acknowledgement: takes an error first, or null. */
export type AckCallback = (error: Error | null, ...args: any[]) => void;

/** How long to wait for an acknowledgement. */
export interface Patience {
  /** Milliseconds; with retries, for each. */
  _timeout?: number;
  /** What calls it off. */
  _signal?: AbortSignal;
}

/** An event that waits until it may be sent, or for its acknowledgement. */
export interface Waiting {
  /** Its name and arguments. */
  args: unknown[];
  /** @internal It, if it waits for the connection: it goes out as it was when it was emitted. */
  _encoded?: Encoded;
  /** @internal Whether it is on its way. */
  _isSent?: boolean;
  /** @internal Ends the wait: with an error, or with what the acknowledgement says. */
  _settle?: AckCallback;
}

/** Calls back with an error when the patience has come to an end. Returns what calls that off. */
export function expiry({ _timeout, _signal }: Patience, onexpire: (error: Error) => void): () => void {
  const timer = after(_timeout, () => onexpire(new Error("operation has timed out")));
  const onabort = (): void => onexpire(_signal!.reason);
  _signal?.addEventListener("abort", onabort);
  return () => {
    clearTimeout(timer);
    _signal?.removeEventListener("abort", onabort);
  };
}
