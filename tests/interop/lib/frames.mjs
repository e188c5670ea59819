// A WebSocket client that sends any frame, right or wrong, and sees the server's frames as they come.
import { within } from "./wait.mjs";
import { RawTcp, upgradeRequest } from "./tcp.mjs";

export const TEXT = 0x1;
export const BINARY = 0x2;
export const CLOSE = 0x8;
export const PING = 0x9;
export const PONG = 0xa;

const FIN = 0x80;

/**
 * A frame of a client: `fin` ends its message, `reserved` are the three reserved bits (0 to 7), `length` is what
 * the header announces where that is not the truth.
 */
export function frame(opcode, data = "", { fin = true, reserved = 0, masked = true, length } = {}) {
  const payload = Buffer.from(data);
  const announced = BigInt(length ?? payload.length);
  let size;
  if (announced < 126n) size = Buffer.from([Number(announced)]);
  else if (announced < 65_536n) (size = Buffer.alloc(3, 126)).writeUInt16BE(Number(announced), 1);
  else (size = Buffer.alloc(9, 127)).writeBigUInt64BE(announced, 1);
  if (masked) size[0] |= 0x80;
  const mask = masked ? Buffer.from([0x37, 0xfa, 0x21, 0x3d]) : Buffer.alloc(0);
  const hidden = masked ? payload.map((byte, at) => byte ^ mask[at % 4]) : payload;
  return Buffer.concat([Buffer.from([(fin ? FIN : 0) | (reserved << 4) | opcode]), size, mask, hidden]);
}

export const part = (opcode, data) => frame(opcode, data, { fin: false });

/** A Close frame with a code and a reason. */
export function close(code, reason = "") {
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
  payload.writeUInt16BE(code);
  Buffer.from(reason).copy(payload, 2);
  return frame(CLOSE, payload);
}

export class FrameSocket {
  /** `early` are bytes that go out together with the request. */
  static async open(target, { path = "/ws", early = Buffer.alloc(0) } = {}) {
    const socket = new FrameSocket();
    socket.tcp = await RawTcp.open(target);
    socket.tcp.socket.setNoDelay(true);
    socket.tcp.write(Buffer.concat([Buffer.from(upgradeRequest(target, path)), early]));
    await socket.tcp.reads("\r\n\r\n");
    socket.at = socket.tcp.received.indexOf("\r\n\r\n") + 4;
    return socket;
  }

  send(...frames) {
    this.tcp.write(Buffer.concat(frames));
  }

  /** Sends each byte by itself. */
  async sendInPieces(bytes) {
    for (const byte of bytes) {
      await new Promise((resolve) => this.tcp.socket.write(Buffer.from([byte]), resolve));
    }
  }

  /** The next frame: its opcode and payload. Fails when the server ends the stream instead. */
  async next() {
    const head = await this.#take(2);
    const [first, second] = head;
    let length = second;
    if (second === 126) length = (await this.#take(2)).readUInt16BE();
    else if (second === 127) length = Number((await this.#take(8)).readBigUInt64BE());
    const payload = await this.#take(length);
    if ((first & 0xf0) !== FIN || second & 0x80) throw new Error(`no server sends ${head.toString("hex")}`);
    return [first & 0x0f, payload];
  }

  /** The next frame, its payload as text. */
  async nextText() {
    const [opcode, payload] = await this.next();
    return [opcode, payload.toString()];
  }

  /** The code of the next Close, `undefined` where it has none; what is said before it fails the test. */
  async closeCode() {
    const [opcode, payload] = await this.next();
    if (opcode !== CLOSE) throw new Error(`a frame ${opcode} instead of a Close: ${payload}`);
    return payload.length >= 2 ? payload.readUInt16BE() : undefined;
  }

  /** Waits until the server has ended the stream, and answers what it said after the last frame that was read. */
  async ended() {
    await within(this.tcp.end, "the server to end the stream", 5000);
    return this.tcp.received.subarray(this.at);
  }

  destroy() {
    this.tcp.destroy();
  }

  async #take(length) {
    const arrived = async () => {
      while (this.tcp.received.length < this.at + length) {
        if (this.tcp.closed) throw new Error("the server has ended the stream");
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await within(arrived(), "a frame");
    this.at += length;
    return this.tcp.received.subarray(this.at - length, this.at);
  }
}
