import { put } from "../bounded.js";
import { callUser } from "../emitter.js";
import { hooks } from "../hooks.js";
import type { SocketOptions } from "../options.js";
import { type AckCallback, expiry, type Patience, type Waiting } from "../waiting.js";

/** What the queue needs of its socket. */
interface Sender {
  readonly connected: boolean;
  /** Sends an event and calls back once, with an error or with the acknowledgement. */
  _send(args: unknown[], callback: AckCallback, patience: Patience): void;
}

/** Events of a socket with the option `retries`. */
export interface RetryQueue {
  /** Sends what may be sent now. */
  _drain(): void;
  /**
   * Adds an event, and returns the one that had to go for that, if any. Throws when its policy is so. The caller must
   * hear of the end in any case if `mustEnd` is given.
   */
  _add(
    args: unknown[],
    callback: AckCallback | undefined,
    patience: Patience,
    mustEnd: number | undefined,
  ): Waiting | undefined;
}

/** Makes the queue of a socket with the option `retries`. */
export type RetryQueueFactory = (sender: Sender, options: SocketOptions) => RetryQueue;

/** A queue of events that are sent in turn, `retryWindow` at a time, each until it is acknowledged. */
const retryQueue: RetryQueueFactory = (sender, options) => {
  const { retries, retryWindow = 1, retryIds } = options;
  const entries: (Waiting & { send(): void })[] = [];
  const name = Math.random();
  let count = 0;

  const drain = (): void => {
    if (sender.connected) for (const entry of entries.slice(0, retryWindow)) entry.send();
  };

  const add: RetryQueue["_add"] = (args, callback, { _timeout, _signal }, mustEnd) => {
    let tries = 0;
    let isOnItsWay = false;
    const entry = {
      args: retryIds ? [...args, `${name}-${count++}`] : args,
      send() {
        if (isOnItsWay) return;
        isOnItsWay = true;
        tries++;
        sender._send(entry.args, onanswer, { _timeout: _timeout ?? Infinity });
      },
      _settle(error: Error | null, ...answer: unknown[]) {
        const index = entries.indexOf(entry);
        if (index < 0) return;
        entries.splice(index, 1);
        cancel();
        drain();
        if (callback) callUser(callback, undefined, [error, ...answer]);
      },
    };
    const onanswer: AckCallback = (error, ...answer) => {
      isOnItsWay = false;
      if (!error || tries > retries!) entry._settle(error, ...answer);
      else drain();
    };
    const dropped = put(entries, entry, options);
    // As long as all its tries may take: it might never be sent.
    const cancel = expiry({ _timeout: mustEnd && _timeout! * (retries! + 1), _signal }, entry._settle);
    drain();
    return dropped;
  };

  return { _drain: drain, _add: add };
};

/** Gives sockets the option `retries`. */
export function addRetries(): void {
  hooks._retryQueue = retryQueue;
}
