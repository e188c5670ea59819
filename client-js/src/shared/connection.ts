import type { AuthData, io, IoOptions, Socket } from "../index.js";
import type { FromTab, ToTab, Wish } from "./messages.js";
import type { Tab } from "./tab.js";

/** Milliseconds that a connection without tabs is kept: a tab that loads another page finds it connected. */
const LINGER = 1000;

/** Milliseconds that a tab may take to give its auth data; then another one is asked. */
const AUTH_PATIENCE = 5000;

/** Acknowledgements for the server that tabs may still give; the oldest go first. */
const MAX_QUESTIONS = 10_000;

type Ack = (...args: unknown[]) => void;

/** A socket of the worker, and the tabs that share it. */
export class Connection {
  readonly #socket: Socket<any, any>;
  readonly #options: IoOptions;
  readonly #tabs = new Set<Tab>();
  readonly #questions = new Map<number, Ack>();
  readonly #authWaiting = new Map<number, (message: { data?: AuthData; error?: string }) => void>();
  readonly #onidle: () => void;
  #ids = 0;
  #timer?: ReturnType<typeof setTimeout>;

  /** `onidle` is called when no tab has used it for a while; it is disconnected then. */
  constructor(makeSocket: typeof io, { uri, options, asksAuth }: Wish, onidle: () => void) {
    this.#onidle = onidle;
    this.#options = options;
    const socket = (this.#socket = makeSocket(uri, asksAuth ? { ...options, auth: () => this.#askAuth() } : options));
    socket.on("connect", () => this.#tell(this.#connected()));
    socket.on("connect_error", ({ message, data }) =>
      this.#tell({ type: "connect_error", message, data, active: socket.active }),
    );
    socket.on("disconnect", (reason, details) => {
      this.#questions.clear();
      this.#tell({ type: "disconnect", reason, details: details?.message, active: socket.active });
    });
    socket.onAny((...args: unknown[]) => this.#onevent(args));
  }

  /** Lets a tab take part, until it is gone. */
  add(tab: Tab): void {
    clearTimeout(this.#timer);
    this.#tabs.add(tab);
    tab.begin(this.#options.bufferLimit, () => {
      this.#tabs.delete(tab);
      if (!this.#tabs.size) this.#timer = setTimeout(() => this.#close(), LINGER);
    });
    if (this.#socket.connected) tab.send(this.#connected());
    else if (!this.#socket.active) this.#socket.connect();
  }

  /** What a tab that takes part says. */
  onmessage(tab: Tab, message: FromTab): void {
    if (message.type === "emit") this.#emit(tab, message);
    else if (message.type === "ack") {
      // The first tab that answers does so for all.
      this.#questions.get(message.id)?.(...message.args);
      this.#questions.delete(message.id);
    } else if (message.type === "auth") this.#authWaiting.get(message.id)?.(message);
  }

  #connected(): ToTab {
    return { type: "connect", id: this.#socket.id!, recovered: this.#socket.recovered };
  }

  #tell(message: ToTab): void {
    for (const tab of [...this.#tabs]) tab.send(message);
  }

  #onevent(args: unknown[]): void {
    if (typeof args.at(-1) !== "function") return this.#tell({ type: "event", args });
    const id = this.#ids++;
    this.#questions.set(id, args.pop() as Ack);
    if (this.#questions.size > MAX_QUESTIONS) this.#questions.delete(this.#questions.keys().next().value!);
    this.#tell({ type: "event", args, id });
  }

  #emit(tab: Tab, { args, isVolatile, id, timeout }: FromTab & { type: "emit" }): void {
    const socket = isVolatile ? this.#socket.volatile : this.#socket;
    const takesError = timeout !== undefined || this.#options.ackTimeout !== undefined || this.#options.retries;
    const callback = (...answer: any[]): void => {
      const error: Error | null = takesError ? answer.shift() : null;
      tab.send({ type: "answer", id: id!, error: error?.message, args: answer });
    };
    try {
      if (timeout !== undefined) socket.timeout(timeout);
      if (id === undefined) socket.emit(...(args as [string]));
      else socket.emit(...(args as [string]), callback);
    } catch (error) {
      const { message } = error as Error;
      if (id !== undefined && takesError) tab.send({ type: "answer", id, error: message, args: [] });
      else tab.send({ type: "refused", args, message });
    }
  }

  /** Asks one tab after the other, the newest first, until one gives the data. */
  async #askAuth(): Promise<AuthData> {
    for (const tab of [...this.#tabs].reverse()) {
      const id = this.#ids++;
      const answer = await new Promise<{ data?: AuthData; error?: string } | void>((resolve) => {
        this.#authWaiting.set(id, resolve);
        setTimeout(resolve, AUTH_PATIENCE);
        tab.send({ type: "ask auth", id });
      });
      this.#authWaiting.delete(id);
      if (answer?.error !== undefined) throw new Error(answer.error);
      if (answer) return answer.data ?? {};
    }
    throw new Error("no tab has given its auth data");
  }

  #close(): void {
    this.#onidle();
    this.#socket.disconnect();
  }
}
