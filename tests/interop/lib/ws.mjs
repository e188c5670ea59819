// A raw WebSocket (by `ws`) which keeps every frame in order, and Socket.IO's frames on top of it.
import assert from "node:assert/strict";
import WebSocket from "ws";
import { deferred, within } from "./wait.mjs";

export class RawSocket {
  #frames = [];
  #waiting = [];

  /**
   * Opens a WebSocket; `pong` answers heartbeats and hides them. Rejects with `.status` and `.body` if the
   * server refuses with an HTTP answer.
   */
  static async attempt(target, { path = "/engine.io/", sid, eio = 4, query, pong = true, ...options } = {}) {
    const search = query ?? `EIO=${eio}&transport=websocket${sid ? `&sid=${sid}` : ""}`;
    const socket = new RawSocket();
    socket.pong = pong;
    const ws = new WebSocket(`ws://127.0.0.1:${target.port}${path}?${search}`, {
      perMessageDeflate: false,
      ...options,
    });
    socket.ws = ws;
    const closed = deferred();
    socket.closed = closed.promise;
    ws.on("message", (data, binary) => socket.#receive(binary ? data : data.toString()));
    ws.on("close", (code, reason) => {
      closed.resolve({ code, reason: reason.toString() });
      for (const waiter of socket.#waiting.splice(0)) waiter.reject(new Error(`closed with ${code}`));
    });
    await within(opened(ws), `the WebSocket ${search}`);
    return socket;
  }

  /** A new session: reads the open packet into `handshake`. */
  static async open(target, options = {}) {
    const socket = await RawSocket.attempt(target, options);
    const open = await socket.next("the open packet");
    assert.equal(open[0], "0", open);
    socket.handshake = JSON.parse(open.slice(1));
    return socket;
  }

  #receive(frame) {
    if (this.pong && frame === "2") return this.send("3");
    const waiter = this.#waiting.shift();
    if (waiter) waiter.resolve(frame);
    else this.#frames.push(frame);
  }

  /** The next frame: text as string, binary as Buffer. Fails once the socket is closed. */
  next(what = "the next frame") {
    if (this.#frames.length > 0) return Promise.resolve(this.#frames.shift());
    if (this.ws.readyState === WebSocket.CLOSED) return Promise.reject(new Error(`closed, without ${what}`));
    const waiter = deferred();
    this.#waiting.push(waiter);
    return within(waiter.promise, what);
  }

  send(...frames) {
    for (const frame of frames) this.ws.send(frame);
  }

  /** Sends frames in one piece, where it matters whether the server has them all at once. */
  sendTogether(...frames) {
    // `ws` has no way to do so; its stream has.
    const stream = this.ws._socket;
    stream.cork();
    this.send(...frames);
    stream.uncork();
  }

  async expect(...frames) {
    for (const frame of frames) assert.deepEqual(await this.next(`the frame ${frame}`), frame);
  }

  /**
   * Waits until the server has closed. 1006 would be a connection cut without a close frame; any code is
   * fine otherwise: the reference sends none (1005), and a server may well say why.
   */
  async isClosed() {
    const { code } = await within(this.closed, "the server to close the WebSocket", 5000);
    assert.notEqual(code, 1006, "the server cut the connection without a close frame");
    return code;
  }

  end() {
    this.ws.terminate();
    return this.closed;
  }
}

function opened(ws) {
  return new Promise((resolve, reject) => {
    ws.once("open", resolve);
    ws.on("error", reject);
    ws.once("unexpected-response", (request, response) => {
      const refusal = Object.assign(new Error(`refused with ${response.statusCode}`), {
        status: response.statusCode,
      });
      request.destroy();
      reject(refusal);
    });
  });
}

/**
 * Asserts that the server does not serve this WebSocket: an HTTP error before the upgrade, or a close
 * straight after. The reference does the one or the other, by cause.
 */
export async function isRefused(target, options) {
  let socket;
  try {
    socket = await RawSocket.attempt(target, options);
  } catch (error) {
    assert.ok(error.status === undefined || error.status >= 400, String(error));
    return;
  }
  await socket.isClosed();
}

const prefix = (nsp) => (nsp === "/" ? "" : `${nsp},`);

/** A Socket.IO client without a library; joins `nsp` and keeps its public id in `id`. */
export async function joinedSocket(target, { nsp = "/", auth, path = "/socket.io/", ...options } = {}) {
  const socket = await RawSocket.open(target, { path, ...options });
  socket.id = await join(socket, nsp, auth);
  return socket;
}

export async function join(socket, nsp = "/", auth) {
  socket.send(`40${prefix(nsp)}${auth ? JSON.stringify(auth) : ""}`);
  const answer = await socket.next(`the answer to CONNECT ${nsp}`);
  assert.ok(answer.startsWith(`40${prefix(nsp)}{`), answer);
  return JSON.parse(answer.slice(2 + prefix(nsp).length)).sid;
}

/** `echo` with an ack by a raw client: shows that the connection is served. */
export async function isServed(socket) {
  socket.send('427["echo","still there"]');
  await socket.expect('437["still there"]');
}
