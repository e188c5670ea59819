// What the shared tests run in: Node and browsers alike. A test gets `t`, which starts servers and makes clients, and
// takes them away in the end.

/** The ways to connect that every feature must work over. */
export const TRANSPORTS = {
  polling: { transports: ["polling"] },
  websocket: { transports: ["websocket"] },
  "polling with upgrade": { transports: ["polling", "websocket"] },
};

/** Heartbeats so long that a busy machine cuts nobody off. */
const CALM = { PING_INTERVAL: "25000", PING_TIMEOUT: "20000" };

const FAST = { reconnectionDelay: 20, reconnectionDelayMax: 100, forceNew: true };

/** The arguments of the next `name` of an emitter. */
export function event(emitter, name) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no "${name}" within 10 s`)), 10_000);
    emitter.once(name, (...args) => {
      clearTimeout(timer);
      resolve(args);
    });
  });
}

/** Waits until a condition holds. */
export async function until(condition, what = condition.toString()) {
  const deadline = performance.now() + 10_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`not within 10 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The numbers of binary data of any kind. */
export function bytes(data) {
  return Array.from(ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data));
}

/** One test's own servers and clients. */
class Case {
  #world;
  #cleanups = [];

  constructor(world) {
    this.#world = world;
  }

  after(fn) {
    this.#cleanups.push(fn);
  }

  async end() {
    for (const fn of this.#cleanups.reverse()) await fn();
  }

  /** A server of this test alone, which it may stop and start again. */
  async server(env = {}) {
    const { ask, kind } = this.#world;
    const its = { kind, env: { ...CALM, ...env } };
    const { port } = await ask("start", its);
    const server = {
      port,
      url: `http://127.0.0.1:${port}`,
      stop: () => ask("stop", { port }),
      start: () => ask("start", { ...its, port }),
    };
    this.after(server.stop);
    return server;
  }

  /** A server that tests share which leave it as it is. */
  async sharedServer(env = {}) {
    const { shared, ask, kind } = this.#world;
    const key = JSON.stringify(env);
    shared[key] ??= ask("start", { kind, env: { ...CALM, ...env } }).then(({ port }) => ({ port, url: `http://127.0.0.1:${port}` }));
    return shared[key];
  }

  /** A socket, of the client under test or of another one. */
  connect(server, options = {}, nsp = "", { io } = this.#world.client) {
    const socket = io(server.url + nsp, { ...this.#world.options, ...FAST, ...options });
    this.after(() => socket.disconnect());
    return socket;
  }

  /** A Manager. */
  manage(server, options = {}) {
    const manager = new this.#world.client.Manager(server.url, { ...this.#world.options, ...FAST, ...options });
    this.after(() => manager._close());
    return manager;
  }
}

/**
 * Declares tests by `declare(name, fn)`. `kind` is the server's ("npm" or "roomful"), `client` the module under test,
 * `options` what it needs here, `lab` the address that starts servers.
 */
export function makeWorld({ declare, kind, client, options, lab }) {
  const ask = async (action, body) => {
    const response = await fetch(`${lab}/${action}`, { method: "POST", body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`${action}: ${await response.text()}`);
    return response.json();
  };
  const world = { kind, client, options, ask, shared: {} };
  const test = (name, fn) =>
    declare(name, async () => {
      const t = new Case(world);
      try {
        await fn(t);
      } finally {
        await t.end();
      }
    });
  const overEachTransport = (name, fn) => {
    for (const [transport, its] of Object.entries(TRANSPORTS)) test(`${name} (${transport})`, (t) => fn(t, its));
  };
  return { test, overEachTransport, client, kind };
}
