import { createServer } from "node:http";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { Server } from "socket.io";
import { WebSocket } from "ws";
import { io, Manager } from "../dist/index.js";

/** The ways to connect that every feature must work over. */
export const TRANSPORTS = {
  polling: { transports: ["polling"] },
  websocket: { transports: ["websocket"] },
  "polling with upgrade": { transports: ["polling", "websocket"] },
};

/** Declares one test for each way to connect. */
export function overEachTransport(test, name, fn) {
  for (const [transport, options] of Object.entries(TRANSPORTS)) {
    test(`${name} (${transport})`, { timeout: 20_000 }, (t) => fn(t, options));
  }
}

/** A server of the reference implementation, closed after the test. */
export async function startServer(t, options = {}, port = 0) {
  const http = createServer();
  const server = new Server(http, options);
  await new Promise((resolve) => http.listen(port, "127.0.0.1", resolve));
  const close = async () => {
    http.closeAllConnections();
    await server.close();
  };
  t.after(close);
  return { io: server, http, close, port: http.address().port, url: `http://127.0.0.1:${http.address().port}` };
}

const FAST = { WebSocket, reconnectionDelay: 10, reconnectionDelayMax: 50 };

/** A socket of ours, disconnected after the test. */
export function connect(t, url, options = {}) {
  const socket = io(url, { ...FAST, forceNew: true, ...options });
  t.after(() => socket.disconnect());
  return socket;
}

/** A Manager of ours, closed after the test. */
export function manage(t, url, options = {}) {
  const manager = new Manager(url, { ...FAST, ...options });
  t.after(() => manager._close());
  return manager;
}

/** The arguments of the next `name` of an emitter. */
export function event(emitter, name) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no "${name}" within 8 s`)), 8000);
    emitter.once(name, (...args) => {
      clearTimeout(timer);
      resolve(args);
    });
  });
}

/** Waits until a condition holds. */
export async function until(condition, what = condition.toString()) {
  const deadline = Date.now() + 8000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not within 8 s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A module of src, for tests of what the bundle does not export. */
export async function load(file) {
  const entry = fileURLToPath(new URL(`../src/${file}`, import.meta.url));
  const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: "esm", write: false, target: "es2022" });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}
