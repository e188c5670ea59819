// What the scenarios stand on. It runs in Node and in the browser, so it uses nothing of either.
import { until, within } from "../lib/wait.mjs";

export { until, within };

export const MODES = {
  "polling": ["polling"],
  "websocket": ["websocket"],
  "polling, then websocket": ["polling", "websocket"],
};

/** Where a scenario plays: the official `io`, a server, the allowed transports. */
export class World {
  #managers = new Set();

  /** `restart` restarts the server on its port; `options` are the manager's, such as another parser. */
  constructor({ io, url, mode, restart, options = {} }) {
    Object.assign(this, { io, url, mode, restart, options, transports: MODES[mode] });
  }

  /** A socket on a connection of its own, without waiting for anything. */
  open(nsp = "/", options = {}) {
    const { auth, ...rest } = options;
    const manager = new this.io.Manager(this.url, {
      transports: this.transports,
      reconnection: false,
      ...this.options,
      ...rest,
    });
    this.#managers.add(manager);
    return manager.socket(nsp, { auth });
  }

  /** A connected socket on a connection of its own. */
  connect(nsp, options) {
    return connected(this.open(nsp, options));
  }

  close() {
    for (const manager of this.#managers) {
      manager.reconnection(false);
      manager.engine?.close();
    }
  }
}

/** Waits until `socket` is connected; fails with its connect error. */
export async function connected(socket) {
  if (socket.connected) return socket;
  const outcome = new Promise((resolve, reject) => {
    socket.once("connect", () => resolve(socket));
    socket.once("connect_error", reject);
  });
  return within(outcome, `a connection to ${socket.nsp}`);
}

/** The error with which the server refuses `socket`. */
export function refused(socket) {
  const outcome = new Promise((resolve, reject) => {
    socket.once("connect_error", resolve);
    socket.once("connect", () => reject(new Error(`${socket.nsp} was not refused`)));
  });
  return within(outcome, `a refusal by ${socket.nsp}`);
}

/** The arguments of the next `event`. */
export function next(emitter, event) {
  return within(new Promise((resolve) => emitter.once(event, (...args) => resolve(args))), `the event ${event}`);
}

/** Sends an event and answers the arguments of its ack. */
export function ask(socket, event, ...args) {
  return within(new Promise((resolve) => socket.emit(event, ...args, (...back) => resolve(back))), `ack of ${event}`);
}

/** Keeps the first argument of every `event` in the array it answers. */
export function heard(socket, event) {
  const all = [];
  socket.on(event, (first) => all.push(first));
  return all;
}

/**
 * Returns once everything that the server has sent to these sockets so far is here: what one connection
 * carries is in order, so the answer to `echo` comes after it. Lets a test say that something did NOT come.
 */
export const fence = (...sockets) => Promise.all(sockets.map((socket) => ask(socket, "echo", "fence")));

/** Resolves once the connection of `socket` uses the last of the allowed transports. */
export async function settled(world, socket) {
  const last = world.transports.at(-1);
  await until(() => socket.io.engine.transport.name === last && !socket.io.engine.upgrading, `transport ${last}`);
}

/** `length` bytes, all different from those of another `seed`. */
export const bytes = (length, seed = 0) => Uint8Array.from({ length }, (_, i) => (i * 7 + seed) & 255);

/** Fails unless both are the same data; binary may be of any type (Node hands out Buffer, pages ArrayBuffer). */
export function same(actual, expected, what = "value") {
  const [a, b] = [canonical(actual), canonical(expected)];
  if (a === b) return;
  throw new Error(`${what} is ${cut(a)}, expected ${cut(b)}`);
}

export function holds(condition, what) {
  if (!condition) throw new Error(`does not hold: ${what}`);
}

const cut = (text) => (text?.length > 300 ? `${text.slice(0, 300)}… (${text.length})` : text);

function canonical(value) {
  return JSON.stringify(plain(value));
}

function plain(value) {
  if (value instanceof ArrayBuffer) return { binary: [...new Uint8Array(value)] };
  if (ArrayBuffer.isView(value)) {
    return { binary: [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)] };
  }
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, plain(value[key])]));
}
