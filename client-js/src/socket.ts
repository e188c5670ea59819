import { eventDropped, put } from "./bounded.js";
import { callUser, Emitter } from "./emitter.js";
import type { RetryQueue } from "./features/retries.js";
import { hooks } from "./hooks.js";
import type { Manager } from "./manager.js";
import type { AuthData, AuthFunction, SocketOptions } from "./options.js";
import { ACK, CONNECT, DISCONNECT, EVENT, isReserved, type Packet } from "./packet.js";
import type {
  AckResult,
  DecorateAcks,
  DefaultEventsMap,
  EventNames,
  EventParams,
  EventsMap,
  ParamsWithoutAck,
} from "./types.js";
import { type AckCallback, expiry, type Patience, type Waiting } from "./waiting.js";

/** Why a Socket is disconnected. It comes back by itself after all but the first two. */
export type DisconnectReason =
  | "io server disconnect"
  | "io client disconnect"
  | "ping timeout"
  | "transport close"
  | "transport error"
  | "parse error"
  | "forced close";

/**
 * Why a Socket did not go on with an earlier session: there was none to ask for, the server keeps no sessions, or it
 * does not know that one (any more).
 */
export type NotRecovered = "not asked" | "unsupported" | "unknown";

/** The events of a Socket itself: `emit` refuses their names. */
export interface SocketEvents {
  /** Joined the namespace. */
  connect: () => void;
  /**
   * The connection failed, or the server refused: `err.data` is what it added, and `socket.active` says whether it is
   * asked again.
   */
  connect_error: (err: Error & { data?: any; description?: any; context?: any }) => void;
  /** Not in the namespace any more. */
  disconnect: (reason: DisconnectReason, details?: Error) => void;
}

const SENT_AWAY = "io server disconnect";

/** Milliseconds after which `emitWithAck` gives up, when nothing else was said. */
const DEFAULT_ACK_TIMEOUT = 30_000;

interface Flags extends Patience {
  _isVolatile?: boolean;
}

