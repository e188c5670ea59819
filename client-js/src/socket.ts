import { Acks } from "./acks.js";
import { CatchAllEmitter } from "./catch-all.js";
import type { Manager } from "./manager.js";
import type { AuthData, AuthFunction, SocketOptions } from "./options.js";
import { ACK, CONNECT, CONNECT_ERROR, DISCONNECT, type Encoded, encode, EVENT, type Packet, RESERVED } from "./parser.js";
import { RetryQueue } from "./retry-queue.js";
import type {
  AckResult,
  DecorateAcks,
  DefaultEventsMap,
  EventNames,
  EventParams,
  EventsMap,
  ParamsWithoutAck,
} from "./types.js";

/** Why a Socket is disconnected. It comes back by itself after all but the first two. */
export type DisconnectReason =
  | "io server disconnect"
  | "io client disconnect"
  | "ping timeout"
  | "transport close"
  | "transport error"
  | "parse error"
  | "forced close";

/** The events of a Socket itself: `emit` refuses their names. */
export interface SocketEvents {
  /** Joined the namespace. */
  connect: () => void;
  /** The server refused (`err.data` is what it added, and there is no further attempt), or the connection failed. */
  connect_error: (err: Error & { data?: any; description?: any; context?: any }) => void;
  /** Not in the namespace any more. */
  disconnect: (reason: DisconnectReason, details?: Error) => void;
}

/** Milliseconds after which `emitWithAck` gives up, when nothing else was said. */
const DEFAULT_ACK_TIMEOUT = 30_000;

const BUFFER_FULL = "buffer is full (bufferLimit)";

type Callback = (...args: any[]) => void;

interface Flags {
  timeout?: number;
  volatile?: boolean;
}

/** A packet that waits for the connection, already encoded: it goes out as it was when it was emitted. */
interface Waiting {
  id?: number;
  args: unknown[];
  encoded: Encoded;
}

/** A client in one namespace of a server. */
export class Socket<
  ListenEvents extends EventsMap = DefaultEventsMap,
  EmitEvents extends EventsMap = ListenEvents,
