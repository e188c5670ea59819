import { type FromTab, TAKEN_EVERY, type ToTab, whenFree } from "./messages.js";

/** Messages that may wait for a tab which does not take them: it may be frozen. */
const DEFAULT_LIMIT = 10_000;

/** A tab, as the worker sees it. */
export class Tab {
  /** Called when it is gone or is cut off; set as long as it takes part in a connection. */
  #onend?: () => void;
  readonly #port: MessagePort;
  #limit = DEFAULT_LIMIT;
  /** Messages that it has not taken. */
  #waiting = 0;

  constructor(port: MessagePort, onmessage: (message: FromTab) => void) {
    this.#port = port;
    port.onmessage = ({ data }: MessageEvent<FromTab>) => {
      if (data.type === "taken") this.#waiting -= data.count;
      else if (data.type === "lock") whenFree(data.name, () => this.end());
      else onmessage(data);
    };
  }

  /** It takes part from now on. At most so many messages may be on their way to it; but it needs some before it answers. */
  begin(limit: number | undefined, onend: () => void): void {
    this.#limit = Math.max(limit ?? DEFAULT_LIMIT, 2 * TAKEN_EVERY);
    this.#onend = onend;
  }

  /** Tells it something, or cuts it off when it has not taken what it was told before. */
  send(message: ToTab): void {
    if (!this.#onend) return;
    if (++this.#waiting > this.#limit) {
      this.end();
      message = { type: "cut" };
    }
    this.#port.postMessage(message);
  }

  /** It takes no part any more. */
  end(): void {
    this.#onend?.();
    this.#onend = undefined;
  }
}
