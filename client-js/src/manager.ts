import { backoff } from "./backoff.js";
import { Emitter } from "./emitter.js";
import { Engine } from "./engine.js";
import { checkOptions, type ManagerOptions, type SocketOptions } from "./options.js";
import { CONNECT, CONNECT_ERROR, Decoder, DISCONNECT, type Encoded, encode, type Packet } from "./parser.js";
import { type DisconnectReason, Socket } from "./socket.js";
import { after, type Timer } from "./timer.js";
import type { DefaultEventsMap, EventsMap } from "./types.js";
import { parseAddress } from "./url.js";

/** The events of a Manager. */
export interface ManagerEvents {
  /** Connected. */
  open: () => void;
  /** An attempt to connect has failed. */
  error: (err: Error) => void;
  /** The server's heartbeat has come. */
  ping: () => void;
  /** A packet has come, for any namespace. */
  packet: (packet: Packet) => void;
  /** The connection is lost or closed. */
  close: (reason: string, details?: Error) => void;
  /** An attempt to reconnect begins. */
  reconnect_attempt: (attempt: number) => void;
  /** An attempt to reconnect has failed. */
  reconnect_error: (err: Error) => void;
  /** All attempts to reconnect have failed. */
  reconnect_failed: () => void;
  /** Connected again, after so many attempts. */
  reconnect: (attempt: number) => void;
  /** A socket's offline buffer was full, and by its policy these arguments of `emit` are lost. */
  drop: (args: unknown[], socket: Socket<any, any>) => void;
}

const DEFAULTS = {
  reconnection: true,
  reconnectionAttempts: Infinity,
  reconnectionDelay: 1000,
  reconnectionDelayMax: 5000,
  randomizationFactor: 0.5,
  timeout: 20000,
};

/** The Managers in use that `io()` may give another socket, by server and path. */
export const shared = new Map<string | undefined, Manager<any, any>>();

