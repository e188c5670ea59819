// The connection: its state, its transport, its latency, and how it comes back.

const BEAT_EVERY = 1000;
const SAMPLES = 40;

/**
 * Tells `changed()` whenever something below has changed, and `back(ms, attempts)` when a lost connection has come back.
 * `path` is where the server takes Socket.IO clients.
 */
export class Connection {
  /** "connecting", "online", "offline" (comes back by itself) or "refused" (does not). */
  state = "connecting";
  transport = "";
  /** Why the server does not let us in. */
  refusal = "";
  attempts = 0;
  lostAt = 0;
  /** Round-trip times in milliseconds; null for a heartbeat that found no connection. */
  samples = [];

  constructor(path, name, { changed, back }) {
    this.changed = changed;
    this.back = back;
    // A longer delay than the usual second, so that one can see what happens meanwhile.
    this.socket = io("/playground", { path, auth: { name }, reconnectionDelay: 2000, randomizationFactor: 0.2 });
    this.#watch();
    setInterval(() => this.#beat(), BEAT_EVERY);
  }

  get online() {
    return this.state === "online";
  }

  /** Ends the connection as a bad network would; the client then comes back by itself. */
  cut() {
    this.socket.io.engine.close();
  }

  /** Does not wait for the next attempt. */
  again() {
    this.attempts++;
    this.socket.disconnect().connect();
  }

  /** Comes in again under another name. */
  rename(name) {
    this.socket.auth = { name };
    this.refusal = "";
    this.socket.disconnect();
    // Left on purpose: there is no loss to tell of.
    Object.assign(this, { state: "connecting", lostAt: 0 });
    this.socket.connect();
  }

  #watch() {
    const { socket } = this;
    socket.on("connect", () => this.#online());
    socket.on("disconnect", (reason) => this.#lost(reason === "io server disconnect" ? "refused" : "offline"));
    socket.on("connect_error", (error) => {
      if (!socket.active) this.refusal = error.message;
      this.#lost(socket.active ? "offline" : "refused");
    });
    socket.io.on("reconnect_attempt", (attempt) => {
      this.attempts = attempt;
      this.changed();
    });
    socket.io.on("open", () => this.#watchTransport());
  }

  #watchTransport() {
    const { engine } = this.socket.io;
    const show = () => {
      this.transport = engine.transport.name;
      this.changed();
    };
    show();
    engine.on("upgrade", show);
  }

  #online() {
    const { lostAt, attempts } = this;
    Object.assign(this, { state: "online", lostAt: 0, attempts: 0, refusal: "" });
    this.changed();
    if (lostAt) this.back(performance.now() - lostAt, attempts);
    this.#beat();
  }

  #lost(state) {
    this.lostAt ||= performance.now();
    this.transport = "";
    this.state = state;
    this.changed();
  }

  #beat() {
    if (document.hidden) return;
    if (!this.online) return this.#sample(null);
    const start = performance.now();
    this.socket.timeout(5000).emit("beat", (error) => this.#sample(error ? null : performance.now() - start));
  }

  #sample(ms) {
    this.samples.push(ms);
    if (this.samples.length > SAMPLES) this.samples.shift();
    this.changed();
  }
}
