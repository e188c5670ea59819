import { callUser } from "./emitter.js";
import { after, type Timer } from "./timer.js";

type Callback = (error: Error | null, ...args: unknown[]) => void;

interface Entry {
  args: unknown[];
  timeout: number | undefined;
  callback?: Callback;
  tries: number;
  inFlight: boolean;
  deadline?: Timer;
}

/** What the queue needs of its socket. */
interface Sender {
  readonly connected: boolean;
  /** Sends an event and calls back once, with an error or with the acknowledgement. */
  _send(args: unknown[], timeout: number, callback: Callback): void;
}

/** Events of a socket with the option `retries`: sent one after another, each until it is acknowledged. */
export class RetryQueue {
  readonly #entries: Entry[] = [];
  readonly #sender: Sender;
  readonly #retries: number;

  constructor(sender: Sender, retries: number) {
    this.#sender = sender;
    this.#retries = retries;
  }

  get length(): number {
    return this.#entries.length;
  }

  /** Adds an event; with `deadline` (ms), it is given up then even if it could never be sent. */
  add(args: unknown[], timeout: number | undefined, callback?: Callback, deadline?: number): void {
    const entry: Entry = { args, timeout, callback, tries: 0, inFlight: false };
    if (deadline !== undefined) {
      entry.deadline = after(deadline, () => this.#settle(entry, new Error("operation has timed out")));
    }
    this.#entries.push(entry);
    this.drain();
  }

  /** Takes out one event, fails it with `error`, and returns its arguments. The queue must not be empty. */
  drop(which: "drop-oldest" | "drop-newest", error: Error): unknown[] {
    const entry = this.#entries.at(which === "drop-oldest" ? 0 : -1)!;
    this.#settle(entry, error);
    return entry.args;
  }

  /** Sends the first event unless it is on its way; after a reconnect (`force`) it is sent again. */
  drain(force = false): void {
    const entry = this.#entries[0];
    if (!entry || !this.#sender.connected || (entry.inFlight && !force)) return;
    entry.inFlight = true;
    const attempt = ++entry.tries;
    this.#sender._send(entry.args, entry.timeout ?? Infinity, (error, ...args) => {
      if (attempt !== entry.tries || !this.#entries.includes(entry)) return;
      entry.inFlight = false;
      if (!error || attempt > this.#retries) this.#settle(entry, error, args);
      else this.drain();
    });
  }

  #settle(entry: Entry, error: Error | null, args: unknown[] = []): void {
    const index = this.#entries.indexOf(entry);
    if (index < 0) return;
    this.#entries.splice(index, 1);
    clearTimeout(entry.deadline);
    const { callback } = entry;
    if (callback) queueMicrotask(() => callUser(callback, undefined, [error, ...args]));
    this.drain();
  }
}
