// Bare TCP, for what no HTTP library would send.
import { connect } from "node:net";
import { until, within } from "./wait.mjs";

export class RawTcp {
  received = Buffer.alloc(0);
  closed = false;

  static async open(target) {
    const tcp = new RawTcp();
    const socket = connect({ host: "127.0.0.1", port: target.port });
    tcp.socket = socket;
    socket.on("data", (chunk) => (tcp.received = Buffer.concat([tcp.received, chunk])));
    // A reset by the server is one of the ends a hostile client may meet.
    socket.on("error", () => {});
    tcp.end = new Promise((resolve) => socket.once("close", () => ((tcp.closed = true), resolve())));
    await within(new Promise((resolve) => socket.once("connect", resolve)), "a TCP connection");
    return tcp;
  }

  write(data) {
    this.socket.write(data);
  }

  /** Waits until `text` has been received. */
  reads(text) {
    return until(() => this.received.includes(text), `${JSON.stringify(text)} on the TCP connection`);
  }

  /** Waits until the server has answered anything or closed. */
  answered() {
    return until(() => this.closed || this.received.length > 0, "an answer or the end of the connection");
  }

  /** Stops reading for good: the system's buffers fill up and the server's writes stall. */
  stopReading() {
    this.socket.pause();
  }

  destroy() {
    this.socket.destroy();
  }
}

/** The bytes of a WebSocket upgrade request. */
export const upgradeRequest = (target, path) =>
  `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${target.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
  "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/** A masked text frame below 126 bytes, as a client sends it (with the mask 0, which changes nothing). */
export function textFrame(text) {
  const payload = Buffer.from(text);
  if (payload.length > 125) throw new Error("only short frames");
  return Buffer.concat([Buffer.from([0x81, 0x80 | payload.length, 0, 0, 0, 0]), payload]);
}

/** Sends bytes on a connection of their own, and answers the head of what comes back, `""` if the server just closes. */
export async function answerTo(target, bytes) {
  const tcp = await RawTcp.open(target);
  tcp.write(bytes);
  await until(() => tcp.closed || tcp.received.includes("\r\n\r\n"), "an answer or the end of the connection");
  tcp.destroy();
  return tcp.received.toString();
}
