import type { Binary } from "./binary.js";
import { Emitter } from "./emitter.js";
import type { EngineOptions } from "./options.js";
import { hooks } from "./hooks.js";
import { onPage } from "./page.js";
import { after, type Timer } from "./timer.js";
import {
  type Frame,
  type Handshake,
  type Link,
  transportError,
  type TransportError,
  type TransportOwner,
} from "./transports/transport.js";
import { enginePath } from "./url.js";

// The types of Engine.IO's packets that mean something to a client.
const OPEN = "0";
const CLOSE = "1";
const PING = "2";
const PONG = "3";
const MESSAGE = "4";
const NOOP = "6";

/** Most milliseconds that a server can ask its clients to stay away. */
const MAX_RECONNECT_WITHIN = 60_000;

/** What a Manager hears from its connection. */
export interface EngineOwner {
  _onopen(): void;
  _onping(): void;
  _onmessage(data: string | ArrayBuffer): void;
  _onclose(reason: string, details?: Error): void;
}

/**
 * One connection of Engine.IO, from its first request to its end; it never comes back. Its events are "packet",
 * "packetCreate", "drain", "upgrade", "upgradeError" and "close".
 */
export interface Engine extends Emitter<Record<string, (...args: any[]) => void>>, Link {
  id: string;
  /** Ends the connection once what was written has gone out. */
  close(): void;
  /** @internal Within how many milliseconds after its end the server wants its clients to come back, if it has said. */
  _reconnectWithin?: number;
  /** @internal */
  _handshake?: Handshake;
  /** @internal Whether it takes no more messages, although it may still have some to send. */
  _isClosing?: boolean;
  /** @internal Whether it has ended. */
  _isClosed?: boolean;
  /** @internal Who hears from it; nobody, once it is given up. */
  _owner?: EngineOwner;
  /** @internal Sends a message: text or binary. Nothing happens when the connection is closing or closed. */
  _write(message: string | Binary): void;
  /**
   * @internal Whether the server has been silent for too long, in which case the connection ends. The heartbeat's
   * timer tells too, but late where timers are throttled or the machine slept; so who would write asks here first.
   */
  _expired(): boolean;
}

/** Begins a connection to a server's `origin` ("https://host:port"). */
export function openEngine(origin: string, opts: EngineOptions, owner: EngineOwner): Engine {
  const queue: Frame[] = [];
  let patience = 0;
  let deadline = Infinity;
  let heartbeat: Timer | undefined;

  const end = (reason: string, details?: TransportError): void => {
    if (engine._isClosed) return;
    engine._isClosed = engine._isClosing = true;
    clearTimeout(heartbeat);
    leavePage();
    engine.transport._close();
    queue.length = 0;
    engine._fire("close", reason, details);
    engine._owner?._onclose(reason, details);
  };

  /** Goes on with what is to be done as soon as the transport is free: sending, then closing. */
  const flush = (): void => {
    if (!engine.id || engine.transport._busy?.()) return;
    if (queue.length) engine.transport._send(queue);
    else if (engine._isClosing) end("forced close");
  };

  const push = (frame: Frame): void => {
    queue.push(frame);
    flush();
  };

  const expectPing = (): void => {
    clearTimeout(heartbeat);
    deadline = Date.now() + patience;
    heartbeat = after(patience, () => end("ping timeout"));
  };

  const onpacket = (type: string, data: any): void => {
    if (type === MESSAGE) engine._owner?._onmessage(data);
    else if (type === PING) {
      expectPing();
      engine._owner?._onping();
      push(PONG);
    } else if (type === OPEN && !engine.id) {
      const { sid, pingInterval, pingTimeout }: Handshake = (engine._handshake = JSON.parse(data));
      engine.id = sid;
      patience = pingInterval + pingTimeout;
      expectPing();
      engine._owner?._onopen();
      flush();
      engine.transport._upgrade?.();
    } else if (type === CLOSE) {
      // There is no session any more that polling could say goodbye to.
      engine.id = "";
      end("transport close");
    } else if (type === NOOP) {
      const hint = /"reconnectWithin":(\d+)/.exec(data);
      if (hint) engine._reconnectWithin = Math.min(+hint[1]!, MAX_RECONNECT_WITHIN);
    } else if (!/[0356]/.test(type)) throw new Error("invalid packet");
  };

  const transportOwner: TransportOwner = {
    _onframe(frame) {
      try {
        if (typeof frame === "string") engine._onpacket(frame[0]!, frame.slice(1));
        else engine._onpacket(MESSAGE, frame);
      } catch (error) {
        end("transport error", transportError("server error", error));
      }
    },
    _ondrain() {
      if (!queue.length) engine._fire("drain");
      flush();
    },
    _onend: end,
  };

  const engine: Engine = Object.assign(new Emitter(), {
    id: "",
    opts,
    _owner: owner,
    _onpacket: onpacket,
    _url(transport) {
      const params: Record<string, string> = { ...opts.query, EIO: "4", transport };
      if (engine.id) params.sid = engine.id;
      return `${origin}${enginePath(opts)}?${new URLSearchParams(params)}`.replace(/\+/g, "%20");
    },
    _write(message) {
      if (!engine._isClosing) push(typeof message === "string" ? MESSAGE + message : message);
    },
    _expired() {
      return Date.now() > deadline && !!setTimeout(end, 0, "ping timeout");
    },
    close() {
      engine._isClosing = true;
      if (engine.id) flush();
      else end("forced close");
    },
  } as Partial<Engine>) as Engine;

  hooks._observe?.(engine);
  engine.transport = hooks._transport(engine, transportOwner);
  const leavePage = onPage(["offline"], () => {
    // A local server is reached without a network.
    if (!/\/\/(localhost|127\.)/.test(origin)) end("transport close", transportError("network connection lost"));
  });
  return engine;
}