/** A client in one namespace of a server. */
export class Socket<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
> extends Emitter<ListenEvents, SocketEvents> {
  /** The id that the server gave; undefined while not connected. */
  id: string | undefined;
  /** Whether it is in the namespace. */
  connected = false;
  /** Whether it is connected, or will be as soon as the connection allows. */
  active = false;
  /** Whether the last connect went on with the session before it: same id and rooms, and nothing missed. */
  recovered = false;
  /** Why the last connect did not, if so. */
  notRecovered?: NotRecovered;
  /** What is sent to the server's middleware at each connect; may be exchanged at any time. */
  auth: AuthData | AuthFunction | undefined;
  /** Events that wait for the connection. */
  sendBuffer: Waiting[] = [];
  /** Arguments of events that came before the namespace was joined. */
  receiveBuffer: unknown[][] = [];
  /** @internal Tells features of what comes ("Any") and goes ("AnyOutgoing"), and of the end ("end"). */
  readonly _bus = new Emitter<Record<string, (...args: any[]) => void>>();
  /** @internal Why it will not come back by itself, if so. */
  _why?: DisconnectReason | Error;
  /** @internal */
  readonly _options: SocketOptions;
  /** What waits for an acknowledgement, by its id. */
  readonly #acks = new Map<number | undefined, Waiting>();
  readonly #retryQueue?: RetryQueue;
  #flags: Flags = {};
  #nextId = 0;
  /** @internal Counts what makes an answer of `auth` outdated. */
  _joins = 0;
  /** Whether a CONNECT is on its way. */
  #joining = false;
  /** @internal How often it has been turned away since it was connected. */
  _refusals = 0;
  #sessionId?: string;
  #offset?: string;

  /** @internal Use `io()` or `manager.socket()`. */
  constructor(
    public io: Manager<any, any>,
    readonly nsp: string,
    options: SocketOptions = {},
  ) {
    super();
    io._home(this);
    this._options = options;
    this.auth = options.auth;
    if (options.retries) this.#retryQueue = hooks._retryQueue!(this, options);
  }

  /** Whether it is not in the namespace. */
  get disconnected(): boolean {
    return !this.connected;
  }

  /** Connects, unless connected or connecting. With `retryOnRefusal` and the like, does not wait for the next try. */
  connect(): this {
    if (this.connected) return this;
    this.active = true;
    this._why = undefined;
    this.io = this.io._home(this);
    if (!this.io._reconnecting) this.io.open();
    if (this.io._readyState === "open" && !this.#joining) this._onopen();
    return this;
  }

  /** Leaves the namespace, for good unless `connect` is called; what was emitted before still goes out. */
  disconnect(): this {
    const { connected } = this;
    if (connected) this.#write(DISCONNECT);
    this.#leave("io client disconnect");
    if (connected) this._onclose("io client disconnect");
    return this;
  }

  /**
   * Sends an event; a last argument that is a function is called with the acknowledgement. While not connected the
   * event waits. Throws for reserved names, arguments that JSON cannot hold, and a full buffer (option `bufferPolicy`).
   */
  emit<Ev extends EventNames<EmitEvents>>(event: Ev, ...params: EventParams<EmitEvents, Ev>): this {
    const args: unknown[] = [event, ...params];
    this.#dispatch(args, typeof args.at(-1) === "function" ? (args.pop() as AckCallback) : undefined);
    return this;
  }

  /**
   * Sends an event and resolves with its acknowledgement. Rejects when that has not come in time (`timeout()`, else
   * option `ackTimeout`, else 30 s; with `retries`, so often), when `signal()` aborts, when the socket is disconnected,
   * and where `emit` throws.
   */
  emitWithAck<Ev extends EventNames<EmitEvents>>(
    event: Ev,
    ...args: ParamsWithoutAck<EventParams<EmitEvents, Ev>>
  ): Promise<AckResult<EventParams<EmitEvents, Ev>>> {
    return new Promise((resolve, reject) => {
      const callback: AckCallback = (error, answer) => (error ? reject(error) : resolve(answer));
      this.#dispatch([event, ...args], callback, DEFAULT_ACK_TIMEOUT);
    });
  }

  /** Makes the next `emit` call its acknowledgement with an error first, and with an Error after `ms` milliseconds. */
  timeout(ms: number): Socket<ListenEvents, DecorateAcks<EmitEvents>> {
    this.#flags._timeout = ms;
    return this as any;
  }

  /**
   * Makes the next `emit` call its acknowledgement with an error first, and with the signal's reason when that aborts;
   * if the event still waits for the connection then, it is not sent. It throws if the signal has aborted already.
   */
  signal(signal: AbortSignal): Socket<ListenEvents, DecorateAcks<EmitEvents>> {
    this.#flags._signal = signal;
    return this as any;
  }

  /** Makes the next `emit` drop its event if it cannot go to the network at once. */
  get volatile(): this {
    this.#flags._isVolatile = true;
    return this;
  }

  /** `patience` is the timeout where none was set, for a caller that must hear of the end in any case. */
  #dispatch(args: unknown[], callback?: AckCallback, patience?: number): void {
    const flags = this.#flags;
    this.#flags = {};
    flags._timeout ??= this._options.ackTimeout ?? patience;
    flags._signal?.throwIfAborted();
    if (isReserved(args[0])) throw new Error(`"${args[0]}" is a reserved event name`);
    if (this.#retryQueue && !flags._isVolatile) this._drop(this.#retryQueue._add(args, callback, flags, patience));
    else this._send(args, callback, flags);
  }

  /** @internal Sends an event now or, unless it is volatile, when connected. */
  _send(args: unknown[], callback: AckCallback | undefined, flags: Flags): void {
    const id = callback && this.#nextId++;
    const { engine } = this.io;
    const entry: Waiting = { args, _encoded: this.io._encode({ type: EVENT, nsp: this.nsp, data: args, id }) };
    const isOnline = this.connected && !engine._expired();
    const dropped = isOnline || flags._isVolatile ? undefined : put(this.sendBuffer, entry, this._options);
    if (callback) this.#await(id!, entry, callback, flags);
    if (isOnline && (!flags._isVolatile || engine.transport._writable())) this.#transmit(entry);
    else if (flags._isVolatile) this.#fail(entry);
    this._drop(dropped);
  }

  #await(id: number, entry: Waiting, callback: AckCallback, patience: Patience): void {
    const withError = (patience._timeout ?? patience._signal) !== undefined;
    const cancel = expiry(patience, (error) => entry._settle!(error));
    entry._settle = (error, ...answer) => {
      if (!this.#acks.delete(id)) return;
      cancel();
      this.sendBuffer = this.sendBuffer.filter((other) => other !== entry);
      if (!error || withError) callUser(callback, undefined, withError ? [error, ...answer] : answer);
    };
    this.#acks.set(id, entry);
  }

  /** @internal By the policy of a full buffer, an event is lost, if one is given. */
  _drop(entry: Waiting | undefined): void {
    if (!entry) return;
    const error = this.#fail(entry);
    if (!this.io.listeners("drop")[0]) console.warn(error, entry.args);
    this.io._fire("drop", entry.args, this);
  }

  /** An event is not sent; its callback hears of that later, not inside of the `emit` that it was given to. */
  #fail(entry: Waiting): Error {
    const error = eventDropped();
    queueMicrotask(() => entry._settle?.(error));
    return error;
  }

  #write(type: number, data?: unknown, id?: number): void {
    this.io._write({ type, nsp: this.nsp, data, id });
  }

  #transmit(entry: Waiting): void {
    entry._isSent = true;
    this._bus._fire("AnyOutgoing", ...entry.args);
    this.io._write(entry._encoded!);
  }

  /** @internal The Manager is connected: asks for the auth data and joins the namespace. */
  async _onopen(): Promise<void> {
    // While an older CONNECT of this namespace is on its way, wait: the Manager calls again when it is answered.
    if (!this.active || this.io._stale.has(this.nsp)) return;
    this._why = undefined;
    const join = ++this._joins;
    try {
      const data = await this.#askAuth();
      if (join !== this._joins) return;
      this.#write(CONNECT, { pid: this.#sessionId, offset: this.#offset, ...data });
      this._joins++;
      this.#joining = true;
    } catch (error) {
      if (join === this._joins) this.#turnAway(error as Error);
    }
  }

  #askAuth(): AuthData | undefined | Promise<AuthData> {
    if (typeof this.auth !== "function") return this.auth;
    // What a function with a callback returns is by chance: `(callback) => setTimeout(callback)`.
    return this.auth.length ? new Promise((resolve) => (this.auth as AuthFunction)(resolve)) : (this.auth as any)();
  }

  /** @internal The connection is lost, or the namespace left. */
  _onclose(reason: DisconnectReason, details?: Error): void {
    this.connected = this.#joining = false;
    this._joins++;
    this.id = undefined;
    this._fire("disconnect", reason, details);
    for (const entry of this.#acks.values()) {
      if (entry._isSent) entry._settle!(new Error("socket has been disconnected"));
    }
  }

  /** @internal A packet for this namespace has come. */
  _onpacket({ type, data, id }: Packet): void {
    if (type === EVENT) {
      if (id !== undefined) data.push(this.#answer(id));
      if (this.connected) this.#deliver(data);
      else this.receiveBuffer.push(data);
    } else if (type === ACK) {
      this.#acks.get(id)?._settle!(null, ...data);
    } else if (type === DISCONNECT) {
      this.#turnAway(SENT_AWAY);
    } else {
      this.#joining = false;
      if (type === CONNECT && data?.sid) this.#onconnect(data.sid, data.pid);
      // Socket.IO 2 says nothing when it lets a client in.
      else this.#turnAway(Object.assign(new Error(data?.message ?? data ?? "Socket.IO 2"), { data: data?.data }));
    }
  }

  #onconnect(id: string, sessionId?: string): void {
    const asked = this.#sessionId;
    this.#sessionId = sessionId;
    if (!sessionId) this.notRecovered = "unsupported";
    else if (!asked) this.notRecovered = "not asked";
    else this.notRecovered = asked === sessionId ? undefined : "unknown";
    this.recovered = !this.notRecovered;
    // The position in another session means nothing in a new one.
    if (!this.recovered) this.#offset = undefined;
    this.id = id;
    this.connected = true;
    this._refusals = 0;
    // Out before in: what a listener emits must not overtake what has been waiting.
    for (const packet of this.sendBuffer.splice(0)) this.#transmit(packet);
    this.#retryQueue?._drain();
    for (const args of this.receiveBuffer.splice(0)) this.#deliver(args);
    if (this.connected) this._fire("connect");
  }

  #deliver(args: any[]): void {
    // With recovery, the server adds the event's position as last argument.
    if (this.#sessionId && args.length > 1 && typeof args.at(-1) === "string") this.#offset = args.at(-1);
    this._bus._fire("Any", ...args);
    this._fire(`${args[0]}`, ...args.slice(1));
  }

  /** The function that acknowledges an event: once, and only to the session that asked. */
  #answer(id: number): (...args: unknown[]) => void {
    // This count does not change while a session lasts.
    let join: number | undefined = this._joins;
    return (...args) => {
      if (join !== this._joins) return;
      this.#write(ACK, args, id);
      join = undefined;
    };
  }

  /** The server does not want this socket, or `auth` failed: tells that, and asks again later if that is wished for. */
  #turnAway(why: typeof SENT_AWAY | Error): void {
    const rejoin = hooks._rejoin?.(this, why);
    if (!rejoin) this.#leave(why);
    if (why === SENT_AWAY) this._onclose(why);
    else this._fire("connect_error", why);
    rejoin?.();
  }

  #leave(why: DisconnectReason | Error): void {
    this.active = false;
    this._joins++;
    if (this.#joining) this.io._stale.add(this.nsp);
    this.#joining = false;
    this.io._release(this);
    this._end(why);
  }

  /** @internal It will not come back by itself. */
  _end(why: DisconnectReason | Error): void {
    this._why = why;
    this._bus._fire("end", why);
  }
}
