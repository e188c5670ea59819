// Raw Primus over each of its transformers: messages as JSON text, whatever carries them.
import { RawSocket } from "./ws.mjs";
import { newSession } from "./sockjs.mjs";

const same = (text) => text;

/** For each mount: where its WebSocket is, what comes first, and how a message is wrapped. */
const CARRIERS = {
  "primus-websockets": { path: () => "/primus-websockets", wrap: same, unwrap: same },
  "primus-faye": { path: () => "/primus-faye", wrap: same, unwrap: same },
  "primus-plugins": { path: () => "/primus-plugins", wrap: same, unwrap: same },
  "primus-engineio": {
    path: () => "/primus-engineio/",
    query: "EIO=4&transport=websocket",
    greeting: /^0\{/,
    wrap: (text) => `4${text}`,
    unwrap: (frame) => frame.slice(1),
    // How the transport itself says that it ends.
    farewell: /^1$/,
  },
  "primus-sockjs": {
    path: () => `${newSession("/primus-sockjs")}/websocket`,
    greeting: /^o$/,
    wrap: (text) => JSON.stringify([text]),
    unwrap: (frame) => JSON.parse(frame.slice(1))[0],
    farewell: /^c\[/,
  },
};

export class RawPrimus {
  #carrier;
  socket;

  static async open(target, mount) {
    const raw = new RawPrimus();
    const carrier = CARRIERS[mount];
    raw.#carrier = carrier;
    raw.socket = await RawSocket.attempt(target, {
      path: carrier.path(),
      query: carrier.query ?? "_primuscb=x",
      pong: Boolean(carrier.query),
    });
    if (carrier.greeting) {
      const greeting = await raw.socket.next("the transport's greeting");
      if (!carrier.greeting.test(greeting)) throw new Error(`no greeting: ${greeting}`);
    }
    return raw;
  }

  /** Sends messages, each a JSON text, or what should be one. */
  send(...texts) {
    for (const text of texts) this.socket.send(this.#carrier.wrap(text));
  }

  /** The next message as it stands there. Fails when the connection ends instead. */
  async next(what) {
    const frame = await this.socket.next(what);
    if (this.#carrier.farewell?.test(frame)) return this.next(what);
    return this.#carrier.unwrap(frame);
  }

  /** The next message which is no ping, as a value. */
  async value() {
    for (;;) {
      const value = JSON.parse(await this.next());
      if (typeof value !== "string" || !value.startsWith("primus::ping::")) return value;
    }
  }

  end() {
    return this.socket.end();
  }
}