/** Carries the sockets of one server over one connection, and brings that back when it is lost. */
export class Manager<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
> extends Emitter<{}, ManagerEvents> {
  readonly opts: ManagerOptions;
  /** The connection; another one after each reconnect. */
  engine!: Engine;
  /** The sockets by namespace; one that was disconnected is not among them any more. */
  nsps: Record<string, Socket<any, any>> = Object.create(null);
  /** @internal */
  _readyState: "closed" | "opening" | "open" = "closed";
  /** @internal */
  _reconnecting = false;
  /** @internal Namespaces whose CONNECT is on its way although their socket has gone. */
  readonly _stale = new Set<string>();
  /** @internal Its key in `shared`, if sockets made by `io()` may share it. */
  _key?: string;
  readonly #origin: string;
  /** Attempts to reconnect since the connection was lost. */
  #attempts = 0;
  #skipReconnect = false;
  #retryTimer?: Timer;
  #decoder = new Decoder();
  readonly #ononline = (): void => this.#retrySoon();

  /**
   * `uri` is the server's address; without it, options `host` and `port`, or the page's own server.
   * Throws on an invalid address or an unsupported option.
   */
  constructor(uri?: string | ManagerOptions, opts: ManagerOptions = {}) {
    super();
    if (typeof uri === "object") {
      opts = uri;
      uri = undefined;
    }
    checkOptions(opts);
    this.opts = { ...opts };
    this.#origin = parseAddress(uri, opts).origin;
    if (opts.autoConnect !== false) this.open();
  }

  /** Whether to come back after a loss. */
  reconnection(): boolean;
  reconnection(value: boolean): this;
  reconnection(value?: boolean): any {
    return this.#option("reconnection", value);
  }

  /** Attempts before giving up. */
  reconnectionAttempts(): number;
  reconnectionAttempts(value: number): this;
  reconnectionAttempts(value?: number): any {
    return this.#option("reconnectionAttempts", value);
  }

  /** Milliseconds before the first attempt to come back. */
  reconnectionDelay(): number;
  reconnectionDelay(value: number): this;
  reconnectionDelay(value?: number): any {
    return this.#option("reconnectionDelay", value);
  }

  /** Most milliseconds between attempts. */
  reconnectionDelayMax(): number;
  reconnectionDelayMax(value: number): this;
  reconnectionDelayMax(value?: number): any {
    return this.#option("reconnectionDelayMax", value);
  }

  /** The part of a delay that chance may add or take away, 0 to 1. */
  randomizationFactor(): number;
  randomizationFactor(value: number): this;
  randomizationFactor(value?: number): any {
    return this.#option("randomizationFactor", value);
  }

  /** Milliseconds an attempt to connect may take, or false for no limit. */
  timeout(): number | false;
  timeout(value: number | false): this;
  timeout(value?: number | false): any {
    return this.#option("timeout", value);
  }

  #option<Key extends keyof typeof DEFAULTS>(key: Key, value?: ManagerOptions[Key]): unknown {
    if (value === undefined) return this.opts[key] ?? DEFAULTS[key];
    this.opts[key] = value;
    return this;
  }

  /** The same as `open`. */
  connect(callback?: (err?: Error) => void): this {
    return this.open(callback);
  }

  /** Connects, unless connected or connecting. With a callback, a failure goes to it and is not tried again. */
  open(callback?: (err?: Error) => void): this {
    if (this._readyState !== "closed") return this;
    this.#skipReconnect = false;
    this._readyState = "opening";
    this.#decoder = new Decoder();
    const engine = new Engine(this.#origin, this.opts);
    this.engine = engine;
    // Events of an engine that still drains while the next one is in use are no news.
    const on = (event: string, fn: (...args: any[]) => void): unknown =>
      engine.on(event, (...args) => engine === this.engine && this._readyState !== "closed" && fn(...args));
    const limit = this.timeout();
    const expire = (): void => {
      this.#onfail(new Error("timeout"), callback);
      engine.close();
    };
    const timer = limit === false ? undefined : after(limit, expire);
    // Not through `on`: the timer ends in any case.
    engine.on("open", () => clearTimeout(timer)).on("close", () => clearTimeout(timer));
    on("open", () => this.#onopen(callback));
    on("ping", () => this._fire("ping"));
    on("message", (data) => this.#ondata(data));
    on("close", (reason, details) => {
      if (this._readyState === "open") this.#onclose(reason, details);
      else this.#onfail(details ?? new Error(reason), callback);
    });
    engine.open();
    return this;
  }

  #active(): Socket<any, any>[] {
    return Object.values(this.nsps).filter(({ active }) => active);
  }

  #onopen(callback?: (err?: Error) => void): void {
    this._readyState = "open";
    this._fire("open");
    for (const socket of this.#active()) socket._onopen();
    callback?.();
  }

  #onfail(error: Error, callback?: (err?: Error) => void): void {
    this._readyState = "closed";
    this._fire("error", error);
    for (const socket of this.#active()) socket._fire("connect_error", error);
    if (callback) callback(error);
    else this.#reconnect();
  }

  #ondata(data: string | ArrayBuffer): void {
    let packet;
    try {
      packet = this.#decoder.add(data);
    } catch (error) {
      return this.#onclose("parse error", error as Error);
    }
    if (!packet) return;
    this._fire("packet", packet);
    const { nsp, type } = packet;
    const socket = this.nsps[nsp];
    if ((type === CONNECT || type === CONNECT_ERROR) && this._stale.delete(nsp)) {
      if (type === CONNECT) this._write(encode(DISCONNECT, nsp));
      socket?._onopen();
    } else socket?._onpacket(packet);
  }

  #onclose(reason: DisconnectReason, details?: Error): void {
    const { engine } = this;
    this._readyState = "closed";
    this._stale.clear();
    this.#attempts = 0;
    engine.close();
    this._fire("close", reason, details);
    for (const socket of this.#active()) socket._onclose(reason, details);
    this.#reconnect();
  }

  #reconnect(): void {
    if (this.#off() || this._reconnecting || this._readyState !== "closed") return;
    if (this.#attempts >= this.reconnectionAttempts()) {
      this.#attempts = 0;
      this._fire("reconnect_failed");
      return;
    }
    this._reconnecting = true;
    const delay = this.reconnectionDelay();
    this.#retryIn(backoff(this.#attempts++, delay, this.reconnectionDelayMax(), this.randomizationFactor()));
    globalThis.addEventListener?.("online", this.#ononline);
  }

  /** The network is back, so waiting longer is no use; but not all clients of a building should come in one instant. */
  #retrySoon(): void {
    clearTimeout(this.#retryTimer);
    this.#retryIn(Math.random() * Math.min(1000, this.reconnectionDelay()));
  }

  #retryIn(ms: number): void {
    this.#retryTimer = after(ms, () => this.#retry());
  }

  #off(): boolean {
    return this.#skipReconnect || !this.reconnection();
  }

  #stopWaiting(): void {
    clearTimeout(this.#retryTimer);
    globalThis.removeEventListener?.("online", this.#ononline);
  }

  #retry(): void {
    this.#stopWaiting();
    if (!this.#off()) this._fire("reconnect_attempt", this.#attempts);
    // A listener may have closed it.
    this._reconnecting = !this.#off();
    if (!this._reconnecting) return;
    this.open((error) => {
      this._reconnecting = false;
      if (error) {
        this._fire("reconnect_error", error);
        this.#reconnect();
      } else {
        const attempt = this.#attempts;
        this.#attempts = 0;
        this._fire("reconnect", attempt);
      }
    });
  }

  /** The socket of a namespace, made when there is none. */
  socket(nsp: string, opts?: SocketOptions): Socket<ListenEvents, EmitEvents> {
    const socket = this.nsps[nsp] ?? new Socket(this, nsp, opts);
    this._home(socket);
    if (this.opts.autoConnect !== false && !socket.active) socket.connect();
    return socket as Socket<ListenEvents, EmitEvents>;
  }

  /**
   * @internal The Manager for a socket that wants to connect: this one, or another if this one has since got another
   * socket for its namespace.
   */
  _home(socket: Socket<any, any>): Manager<any, any> {
    const other = this.nsps[socket.nsp];
    if (other && other !== socket) {
      return new Manager(this.#origin, { ...this.opts, autoConnect: false })._home(socket);
    }
    this.nsps[socket.nsp] = socket;
    if (this._key && !shared.has(this._key)) shared.set(this._key, this);
    return this;
  }

  /** @internal Sends an encoded packet. */
  _write(encoded: Encoded): void {
    for (const part of encoded) this.engine.write(part);
  }

  /** @internal Forgets a socket, and closes the connection when no other one uses it. */
  _release(socket: Socket<any, any>): void {
    if (this.nsps[socket.nsp] === socket) delete this.nsps[socket.nsp];
    if (this.#active().length) return;
    this._close();
    if (shared.get(this._key) === this) shared.delete(this._key);
  }

  /** @internal Closes the connection, for good unless it is opened again. */
  _close(): void {
    this.#skipReconnect = true;
    this._reconnecting = false;
    this.#stopWaiting();
    if (this._readyState === "open") this.#onclose("forced close");
    else if (this._readyState === "opening") {
      this._readyState = "closed";
      this.engine.close();
    }
  }
}
