import { byteLength, toBase64 } from "../binary.js";
import { type Frame, Transport } from "./transport.js";

const SEPARATOR = "\x1e";

/** Carries frames by requests: a GET that waits for frames, and a POST at a time that brings some. */
export class PollingTransport extends Transport {
  readonly name = "polling";
  readonly #abort = new AbortController();
  #polling = false;
  #posting = false;
  #closed = false;
  #onpaused?: () => void;

  get _busy(): boolean {
    return this.#posting;
  }

  get writable(): boolean {
    return !this.#posting && !this.#closed;
  }

  open(): void {
    void this.#poll();
  }

  /** Begins no more requests, and calls back once those on their way have ended. */
  _pause(onpaused: () => void): void {
    this.#onpaused = onpaused;
    this.#settle();
  }

  /** Takes up a paused transport again. */
  _resume(): void {
    this.#onpaused = undefined;
    if (!this.#polling) void this.#poll();
  }

  send(queue: Frame[]): void {
    this.#posting = true;
    void this.#post(queue.splice(0, this.#fitting(queue)));
  }

  override close(): void {
    if (this.#closed) return;
    this.#closed = true;
    super.close();
    const abort = (): void => this.#abort.abort();
    // With a session, the server hears of the end first. keepalive lets the request outlive the page.
    if (this._link.id) fetch(this._link.url(this.name), { ...this.#init("1"), keepalive: true }).then(abort, abort);
    else abort();
  }

  /** How many frames from the front of the queue the server takes in one request: at least one. */
  #fitting(queue: Frame[]): number {
    let size = 0;
    let count = 0;
    for (const frame of queue) {
      const text = typeof frame === "string";
      size += 1 + (text ? new TextEncoder().encode(frame).length : 1 + Math.ceil(byteLength(frame) / 3) * 4);
      if (count && size > this._link.maxPayload) break;
      count++;
    }
    return count;
  }

  async #poll(): Promise<void> {
    this.#polling = true;
    while (!this.#closed && !this.#onpaused) {
      const text = await this.#request();
      for (const part of text?.split(SEPARATOR) ?? []) {
        this._onframe(part);
        // What awaited this frame (an acknowledgement) runs before the next one is delivered, as over WebSocket.
        await undefined;
      }
    }
    this.#polling = false;
    this.#settle();
  }

  async #post(frames: Frame[]): Promise<void> {
    const parts = frames.map(async (frame) => (typeof frame === "string" ? frame : "b" + (await toBase64(frame))));
    await this.#request(Promise.all(parts));
    this.#posting = false;
    this.#settle();
    this._ondrain();
  }

  /** The text of an answer; nothing, if the transport failed or was closed meanwhile. */
  async #request(parts?: Promise<string[]>): Promise<string | undefined> {
    const message = `fetch ${parts ? "write" : "read"} error`;
    try {
      const response = await fetch(this._link.url(this.name), this.#init((await parts)?.join(SEPARATOR)));
      if (response.ok) return await response.text();
      this._fail("transport error", message, response.status, response);
    } catch (error) {
      this._fail("transport error", message, error);
    }
    return undefined;
  }

  #init(body?: string): RequestInit {
    const { withCredentials, extraHeaders } = this._link.opts;
    return {
      method: body === undefined ? "GET" : "POST",
      body,
      headers: extraHeaders,
      credentials: withCredentials ? "include" : "same-origin",
      cache: "no-store",
      signal: this.#abort.signal,
    };
  }

  #settle(): void {
    if (this.#onpaused && !this.#polling && !this.#posting && !this.#closed) this.#onpaused();
  }
}
