import { type Binary, fromBase64 } from "./binary.js";
import { Emitter } from "./emitter.js";
import type { EngineOptions } from "./options.js";
import { after, type Timer } from "./timer.js";
import { PollingTransport } from "./transports/polling.js";
import {
  type Frame,
  type Link,
  type Transport,
  transportError,
  type TransportError,
  type TransportName,
} from "./transports/transport.js";
import { webSocketClass, WebSocketTransport } from "./transports/websocket.js";
import { enginePath } from "./url.js";

const PACKET_TYPES = ["open", "close", "ping", "pong", "message", "upgrade", "noop"];
const PING = "2";
const PONG = "3";
const MESSAGE = "4";
const UPGRADE = "5";

/** What the server says when a session begins; times in milliseconds. */
interface Handshake {
  sid: string;
  upgrades: string[];
  pingInterval: number;
  pingTimeout: number;
  maxPayload?: number;
}

/** Whether a WebSocket has worked on this page, for the option `rememberUpgrade`. */
let webSocketWorked = false;

/** One connection of Engine.IO, from its first request to its end; it never comes back. Fires what Manager needs. */
export class Engine extends Emitter<Record<string, (...args: any[]) => void>> implements Link {
  id = "";
  maxPayload = Infinity;
  readyState: "opening" | "open" | "closing" | "closed" = "opening";
  /** The transport in use. */
  transport!: Transport;
  readonly opts: EngineOptions;
  readonly #origin: string;
  readonly #names: TransportName[];
  readonly #queue: Frame[] = [];
  #probe?: Transport;
  #upgrading = false;
  #patience = 0;
  #deadline = Infinity;
  #heartbeat?: Timer;
  readonly #onoffline = (): void =>
    this.#end("transport close", transportError("network connection lost"));

  /** `origin` is the server's, as in `https://host:port`. */
  constructor(origin: string, opts: EngineOptions) {
    super();
    this.#origin = origin;
    this.opts = opts;
    this.#names = [...(opts.transports ?? (["polling", "websocket"] as const))];
  }

  /** The address of this connection for a transport. */
  url(transport: TransportName): string {
    const params = new URLSearchParams({ ...this.opts.query, EIO: "4", transport });
    if (this.id) params.set("sid", this.id);
    const scheme = transport === "websocket" ? this.#origin.replace("http", "ws") : this.#origin;
    return `${scheme}${enginePath(this.opts)}?${params}`.replace(/\+/g, "%20");
  }

