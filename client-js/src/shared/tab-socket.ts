import { put } from "../bounded.js";
import { callUser, Emitter } from "../emitter.js";
import type { AuthData, DisconnectReason, IoOptions, SocketEvents } from "../index.js";
import { isReserved } from "../packet.js";
import { after } from "../timer.js";
import type { EventsMap } from "../types.js";
import type { AckCallback } from "../waiting.js";
import { type FromTab, holdLock, TAKEN_EVERY, type ToTab, whenFree, type Wish } from "./messages.js";

/** Milliseconds after which `emitWithAck` gives up, when nothing else was said. */
const DEFAULT_ACK_TIMEOUT = 30_000;

interface Flags {
  timeout?: number;
  isVolatile?: boolean;
}

/** A tab's part of a socket that a worker holds. */
export class TabSocket extends Emitter<EventsMap, SocketEvents> {
  id: string | undefined;
  connected = false;
  active = false;
  recovered = false;
  auth: IoOptions["auth"];
  readonly #makeWorker: () => SharedWorker;
  readonly #uri: string;
  readonly #options: IoOptions;
  /** The way to the worker, unless it has disconnected. */
  #port?: MessagePort;
  #authGiven: IoOptions["auth"];
  #leaving = new AbortController();
  readonly #acks = new Map<number, AckCallback>();
  /** What was emitted while it did not want to be connected. */
  #held: FromTab[] = [];
  #flags: Flags = {};
  #nextId = 0;
  #taken = 0;

  /** `makeWorker` connects to the worker of all tabs, which it starts if there is none. */
  constructor(makeWorker: () => SharedWorker, uri: string, { auth, autoConnect, ...options }: IoOptions) {
    super();
    this.#makeWorker = makeWorker;
    this.#uri = uri;
    this.#options = options;
    this.auth = auth;
    if (autoConnect !== false) this.connect();
  }

  get disconnected(): boolean {
    return !this.connected;
  }

  connect(): this {
    if (this.active) return this;
    // Where it was refused, it still is; but other data may belong elsewhere.
    if (this.#port && this.auth === this.#authGiven) this.#open();
    else {
      this.#stop();
      this.#start();
    }
    this.#begin();
    return this;
  }

  disconnect(): this {
    this.#stop();
    this.#leave("io client disconnect");
    return this;
  }

  #start(): void {
    const worker = this.#makeWorker();
    const { port } = worker;
    worker.onerror = () => {
      this._fire("connect_error", new Error("the shared worker did not start: is its script at the address given?"));
    };
    this.#taken = 0;
    this.#port = port;
    this.#leaving = new AbortController();
    port.onmessage = ({ data }: MessageEvent<ToTab>) => this.#onmessage(data);
    this.#open();
    holdLock((message) => port.postMessage(message), this.#leaving.signal);
  }

  /** Throws when options cannot be copied. */
  #open(): void {
    const { auth } = this;
    this.#authGiven = auth;
    const asksAuth = typeof auth === "function";
    const wish: Wish = { uri: this.#uri, options: asksAuth ? this.#options : { ...this.#options, auth }, asksAuth };
    this.#post({ type: "open", wish });
  }

  #begin(): void {
    this.active = true;
    for (const message of this.#held.splice(0)) this.#post(message);
  }

  #stop(): void {
    this.active = false;
    this.#leaving.abort();
    this.#post({ type: "close" });
    this.#port?.close();
    this.#port = undefined;
  }

