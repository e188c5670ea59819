// socket.io-client of any version behind one interface.
import { createRequire } from "node:module";
import { until, within } from "../../scenarios/kit.mjs";
import { CHECKS, RECOVERY } from "./checks.mjs";

const require = createRequire(import.meta.url);

class Client {
  #managers = [];

  constructor(library, { url, transports, eio, options }) {
    Object.assign(this, { library, url, transports, eio, options });
  }

  get lastTransport() {
    return this.transports.at(-1);
  }

  /** A connected socket on a connection of its own. */
  async connect(nsp = "/", token) {
    const socket = this.#open(nsp, token);
    await this.#outcome(socket, "connect");
    return socket;
  }

  /** A second namespace on the connection of `socket`. */
  async join(socket, nsp) {
    const joined = socket.io.socket(nsp);
    await this.#outcome(joined, "connect");
    return joined;
  }

  /** What a refused client hears: `message` and `code`, as far as its version tells them. */
  async refusal(nsp, token) {
    const reason = await this.#outcome(this.#open(nsp, token), "refusal");
    // Version 2 hears the data alone, or where there are none the message.
    return { message: reason.message ?? reason, code: reason.data?.code ?? reason.code };
  }

  engine(socket) {
    return socket.io.engine;
  }

  /** Waits for the last of the allowed transports. */
  settled(socket) {
    const arrived = () => !this.engine(socket).upgrading && this.engine(socket).transport.name === this.lastTransport;
    return until(arrived, `the transport ${this.lastTransport}`);
  }

  close() {
    for (const manager of this.#managers) manager.engine?.close();
  }

  #open(nsp, token) {
    const manager = new this.library.Manager(this.url, {
      transports: this.transports,
      reconnection: false,
      ...this.options,
    });
    this.#managers.push(manager);
    // Before version 3 the credentials of a namespace are its query.
    return manager.socket(nsp, token && (this.eio === 4 ? { auth: { token } } : { query: `token=${token}` }));
  }

  #outcome(socket, wanted) {
    const refusal = this.eio === 4 ? "connect_error" : "error";
    const outcome = new Promise((resolve, reject) => {
      socket.once("connect", () => (wanted === "connect" ? resolve() : reject(new Error("was not refused"))));
      socket.once(refusal, (reason) =>
        wanted === "refusal" ? resolve(reason) : reject(new Error(`refused: ${reason?.message ?? reason}`)),
      );
      // The connection itself may fail.
      if (this.eio === 3) socket.once("connect_error", (error) => reject(error));
    });
    return within(outcome, `the answer to CONNECT ${socket.nsp}`);
  }
}

/** The rows' `play`: tries everything, and answers for each check an error or `null`. */
export function socketio(name, { eio = 4, parser, recovery = false } = {}) {
  const library = require(name);
  const options = parser ? { parser: require(parser) } : {};
  const checks = recovery ? { ...CHECKS, ...RECOVERY } : CHECKS;
  return ({ url, transports }) => playAll(checks, () => new Client(library, { url, transports, eio, options }));
}

/** Plays the checks one after another, those that mostly wait beside them; each with a client of its own. */
export async function playAll(checks, newClient) {
  const outcome = async ([sentence, check]) => {
    const client = newClient();
    try {
      await check(client);
      return [sentence, null];
    } catch (error) {
      return [sentence, error?.message ?? String(error)];
    } finally {
      client.close();
    }
  };
  const waiting = outcome(["heartbeat", checks.heartbeat]);
  const results = {};
  for (const entry of Object.entries(checks)) {
    const [sentence, error] = entry[0] === "heartbeat" ? await waiting : await outcome(entry);
    results[sentence] = error;
    // Who cannot connect need not wait in vain for all the rest.
    if (sentence === "connect" && error !== null) break;
  }
  return results;
}
