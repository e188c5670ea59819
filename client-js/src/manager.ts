import { backoff } from "./backoff.js";
import { callUser, Emitter } from "./emitter.js";
import { type Engine, openEngine } from "./engine.js";
import type { ManagerOptions, SocketOptions } from "./options.js";
import { onPage } from "./page.js";
import { CONNECT, CONNECT_ERROR, DISCONNECT, type Encoded, isValid, type Packet } from "./packet.js";
import { Decoder, Encoder } from "./parser.js";
import { type DisconnectReason, Socket } from "./socket.js";
import { after } from "./timer.js";
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
  /** A buffer was full, and by its policy this event is lost: its name and arguments, as given to `emit` or as received. */
  drop: (args: unknown[], socket: Socket<any, any>) => void;
}

/** What settings are without options. */
export const DEFAULTS = {
  reconnection: true,
  reconnectionAttempts: Infinity,
  reconnectionDelay: 1000,
  reconnectionDelayMax: 5000,
  randomizationFactor: 0.5,
  timeout: 20000 as number | false,
};

/** The Managers in use that `io()` may give another socket, by server and path. */
export const shared = new Map<string | undefined, Manager<any, any>>();

const PLAIN = { Encoder, Decoder };

const nothing = (): void => {};

/** Carries the sockets of one server over one connection, and brings that back when it is lost. */
export class Manager<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
> extends Emitter<{}, ManagerEvents> {
  /** The options it was made with, and the changed settings. */
  readonly opts: ManagerOptions & typeof DEFAULTS;
  /** The connection; another one after each reconnect. */
  engine!: Engine;
  /** The sockets by namespace; one that was disconnected is not among them any more. */
  nsps: Record<string, Socket<any, any>> = {};
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
  #stopWaiting = nothing;
  /** Lets go of the connection. */
  #giveUp = nothing;

  /**
   * `uri` is the server's address; without it, options `host` and `port`, or the page's own server. Throws on an invalid
   * one, and when none of the transports is known.
   */
  constructor(uri?: string | ManagerOptions, opts?: ManagerOptions) {
    super();
    const address = parseAddress(uri, opts);
    const settings: any = (this.opts = { ...DEFAULTS, ...address.opts });
    // What is given as undefined is not given.
    for (const name in DEFAULTS) settings[name] ??= DEFAULTS[name as keyof typeof DEFAULTS];
    this.#origin = address.origin;
    if (this.opts.autoConnect !== false) this.open();
  }

  /** Connects, unless connected or connecting. With a callback, a failure goes to it and is not tried again. */
  open(callback?: (err?: Error) => void): this {
    if (this._readyState !== "closed") return this;
    this.#skipReconnect = false;
    const decoder = new (this.opts.parser ?? PLAIN).Decoder();
    decoder.on("decoded", (packet) => this.#onpacket(packet));
    const fail = (error: Error): void => {
      this.#giveUp();
      this.#each((socket) => socket._fire("connect_error", error));
      this._fire("error", error);
      if (callback) callback(error);
      else this.#reconnect(error);
    };
    const engine = openEngine(this.#origin, this.opts, {
      _onopen: () => {
        clearTimeout(timer);
        this._readyState = "open";
        this._fire("open");
        this.#each((socket) => socket._onopen());
        if (callback) callUser(callback, this, []);
      },
      _onping: () => this._fire("ping"),
      _onmessage: (data) => {
        try {
          decoder.add(data);
        } catch (error) {
          this.#onclose("parse error", error as Error);
        }
      },
      _onclose: (reason, details) => {
        if (this._readyState === "open") this.#onclose(reason as DisconnectReason, details);
        else fail(details ?? new Error(reason));
      },
    });
    const timer = after(this.opts.timeout || undefined, () => fail(new Error("timeout")));
    this.#giveUp = () => {
      this.#giveUp = nothing;
      this._readyState = "closed";
      clearTimeout(timer);
      decoder.destroy();
      // It may still have something to send, but nothing to say.
      engine._owner = undefined;
      engine.close();
    };
    this.engine = engine;
    this._readyState = "opening";
    return this;
  }

  /** Does something for each socket that wants to be connected. */
  #each(fn: (socket: Socket<any, any>) => void): void {
    for (const socket of Object.values(this.nsps)) if (socket.active) fn(socket);
  }

  #onpacket(packet: Packet): void {
    if (!isValid(packet)) throw new Error("invalid packet");
    this._fire("packet", packet);
    const { nsp, type } = packet;
    const socket = this.nsps[nsp];
    if ((type === CONNECT || type === CONNECT_ERROR) && this._stale.delete(nsp)) {
      if (type === CONNECT) this._write({ type: DISCONNECT, nsp });
      socket?._onopen();
    } else socket?._onpacket(packet);
  }

  #onclose(reason: DisconnectReason, details?: Error): void {
    this.#giveUp();
    this._stale.clear();
    this.#attempts = 0;
    this.#each((socket) => socket._onclose(reason, details));
    this._fire("close", reason, details);
    this.#reconnect(reason);
  }

  /** `why` is the connection not there? */
  #reconnect(why: DisconnectReason | Error): void {
    if (this._reconnecting || this._readyState !== "closed") return;
    const isOff = this.#isOff();
    this._reconnecting = !isOff && this.#attempts < this.opts.reconnectionAttempts;
    if (this._reconnecting) {
      const delay = this._delay(this.#attempts++);
      const { _reconnectWithin } = this.engine;
      if (_reconnectWithin) this.#retryIn(Math.random() * _reconnectWithin, []);
      else this.#retryIn(delay, ["online", "visibilitychange"]);
    } else {
      this.#attempts = 0;
      this.#each((socket) => socket._end(why));
      if (!isOff) this._fire("reconnect_failed");
    }
  }

  /** @internal Milliseconds to wait before an attempt (the first is 0). */
  _delay(attempt: number): number {
    return backoff(attempt, this.opts);
  }

  /**
   * With one of the events of the page, the network is back or somebody looks again, so waiting longer is no use; but
   * not all clients of a building should come in one instant.
   */
  #retryIn(ms: number, events: string[]): void {
    const timer = after(ms, () => this.#retry());
    const leavePage = onPage(events, ({ type }) => {
      if (type !== "online" && document.hidden) return;
      this.#stopWaiting();
      this.#retryIn(Math.random() * Math.min(ms, 1000), []);
    });
    this.#stopWaiting = () => {
      clearTimeout(timer);
      leavePage();
    };
  }

  #isOff(): boolean {
    return this.#skipReconnect || !this.opts.reconnection;
  }

  #retry(): void {
    this.#stopWaiting();
    if (!this.#isOff()) this._fire("reconnect_attempt", this.#attempts);
    // A listener may have closed it.
    this._reconnecting = !this.#isOff();
    if (!this._reconnecting) return;
    this.open((error) => {
      this._reconnecting = false;
      if (error) {
        this._fire("reconnect_error", error);
        this.#reconnect(error);
      } else {
        this._fire("reconnect", this.#attempts);
        this.#attempts = 0;
      }
    });
  }

  /** The socket of a namespace, made when there is none. */
  socket(nsp: string, opts?: SocketOptions): Socket<ListenEvents, EmitEvents> {
    const socket = this.nsps[nsp] ?? new Socket(this, nsp, opts);
    if (this.opts.autoConnect !== false && !socket.active) socket.connect();
    return socket as Socket<ListenEvents, EmitEvents>;
  }

  /**
   * @internal The Manager for a socket that wants to connect: this one, or another if this one has since got another
   * socket for its namespace.
   */
  _home(socket: Socket<any, any>): Manager<any, any> {
    if ((this.nsps[socket.nsp] ??= socket) !== socket) {
      return new Manager(this.#origin, { ...this.opts, autoConnect: false })._home(socket);
    }
    if (this._key && !shared.has(this._key)) shared.set(this._key, this);
    return this;
  }

  /** @internal The messages that carry a packet. */
  _encode(packet: Packet): Encoded {
    return new (this.opts.parser ?? PLAIN).Encoder().encode(packet);
  }

  /** @internal Sends a packet, or the messages that carry it. */
  _write(packet: Packet | Encoded): void {
    for (const part of Array.isArray(packet) ? packet : this._encode(packet)) this.engine._write(part);
  }

  /** @internal Forgets a socket, and closes the connection when no other one uses it. */
  _release(socket: Socket<any, any>): void {
    if (this.nsps[socket.nsp] === socket) delete this.nsps[socket.nsp];
    if (Object.values(this.nsps).some(({ active }) => active)) return;
    this._close();
    if (shared.get(this._key) === this) shared.delete(this._key);
  }

  /** @internal Closes the connection, for good unless it is opened again. */
  _close(): void {
    this.#skipReconnect = true;
    this._reconnecting = false;
    this.#stopWaiting();
    if (this._readyState === "open") this.#onclose("forced close");
    else this.#giveUp();
  }
}