> extends CatchAllEmitter<ListenEvents, SocketEvents> {
  /** The id that the server gave; undefined while not connected. */
  id: string | undefined;
  /** Whether it is in the namespace. */
  connected = false;
  /** Whether the last connect went on with the session before it: same id and rooms, and nothing missed. */
  recovered = false;
  /** What is sent to the server's middleware at each connect; may be exchanged at any time. */
  auth: AuthData | AuthFunction;
  /** Packets that wait for the connection. */
  sendBuffer: Waiting[] = [];
  /** Arguments of events that came before the namespace was joined. */
  receiveBuffer: unknown[][] = [];
  readonly #options: SocketOptions;
  readonly #acks = new Acks();
  readonly #retryQueue?: RetryQueue;
  #flags: Flags = {};
  #nextId = 0;
  #wanted = false;
  /** Counts what makes an answer of `auth` outdated. */
  #joins = 0;
  /** Whether a CONNECT is on its way. */
  #joining = false;
  #sessionId?: string;
  #offset?: string;

  /** @internal Use `io()` or `manager.socket()`. */
  constructor(
    public io: Manager<any, any>,
    readonly nsp: string,
    options: SocketOptions = {},
  ) {
    super();
    this.#options = options;
    this.auth = options.auth ?? {};
    if (options.retries) this.#retryQueue = new RetryQueue(this, options.retries);
  }

  /** Whether it is not in the namespace. */
  get disconnected(): boolean {
    return !this.connected;
  }

  /** Whether it is connected, or will be as soon as the connection allows. */
  get active(): boolean {
    return this.#wanted;
  }

  /** Connects, unless connected or connecting. */
  connect(): this {
    if (this.connected) return this;
    const already = this.#wanted;
    this.#wanted = true;
    this.io = this.io._home(this);
    if (!this.io._reconnecting) this.io.open();
    if (!already && this.io._readyState === "open") this._onopen();
    return this;
  }

  /** The same as `connect`. */
  open(): this {
    return this.connect();
  }

  /** Leaves the namespace, for good unless `connect` is called; what was emitted before still goes out. */
  disconnect(): this {
    const { connected } = this;
    if (connected) this.io._write(encode(DISCONNECT, this.nsp));
    this.#leave();
    if (connected) this._onclose("io client disconnect");
    return this;
  }

  /** The same as `disconnect`. */
  close(): this {
    return this.disconnect();
  }

  /** Emits "message". */
  send(...args: any[]): this {
    return this.emit("message" as any, ...(args as any));
  }

  /**
   * Sends an event; a last argument that is a function is called with the acknowledgement. While not connected the
   * event waits. Throws for reserved names, arguments that JSON cannot hold, and a full buffer (option `bufferPolicy`).
   */
  emit<Ev extends EventNames<EmitEvents>>(event: Ev, ...params: EventParams<EmitEvents, Ev>): this {
    const args: unknown[] = [event, ...params];
    this.#dispatch(args, typeof args.at(-1) === "function" ? (args.pop() as Callback) : undefined);
    return this;
  }

  /**
   * Sends an event and resolves with its acknowledgement. Rejects when that has not come in time (`timeout()`, else
   * option `ackTimeout`, else 30 s; with `retries`, so often), when the socket is disconnected, and where `emit` throws.
   */
  emitWithAck<Ev extends EventNames<EmitEvents>>(
    event: Ev,
    ...args: ParamsWithoutAck<EventParams<EmitEvents, Ev>>
  ): Promise<AckResult<EventParams<EmitEvents, Ev>>> {
    return new Promise((resolve, reject) => {
      const callback: Callback = (error, answer) => (error ? reject(error) : resolve(answer));
      this.#dispatch([event, ...args], callback, DEFAULT_ACK_TIMEOUT);
    });
  }

  /** Makes the next `emit` call its acknowledgement with an error first, and with an Error after `ms` milliseconds. */
  timeout(ms: number): Socket<ListenEvents, DecorateAcks<EmitEvents>> {
    this.#flags.timeout = ms;
    return this as any;
  }

  /** Makes the next `emit` drop its event if it cannot go to the network at once. */
  get volatile(): this {
    this.#flags.volatile = true;
    return this;
  }

  /** Does nothing: for programs that also run on the official client. */
  compress(_compress: boolean): this {
    return this;
  }

  /** `patience` is the timeout where none was set, for a caller that must hear of the end in any case. */
  #dispatch(args: unknown[], callback?: Callback, patience?: number): void {
    const { timeout = this.#options.ackTimeout ?? patience, volatile } = this.#flags;
    this.#flags = {};
    if (RESERVED.has(args[0])) throw new Error(`"${args[0]}" is a reserved event name`);
    const retryQueue = this.#retryQueue;
    if (!retryQueue || volatile) return this._send(args, timeout, callback, volatile);
    const overflow = this.#overflow(retryQueue.length);
    retryQueue.add(args, timeout, callback, patience && timeout! * (this.#options.retries! + 1));
    if (overflow) this.#tellDropped(retryQueue.drop(overflow, new Error(BUFFER_FULL)));
  }

  /** @internal Sends an event now or, unless it is volatile, when connected. */
  _send(args: unknown[], timeout?: number, callback?: Callback, volatile = false): void {
    const id = callback && this.#nextId++;
    const packet: Waiting = { id, args, encoded: encode(EVENT, this.nsp, args, id) };
    const online = this.connected && !this.io.engine.expired();
    const overflow = online || volatile ? undefined : this.#overflow(this.sendBuffer.length);
    if (callback) this.#acks.add(id!, callback, timeout, () => this.#forget(id));
    if (volatile && !(online && this.io.engine.transport.writable)) this.#failSoon(packet, "volatile event not sent");
    else if (online) this.#transmit(packet);
    else this.sendBuffer.push(packet);
    if (overflow) {
      const dropped = this.sendBuffer.splice(overflow === "drop-oldest" ? 0 : -1, 1)[0]!;
      this.#failSoon(dropped, BUFFER_FULL);
      this.#tellDropped(dropped.args);
    }
  }

  /** What to do about one packet too many, if there is. Throws when that is to refuse it. */
  #overflow(length: number): "drop-oldest" | "drop-newest" | undefined {
    const { bufferLimit = 10_000, bufferPolicy = "error" } = this.#options;
    if (length < bufferLimit) return undefined;
    if (bufferPolicy === "error") throw new Error(BUFFER_FULL);
    return bufferPolicy;
  }

  #tellDropped(args: unknown[]): void {
    if (!this.io.hasListeners("drop")) console.warn(BUFFER_FULL, args);
    this.io._fire("drop", args, this);
  }

  /** Not at once: a callback must not run inside of the `emit` that it was given to. */
  #failSoon({ id }: Waiting, message: string): void {
    if (id !== undefined) queueMicrotask(() => this.#acks.fail(id, message));
  }

  #forget(id: number | undefined): void {
    this.sendBuffer = this.sendBuffer.filter((waiting) => waiting.id !== id);
  }

  #transmit({ args, encoded }: Waiting): void {
    this._outgoing(args);
    this.io._write(encoded);
  }

  /** @internal The Manager is connected: asks for the auth data and joins the namespace. */
  _onopen(): void {
    // While an older CONNECT of this namespace is on its way, wait: the Manager calls again when it is answered.
    if (!this.#wanted || this.io._stale.has(this.nsp)) return;
    const join = ++this.#joins;
    const { auth } = this;
    const send = (data: AuthData): void => {
      if (join !== this.#joins) return;
      const session = this.#sessionId && { pid: this.#sessionId, offset: this.#offset };
      const encoded = encode(CONNECT, this.nsp, { ...session, ...data });
      this.#joins++;
      this.#joining = true;
      this.io._write(encoded);
    };
    const ask: AuthFunction = typeof auth === "function" ? auth : (callback) => callback(auth);
    // The executor runs at once, so that plain data is sent at once.
    new Promise<unknown>((resolve) => resolve(ask.call(this, send)))
      // What a function with a callback returns is by chance: `(callback) => setTimeout(callback)`.
      .then((data) => ask.length || send(data as AuthData))
      .catch((error) => join === this.#joins && this.#refuse(error));
  }

  /** @internal The connection is lost, or the namespace left. */
  _onclose(reason: DisconnectReason, details?: Error): void {
    this.connected = this.#joining = false;
    this.#joins++;
    this.id = undefined;
    this._fire("disconnect", reason, details);
    this.#acks.failAllBut(new Set(this.sendBuffer.map(({ id }) => id)), "socket has been disconnected");
  }

  /** @internal A packet for this namespace has come. */
  _onpacket({ type, data, id }: Packet): void {
    if (type === EVENT) {
      if (id !== undefined) data.push(this.#answer(id));
      if (this.connected) this.#deliver(data);
      else this.receiveBuffer.push(data);
    } else if (type === ACK) {
      this.#acks.resolve(id!, data);
    } else if (type === CONNECT) {
      this.#joining = false;
      if (data?.sid) this.#onconnect(data.sid, data.pid);
      else this.#refuse(new Error("the server speaks Socket.IO 2"));
    } else if (type === CONNECT_ERROR) {
      this.#joining = false;
      this.#refuse(Object.assign(new Error(data.message ?? data), { data: data.data }));
    } else {
      this.#leave();
      this._onclose("io server disconnect");
    }
  }

  #onconnect(id: string, sessionId?: string): void {
    this.recovered = !!sessionId && sessionId === this.#sessionId;
    // The position in another session means nothing in a new one.
    if (!this.recovered) this.#offset = undefined;
    this.#sessionId = sessionId;
    this.id = id;
    this.connected = true;
    // Out before in: what a listener emits must not overtake what has been waiting.
    for (const packet of this.sendBuffer.splice(0)) this.#transmit(packet);
    this.#retryQueue?.drain(true);
    for (const args of this.receiveBuffer.splice(0)) this.#deliver(args);
    if (this.connected) this._fire("connect");
  }

  #deliver(args: unknown[]): void {
    // With recovery, the server adds the event's position as last argument.
    if (this.#sessionId && args.length > 1 && typeof args.at(-1) === "string") this.#offset = args.at(-1) as string;
    this._incoming(args);
    this._fire(`${args[0]}`, ...args.slice(1));
  }

  /** The function that acknowledges an event: once, and only to the session that asked. */
  #answer(id: number): (...args: unknown[]) => void {
    const session = this.id;
    let answered = false;
    return (...args) => {
      if (answered || !this.connected || (session ?? this.id) !== this.id) return;
      const encoded = encode(ACK, this.nsp, args, id);
      answered = true;
      this.io._write(encoded);
    };
  }

  #refuse(error: Error): void {
    this.#leave();
    this._fire("connect_error", error);
  }

  #leave(): void {
    this.#wanted = false;
    this.#joins++;
    if (this.#joining) this.io._stale.add(this.nsp);
    this.#joining = false;
    this.io._release(this);
  }
}
