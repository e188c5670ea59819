import { isBinary } from "./binary.js";
import { ACK, type Encoded, EVENT, type Packet } from "./packet.js";

/** Type, number of attachments (types 5 and 6 only), namespace, acknowledgement id, JSON. */
const PACKET = /^([0-4](?!\d*-)|[56](?=\d+-))(?:(\d+)-)?(?:(\/[^,]*)(?:,|$))?(\d+)?(.*)/s;

/** Encodes packets as text and attachments. */
export class Encoder {
  /** Throws what `JSON.stringify` throws (a circular structure, a BigInt). */
  encode({ type, nsp, data, id }: Packet): Encoded {
    const attachments: Encoded = [];
    const replacer = function (this: any, key: string, value: unknown): unknown {
      // `value` has been through toJSON already, which Node's Buffer has; the holder has the original.
      const found = isBinary(this[key]) ? this[key] : value;
      return isBinary(found) ? { _placeholder: true, num: attachments.push(found) - 1 } : value;
    };
    const json = JSON.stringify(data, type === EVENT || type === ACK ? replacer : undefined) ?? "";
    const head = attachments[0] ? `${type + 3}${attachments.length}-` : type;
    return [head + (nsp === "/" ? "" : nsp + ",") + (id ?? "") + json, ...attachments];
  }
}

/** Puts packets together from texts and attachments. */
export class Decoder {
  /** The parts of a packet whose attachments are not all there yet. */
  #parts?: RegExpExecArray | null;
  #attachments: ArrayBuffer[] = [];
  #ondecoded!: (packet: Packet) => void;

  /** Says who gets the packets. */
  on(_event: "decoded", listener: (packet: Packet) => void): void {
    this.#ondecoded = listener;
  }

  /** Takes what arrived. Throws on anything a server must not send; the decoder is of no use after that. */
  add(data: string | ArrayBuffer): void {
    const isText = typeof data === "string";
    // A text while attachments are missing, and an attachment without a text, are wrong.
    if (isText !== !this.#parts) throw invalid();
    if (isText) this.#parts = PACKET.exec(data);
    else this.#attachments.push(data);
    if (!this.#parts) throw invalid();
    if (this.#attachments.length >= +(this.#parts[2] ?? 0)) this.#finish(this.#parts);
  }

  /** There is nothing to let go of. */
  destroy(): void {}

  #finish([, type, count, nsp = "/", id, json]: string[]): void {
    const attachments = this.#attachments;
    const fill = (_key: string, value: any): unknown => {
      if (value?._placeholder !== true) return value;
      const attachment = typeof value.num === "number" && attachments[value.num];
      if (!attachment) throw invalid();
      return attachment;
    };
    this.#parts = null;
    this.#attachments = [];
    const packet: Packet = {
      type: +type! - (count ? 3 : 0),
      nsp,
      data: json ? JSON.parse(json, count ? fill : undefined) : undefined,
    };
    if (id) packet.id = +id;
    this.#ondecoded(packet);
  }
}

function invalid(): Error {
  return new Error("invalid packet");
}
