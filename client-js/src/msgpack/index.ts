// The option `parser` for servers that use socket.io-msgpack-parser.
import type { Packet } from "../packet.js";
import { decode } from "./decode.js";
import { encode } from "./encode.js";

/** Puts a packet into one binary message. */
export class Encoder {
  /** Throws on values that have no form in MessagePack. */
  encode(packet: Packet): ArrayBuffer[] {
    return [encode(packet)];
  }
}

/** Reads packets, each from one binary message. */
export class Decoder {
  #ondecoded: (packet: Packet) => void = () => {};

  /** Says who gets the packets. */
  on(_event: "decoded", listener: (packet: Packet) => void): this {
    this.#ondecoded = listener;
    return this;
  }

  /** Says that nobody does any more, as the official client does. */
  off(): this {
    return this.on("decoded", () => {});
  }

  /** Takes a message that arrived. Throws when it is no packet. */
  add(message: unknown): void {
    if (typeof message === "string") throw new Error("a text: does the server use msgpack?");
    const packet = decode(message as ArrayBuffer) as Packet;
    if (![0, 1, 2, 3, 4].includes(packet?.type) || typeof packet.nsp !== "string") throw new Error("invalid packet");
    this.#ondecoded(packet);
  }

  /** There is nothing to let go of. */
  destroy(): void {}
}

/** Both, for the option `parser`. */
export default { Encoder, Decoder };
