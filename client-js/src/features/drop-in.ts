import { type AnyListener, Emitter } from "../emitter.js";
import type { Engine } from "../engine.js";
import { hooks } from "../hooks.js";
import { DEFAULTS, Manager } from "../manager.js";
import { Socket } from "../socket.js";
import type { EventNames, EventsMap, Listener } from "../types.js";

declare module "../emitter.js" {
  // Other names of its methods. In `roomful-client/ws`, after `addDropIn()`.
  interface Emitter<Map_ extends EventsMap, Own extends EventsMap> {
    /** The same as `on`. */
    addEventListener<Ev extends EventNames<Map_> | EventNames<Own>>(
      event: Ev,
      fn: Listener<Own, Map_, Ev>,
      options?: ListenOptions,
    ): this;
    /** The same as `off`. */
    removeListener<Ev extends EventNames<Map_> | EventNames<Own>>(event?: Ev, fn?: Listener<Own, Map_, Ev>): this;
    /** The same as `off`. */
    removeEventListener<Ev extends EventNames<Map_> | EventNames<Own>>(event?: Ev, fn?: Listener<Own, Map_, Ev>): this;
    /** The same as `off` without a listener. */
    removeAllListeners(event?: EventNames<Map_> | EventNames<Own>): this;
    /** Whether an event has listeners. */
    hasListeners(event: EventNames<Map_> | EventNames<Own>): boolean;
  }
}

declare module "../socket.js" {
  // Other names, and listeners for all events. In `roomful-client/ws`, after `addDropIn()`.
  interface Socket<ListenEvents extends EventsMap, EmitEvents extends EventsMap> {
    /** The same as `connect`. */
    open(): this;
    /** The same as `disconnect`. */
    close(): this;
    /** Emits "message". */
    send(...args: any[]): this;
    /** Does nothing, as browsers decide on compression: for programs that also run on the official client. */
    compress(compress: boolean): this;
    /** Adds a listener for every event that comes. */
    onAny(fn: AnyListener): this;
    /** Adds a listener for every event that comes, before the others. */
    prependAny(fn: AnyListener): this;
    /** Removes a listener for every event that comes, or all of them. */
    offAny(fn?: AnyListener): this;
    /** The listeners for every event that comes. */
    listenersAny(): AnyListener[];
    /** Adds a listener for every event that is sent (when it is, not while it waits for a connection). */
    onAnyOutgoing(fn: AnyListener): this;
    /** Adds a listener for every event that is sent, before the others. */
    prependAnyOutgoing(fn: AnyListener): this;
    /** Removes a listener for every event that is sent, or all of them. */
    offAnyOutgoing(fn?: AnyListener): this;
    /** The listeners for every event that is sent. */
    listenersAnyOutgoing(): AnyListener[];
  }
}

declare module "../manager.js" {
  // Its settings, which its options begin with: without argument read, with one changed. In `roomful-client/ws`, after
  // `addDropIn()`.
  interface Manager<ListenEvents extends EventsMap, EmitEvents extends EventsMap> {
    /** The same as `open`. */
    connect(callback?: (err?: Error) => void): this;
    /** Whether to come back after a loss. */
    reconnection(): boolean;
    /** Changes whether to come back after a loss. */
    reconnection(value: boolean): this;
    /** Attempts before giving up. */
    reconnectionAttempts(): number;
    /** Changes how many attempts there are before giving up. */
    reconnectionAttempts(value: number): this;
    /** Milliseconds before the first attempt to come back. */
    reconnectionDelay(): number;
    /** Changes the milliseconds before the first attempt to come back. */
    reconnectionDelay(value: number): this;
    /** Most milliseconds between attempts. */
    reconnectionDelayMax(): number;
    /** Changes the most milliseconds between attempts. */
    reconnectionDelayMax(value: number): this;
    /** The part of a delay that chance may add or take away, 0 to 1. */
    randomizationFactor(): number;
    /** Changes the part of a delay that chance may add or take away, 0 to 1. */
    randomizationFactor(value: number): this;
    /** Milliseconds an attempt to connect may take, or false for no limit. */
    timeout(): number | false;
    /** Changes the milliseconds that an attempt to connect may take, or false for no limit. */
    timeout(value: number | false): this;
  }
}

const PACKET_TYPES = ["open", "close", "ping", "pong", "message", "upgrade", "noop"];

/**
 * Adds what only programs written for the official client need: other names, listeners for all events, settings as
 * methods.
 */
export function addDropIn(): void {
  addNames();
  for (const direction of ["Any", "AnyOutgoing"]) addCatchAll(direction);
  addSettings();
  hooks._server = ({ hostname, host = hostname, port }) => host && host + (port ? ":" + port : "");
  hooks._observe = observe;
}

function addNames(): void {
  const { on, off } = Emitter.prototype;
  Object.assign(Emitter.prototype, {
    addEventListener: on,
    removeListener: off,
    removeEventListener: off,
    removeAllListeners: off,
    hasListeners(this: Emitter<any>, event: string) {
      return !!this.listeners(event)[0];
    },
  });
  const { connect, disconnect } = Socket.prototype;
  Object.assign(Socket.prototype, {
    open: connect,
    close: disconnect,
    send(this: Socket, ...args: unknown[]) {
      return this.emit("message", ...args);
    },
    compress(this: Socket) {
      return this;
    },
  });
}

/** Methods for listeners for all events of a direction. */
function addCatchAll(direction: string): void {
  const methods: any = Socket.prototype;
  methods["on" + direction] = function (this: Socket, fn: AnyListener) {
    this._bus.on(direction, fn);
    return this;
  };
  methods["off" + direction] = function (this: Socket, fn?: AnyListener) {
    this._bus.off(direction, fn);
    return this;
  };
  methods["prepend" + direction] = function (this: Socket, fn: AnyListener) {
    const others = this._bus.listeners(direction);
    this._bus.off(direction);
    for (const listener of [fn, ...others]) this._bus.on(direction, listener);
    return this;
  };
  methods["listeners" + direction] = function (this: Socket) {
    return this._bus.listeners(direction);
  };
}

function addSettings(): void {
  const methods: any = Manager.prototype;
  methods.connect = methods.open;
  for (const name in DEFAULTS) {
    methods[name] = function (value?: unknown) {
      if (value === undefined) return this.opts[name];
      this.opts[name] = value;
      return this;
    };
  }
}

/** Lets a connection tell of its packets. */
function observe(engine: Engine): void {
  const { _onpacket, _write } = engine;
  engine._onpacket = (type, data) => {
    engine._fire("packet", { type: PACKET_TYPES[+type], data });
    _onpacket(type, data);
  };
  engine._write = (data) => {
    engine._fire("packetCreate", { type: "message", data });
    _write(data);
  };
}
