// Starts a server under test: the Node reference (SERVER=node) or Roomful's `target` binary (the default).
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { within } from "./wait.mjs";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export const SERVER = process.env.SERVER ?? "roomful";
if (!["roomful", "node"].includes(SERVER)) throw new Error(`SERVER is roomful or node, not ${SERVER}`);
export const BINARY = process.env.ROOMFUL_TARGET ?? here("../../../target/release/target");

/** Test options: skips a test whose wish the reference itself does not fulfil. */
export const unlessReference = (reason) => ({ skip: SERVER === "node" && `the reference deviates: ${reason}` });

const command = (server, name) =>
  server === "node" ? [process.execPath, [here(`../reference/${name}.mjs`)]] : [BINARY, [name]];

// A test process that dies must not leave servers behind.
const children = new Set();
process.on("exit", () => children.forEach((child) => child.kill("SIGKILL")));
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));

/** Heartbeats long enough that a busy machine never cuts a client off; for tests not about heartbeats. */
export const CALM = { PING_INTERVAL: "25000", PING_TIMEOUT: "20000" };

/** A server of the kind that is under test. */
export const startTarget = (name, env) => startServer(SERVER, name, env);

/** A server of the kind `node` or `roomful`, for what compares the two. */
export async function startServer(server, name, env = {}) {
  // Another test process may take the port between the look and the start; then try another.
  for (let attempt = 1; ; attempt++) {
    const target = new Target(server, name, env, await freePort());
    try {
      await target.launch();
      return target;
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}

class Target {
  #child;
  #stderr = "";

  constructor(server, name, env, port) {
    Object.assign(this, { server, name, env, port, url: `http://127.0.0.1:${port}` });
  }

  get pid() {
    return this.#child.pid;
  }

  get running() {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async launch() {
    const [file, args] = command(this.server, this.name);
    const child = spawn(file, args, {
      env: { ...process.env, ...this.env, PORT: String(this.port) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    children.add(child);
    child.once("exit", () => children.delete(child));
    child.stderr.on("data", (chunk) => (this.#stderr = (this.#stderr + chunk).slice(-4000)));

    const listening = new Promise((resolve, reject) => {
      createInterface({ input: child.stdout }).on("line", (line) => {
        if (line.trim() === `LISTEN ${this.port}`) resolve();
      });
      child.once("error", reject);
      child.once("exit", (code) => reject(new Error(`${this.name} ended with ${code}: ${this.#stderr}`)));
    });
    try {
      await within(listening, `${this.name} to print LISTEN ${this.port}`);
    } catch (error) {
      child.kill("SIGKILL");
      throw error;
    }
  }

  /** Ends the server as an operator does, and answers how many milliseconds that took. */
  async stop() {
    const begin = performance.now();
    await this.#end("SIGTERM");
    return performance.now() - begin;
  }

  /** Ends the server without a chance to say goodbye. */
  kill() {
    return this.#end("SIGKILL");
  }

  /** The same server again, on the same port. */
  async restart() {
    await this.stop();
    await this.launch();
  }

  async #end(signal) {
    if (!this.running) return;
    const exited = once(this.#child, "exit");
    this.#child.kill(signal);
    try {
      await within(exited, `${this.name} to end after ${signal}`, 5000);
    } finally {
      if (this.running) this.#child.kill("SIGKILL");
    }
  }
}

/**
 * A loopback port below the range from which the system takes ports of outgoing connections, so that no
 * client can occupy it while the server restarts.
 */
async function freePort() {
  for (;;) {
    const port = 12_000 + Math.floor(Math.random() * 18_000);
    const probe = createServer();
    const free = await new Promise((resolve) => {
      probe.once("error", () => resolve(false));
      probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
    });
    if (free) return port;
  }
}