  /** The worker is gone, as when the browser ends its process: the first tab that is here starts another one. */
  #restart(): void {
    this.#leaving.abort();
    this.#port = undefined;
    this.#return(() => this.#start(), "the shared worker has ended");
  }

  /** Is disconnected, and comes back; unless a listener has seen to that. */
  #return(how: () => void, why: string): void {
    const port = this.#port;
    this.#leave("transport close", new Error(why));
    if (this.active && this.#port === port) how();
  }

  emit(event: string, ...params: unknown[]): this {
    const callback = typeof params.at(-1) === "function" ? (params.pop() as AckCallback) : undefined;
    this.#dispatch([event, ...params], callback);
    return this;
  }

  emitWithAck(event: string, ...params: unknown[]): Promise<any> {
    return new Promise((resolve, reject) => {
      this.#flags.timeout ??= this.#options.ackTimeout ?? DEFAULT_ACK_TIMEOUT;
      this.#dispatch([event, ...params], (error, answer) => (error ? reject(error) : resolve(answer)));
    });
  }

  timeout(ms: number): this {
    this.#flags.timeout = ms;
    return this;
  }

  get volatile(): this {
    this.#flags.isVolatile = true;
    return this;
  }

  #dispatch(args: unknown[], callback?: AckCallback): void {
    const { timeout, isVolatile } = this.#flags;
    this.#flags = {};
    if (isReserved(args[0])) throw new Error(`"${args[0]}" is a reserved event name`);
    const id = callback && this.#nextId++;
    const message: FromTab = { type: "emit", args, isVolatile, id, timeout };
    if (this.active) this.#post(message);
    else if (!isVolatile) put(this.#held, message, { bufferLimit: this.#options.bufferLimit });
    if (callback) this.#await(id!, callback, timeout);
  }

  #await(id: number, callback: AckCallback, timeout?: number): void {
    const { ackTimeout, retries } = this.#options;
    const patience = timeout ?? ackTimeout;
    const withError = patience !== undefined || retries;
    // The worker waits too; but it may be at its end.
    const timer = after(patience && patience * ((retries ?? 0) + 1), () => settle(new Error("operation has timed out")));
    const settle: AckCallback = (error, ...answer) => {
      clearTimeout(timer);
      this.#acks.delete(id);
      this.#held = this.#held.filter((message) => message.type !== "emit" || message.id !== id);
      if (!error || withError) callUser(callback, undefined, withError ? [error, ...answer] : answer);
    };
    this.#acks.set(id, settle);
  }

  #onmessage(message: ToTab): void {
    if (message.type === "lock") return whenFree(message.name, () => this.#restart(), this.#leaving.signal);
    if (++this.#taken === TAKEN_EVERY) this.#tellTaken();
    switch (message.type) {
      case "connect":
        this.id = message.id;
        this.recovered = message.recovered;
        // Also when it was refused before: another tab has asked again.
        this.#begin();
        this.connected = true;
        this._fire("connect");
        break;
      case "connect_error":
        this.active = message.active;
        this._fire("connect_error", Object.assign(new Error(message.message), { data: message.data }));
        break;
      case "disconnect":
        this.active = message.active;
        this.#lose(message.reason, message.details === undefined ? undefined : new Error(message.details));
        break;
      case "event":
        if (message.id !== undefined) message.args.push(this.#answer(message.id));
        this._fire(`${message.args[0]}`, ...message.args.slice(1));
        break;
      case "answer":
        this.#acks.get(message.id)?.(message.error === undefined ? null : new Error(message.error), ...message.args);
        break;
      case "ask auth":
        void this.#giveAuth(message.id);
        break;
      case "refused":
        console.warn(new Error(message.message), message.args);
        break;
      case "cut":
        this.#tellTaken();
        this.#return(() => this.#open(), "too many messages waited for this tab");
    }
  }

  /** It hears nothing more of what it has asked for. */
  #leave(reason: DisconnectReason, details?: Error): void {
    this.#lose(reason, details);
    for (const settle of [...this.#acks.values()]) settle(new Error("socket has been disconnected"));
  }

  #lose(reason: DisconnectReason, details?: Error): void {
    if (!this.connected) return;
    this.connected = false;
    this.id = undefined;
    this._fire("disconnect", reason, details);
  }

  #answer(id: number): (...args: unknown[]) => void {
    let isOpen = true;
    return (...args) => {
      if (isOpen) this.#post({ type: "ack", id, args });
      isOpen = false;
    };
  }

  async #giveAuth(id: number): Promise<void> {
    const { auth } = this;
    try {
      const data: AuthData | undefined =
        typeof auth !== "function"
          ? auth
          : await (auth.length ? new Promise<AuthData>((resolve) => auth(resolve)) : (auth as () => AuthData)());
      this.#post({ type: "auth", id, data });
    } catch (error) {
      this.#post({ type: "auth", id, error: `${(error as Error)?.message ?? error}` });
    }
  }

  #tellTaken(): void {
    this.#post({ type: "taken", count: this.#taken });
    this.#taken = 0;
  }

  #post(message: FromTab): void {
    this.#port?.postMessage(message);
  }
}