  /** Starts the handshake. */
  open(): void {
    const remembered = this.opts.rememberUpgrade && webSocketWorked && this.#names.includes("websocket");
    const name = remembered ? "websocket" : this.#names[0];
    this.#use(name === "websocket" ? new WebSocketTransport(this) : new PollingTransport(this));
    this.transport.open();
    // A local server is reached without a network.
    if (!/\/\/(localhost|127\.|\[::1)/.test(this.#origin)) globalThis.addEventListener?.("offline", this.#onoffline);
  }

  /** Sends a message: text or binary. Nothing happens when the connection is closing or closed. */
  write(message: string | Binary): void {
    if (this.readyState === "open" || this.readyState === "opening") {
      this._fire("packetCreate", { type: "message", data: message });
      this.#push(typeof message === "string" ? MESSAGE + message : message);
    }
  }

  /** Ends the connection once what was written has gone out. */
  close(): this {
    if (this.readyState === "opening") this.#end("forced close");
    else if (this.readyState === "open") {
      this.readyState = "closing";
      if (!this.#upgrading) this.#abandonProbe();
      this.#flush();
    }
    return this;
  }

  /**
   * Whether the server has been silent for too long. The heartbeat's timer tells too, but late where timers are
   * throttled or the machine slept; so everything that would write asks here first.
   */
  expired(): boolean {
    const expired = Date.now() > this.#deadline;
    if (expired) setTimeout(() => this.#end("ping timeout"));
    return expired;
  }

  #push(frame: Frame): void {
    this.#queue.push(frame);
    this.#flush();
  }

  /** Goes on with what is to be done as soon as the transport is free: sending, then closing. */
  #flush(): void {
    if (!this.id || this.#upgrading || this.transport._busy) return;
    if (this.#queue.length) this.transport.send(this.#queue);
    else if (this.readyState === "closing") this.#end("forced close");
  }

  #use(transport: Transport): void {
    this.transport = transport;
    transport._onframe = (data) => this.#receive(data);
    transport._ondrain = () => {
      if (!this.#queue.length) this._fire("drain");
      this.#flush();
    };
    transport._onend = (reason, details) => {
      if (this.readyState === "opening" && this.opts.tryAllTransports && this.#names.length > 1) {
        this.#names.splice(this.#names.indexOf(transport.name), 1);
        this.open();
      } else this.#end(reason, details);
    };
  }

  #receive(data: string | ArrayBuffer): void {
    if (this.readyState === "closed") return;
    try {
      if (typeof data !== "string") this.#message(data);
      else if (data[0] === "b") this.#message(fromBase64(data.slice(1)));
      else this.#packet(data.slice(0, 1), data.slice(1));
    } catch (error) {
      this.#end("transport error", transportError("server error", error));
    }
  }

  #packet(type: string, data: string): void {
    const name = PACKET_TYPES[/[0-6]/.test(type) ? +type : -1];
    if (!name) throw new Error("unknown packet");
    if (type === MESSAGE) return this.#message(data);
    this._fire("packet", { type: name, data });
    if (name === "open" && this.readyState === "opening") this.#begin(JSON.parse(data));
    else if (name === "close") {
      // There is no session any more that polling could say goodbye to.
      this.id = "";
      this.#end("transport close");
    } else if (type === PING) {
      this.#expectPing();
      this._fire("ping");
      this.#push(PONG);
    }
  }

  #message(data: string | ArrayBuffer): void {
    this._fire("packet", { type: "message", data });
    this._fire("message", data);
  }

  #begin({ sid, upgrades, pingInterval, pingTimeout, maxPayload }: Handshake): void {
    this.id = sid;
    this.maxPayload = maxPayload || Infinity;
    this.#patience = pingInterval + pingTimeout;
    this.#expectPing();
    this.readyState = "open";
    webSocketWorked = this.transport.name === "websocket";
    this._fire("open");
    this.#flush();
    const wanted = this.opts.upgrade !== false && this.#names.includes("websocket") && upgrades.includes("websocket");
    if (wanted && this.transport.name === "polling" && webSocketClass(this)) this.#upgrade(this.transport);
  }

  #expectPing(): void {
    clearTimeout(this.#heartbeat);
    this.#deadline = Date.now() + this.#patience;
    this.#heartbeat = after(this.#patience, () => this.#end("ping timeout"));
  }

  /**
   * Tries a WebSocket while polling goes on; if it answers, lets polling come to its end, which keeps the order, and
   * goes over to it.
   */
  #upgrade(polling: Transport): void {
    const socket = new WebSocketTransport(this);
    this.#probe = socket;
    socket.onopen = () => socket.send([PING + "probe"]);
    socket._onend = (_reason, details) => this.#abandonProbe(details);
    socket._onframe = (data) => {
      if (data !== PONG + "probe") return this.#abandonProbe(transportError("probe error"));
      this.#upgrading = true;
      (polling as PollingTransport)._pause(() => {
        if (this.#probe !== socket) return;
        this.#probe = undefined;
        this.#upgrading = false;
        webSocketWorked = true;
        this.#use(socket);
        socket.send([UPGRADE]);
        this._fire("upgrade", socket);
        this.#flush();
      });
    };
    socket.open();
  }

  #abandonProbe(error?: TransportError): void {
    const probe = this.#probe;
    if (!probe) return;
    this.#probe = undefined;
    probe.close();
    if (this.#upgrading) {
      this.#upgrading = false;
      (this.transport as PollingTransport)._resume();
    }
    if (error) this._fire("upgradeError", error);
    this.#flush();
  }

  #end(reason: string, details?: TransportError): void {
    if (this.readyState === "closed") return;
    this.readyState = "closed";
    clearTimeout(this.#heartbeat);
    globalThis.removeEventListener?.("offline", this.#onoffline);
    this.#probe?.close();
    this.transport.close();
    this.#queue.length = 0;
    if (reason === "transport error") this._fire("error", details);
    this._fire("close", reason, details);
  }
}
