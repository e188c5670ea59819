// HTTP/2 clients: requests by node:http2, and WebSockets (by `ws`) on a stream of a session (RFC 8441).
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:http2";
import { createRequire } from "node:module";
import { deferred, within } from "../interop/lib/wait.mjs";

const WebSocket = createRequire(new URL("../interop/package.json", import.meta.url))("ws");

/** One HTTP/2 connection, without TLS and without asking first. */
export async function openSession(target) {
  const session = connect(target.url);
  session.on("error", () => {});
  // Only a server that says so takes WebSockets.
  await within(once(session, "remoteSettings"), "the server's SETTINGS");
  return session;
}

/** Sends a request; its status, headers and body. */
export async function ask(session, headers, body) {
  const stream = session.request(headers);
  const answered = once(stream, "response");
  stream.end(body);
  const [response] = await within(answered, `an answer to ${headers[":path"]}`);
  const chunks = [];
  for await (const chunk of stream) chunks.push(chunk);
  return { status: response[":status"], headers: response, body: Buffer.concat(chunks).toString() };
}

export const path = (query = "transport=websocket") => `/socket.io/?EIO=4&${query}`;

export const connectHeaders = (more = {}) => ({
  ":method": "CONNECT",
  ":protocol": "websocket",
  ":scheme": "http",
  ":path": path(),
  "sec-websocket-version": "13",
  ...more,
});

/** `ws` on a stream that is a WebSocket already: it is made for servers there, so it is told that it is a client. */
class StreamSocket extends WebSocket {
  constructor(stream, options) {
    super(null, undefined, { autoPong: true, closeTimeout: 5000 });
    this._isServer = false;
    this.setSocket(stream, Buffer.alloc(0), { maxPayload: 0, allowSynchronousEvents: true, ...options });
  }
}

/** A Socket.IO client over WebSocket over HTTP/2, frame by frame. */
export class Http2Socket {
  #frames = [];
  #waiting = [];

  static async open(session, headers) {
    const socket = await Http2Socket.attach(session, headers);
    const open = await socket.next("the open packet");
    socket.handshake = JSON.parse(open.slice(1));
    return socket;
  }

  /** Opens one, or rejects with the answer. */
  static async attach(session, headers) {
    const stream = session.request(connectHeaders(headers), { endStream: false });
    const [response] = await within(once(stream, "response"), "an answer to CONNECT");
    assert.equal(response[":status"], 200);
    return new Http2Socket(stream, response);
  }

  /** Opens one and joins the main namespace. */
  static async join(session, headers) {
    const socket = await Http2Socket.open(session, headers);
    socket.send("40");
    assert.match(await socket.next("CONNECT"), /^40\{"sid":"/);
    return socket;
  }

  constructor(stream, response) {
    Object.assign(this, { stream, response, pongs: 0 });
    const closed = deferred();
    this.closed = closed.promise;
    this.ws = new StreamSocket(stream);
    this.ws.on("error", (error) => closed.reject(error));
    this.ws.on("pong", () => this.pongs++);
    this.ws.on("message", (data, binary) => this.#receive(binary ? data : data.toString()));
    this.ws.on("close", (code) => {
      closed.resolve({ code, aborted: stream.aborted });
      for (const waiter of this.#waiting.splice(0)) waiter.reject(new Error(`closed with ${code}`));
    });
  }

  #receive(frame) {
    if (frame === "2") return this.send("3");
    const waiter = this.#waiting.shift();
    if (waiter) waiter.resolve(frame);
    else this.#frames.push(frame);
  }

  next(what) {
    if (this.#frames.length > 0) return Promise.resolve(this.#frames.shift());
    if (this.ws.readyState === WebSocket.CLOSED) return Promise.reject(new Error(`closed, without ${what}`));
    const waiter = deferred();
    this.#waiting.push(waiter);
    return within(waiter.promise, what);
  }

  send(...frames) {
    for (const frame of frames) this.ws.send(frame);
  }

  async expect(...frames) {
    for (const frame of frames) assert.deepEqual(await this.next(`the frame ${String(frame).slice(0, 40)}`), frame);
  }

  /** An event with an ack. */
  async call(id, args, answer = args) {
    this.send(`42${id}${JSON.stringify(args)}`);
    await this.expect(`43${id}${JSON.stringify(answer)}`);
  }

  /** How the WebSocket has ended: the code of the server's Close frame, and whether the stream was reset. */
  isClosed() {
    return within(this.closed, "the end of the WebSocket");
  }
}
