// What a check connects with, by the kind of client: the libraries of Node or of a page, and the server's address.
import { within } from "./checks/kit.mjs";

class World {
  #undo = [];

  /** `row` says which client over what; `row.url` is the server's. */
  constructor(libraries, row) {
    Object.assign(this, row, { libraries });
  }

  get websocketUrl() {
    return this.url.replace("http", "ws");
  }

  /** Runs when the check is over. */
  finally(undo) {
    this.#undo.push(undo);
  }

  close() {
    for (const undo of this.#undo.splice(0)) undo();
  }
}

class WebSocketWorld extends World {
  async open(path, protocols = []) {
    const socket = this.libraries.connect(this.websocketUrl + path, protocols);
    this.finally(() => socket.close());
    await within(socket.opened, "the WebSocket");
    return socket;
  }
}

class EventsWorld extends World {
  events(path) {
    const source = new this.libraries.EventSource(this.url + path, { withCredentials: true });
    this.finally(() => source.close());
    return source;
  }
}

class SockJsWorld extends World {
  /** A SockJS that may still be connecting. */
  sockjs(path, options = {}) {
    const socket = new this.libraries.SockJS(this.url + path, null, {
      transports: this.transport,
      timeout: 8000,
      ...options,
    });
    this.finally(() => socket.close());
    return socket;
  }

  /** An open SockJS, and in `heard` what it hears. */
  async open(path, options) {
    const socket = this.sockjs(path, options);
    socket.heard = [];
    socket.addEventListener("message", ({ data }) => socket.heard.push(data));
    const outcome = new Promise((resolve, reject) => {
      socket.addEventListener("open", resolve);
      socket.addEventListener("close", ({ code, reason }) => reject(new Error(`closed with ${code} ${reason}`)));
    });
    await within(outcome, `a session over ${this.transport}`);
    return socket;
  }
}

class MultiplexWorld extends SockJsWorld {
  multiplex(path) {
    return new this.libraries.WebSocketMultiplex(this.bare ? this.#websocket(`${path}/websocket`) : this.sockjs(path));
  }

  #websocket(path) {
    const socket = new this.libraries.WebSocket(this.websocketUrl + path);
    this.finally(() => socket.close());
    return socket;
  }
}

class ShoeWorld extends World {
  shoe(path) {
    const stream = this.libraries.shoe(this.url + path);
    this.finally(() => stream.sock.close());
    return stream;
  }
}

class PrimusWorld extends World {
  /**
   * An open connection, and in `heard` what it hears. It comes back fast, and unless told otherwise it does not mind
   * a busy machine.
   */
  async open(options = { pingTimeout: 10_000 }) {
    const primus = new this.libraries.Primus(this.url, { reconnect: { min: 20, max: 500 }, ...options });
    this.finally(() => primus.end());
    primus.heard = [];
    primus.on("data", (data) => primus.heard.push(data));
    primus.on("error", () => {});
    await within(new Promise((resolve) => primus.once("open", resolve)), "a connection");
    return primus;
  }
}

export const WORLDS = {
  websocket: WebSocketWorld,
  events: EventsWorld,
  sockjs: SockJsWorld,
  multiplex: MultiplexWorld,
  shoe: ShoeWorld,
  primus: PrimusWorld,
  plugins: PrimusWorld,
};
