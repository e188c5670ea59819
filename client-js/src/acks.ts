import { callUser } from "./emitter.js";
import { after, type Timer } from "./timer.js";

type Callback = (...args: any[]) => void;

interface Pending {
  callback: Callback;
  /** Whether the callback takes an error first, and so hears of a failure. */
  withError: boolean;
  timer?: Timer;
}

/** The acknowledgements that a socket waits for. */
export class Acks {
  readonly #pending = new Map<number, Pending>();

  /** Waits for the answer `id`. With `timeout` (ms), the callback takes an error first and `onexpire` is called then. */
  add(id: number, callback: Callback, timeout: number | undefined, onexpire: () => void): void {
    const entry: Pending = { callback, withError: timeout !== undefined };
    if (timeout !== undefined) {
      entry.timer = after(timeout, () => {
        onexpire();
        this.fail(id, "operation has timed out");
      });
    }
    this.#pending.set(id, entry);
  }

  /** The answer has come; one that nobody waits for is ignored. */
  resolve(id: number, args: unknown[]): void {
    const entry = this.#take(id);
    if (entry) callUser(entry.callback, undefined, entry.withError ? [null, ...args] : args);
  }

  /** There will be no answer. */
  fail(id: number, message: string): void {
    const entry = this.#take(id);
    if (entry?.withError) callUser(entry.callback, undefined, [new Error(message)]);
  }

  /** There will be no answer to any but the ids given. */
  failAllBut(kept: Set<number | undefined>, message: string): void {
    for (const id of [...this.#pending.keys()]) if (!kept.has(id)) this.fail(id, message);
  }

  #take(id: number): Pending | undefined {
    const entry = this.#pending.get(id);
    this.#pending.delete(id);
    clearTimeout(entry?.timer);
    return entry;
  }
}
