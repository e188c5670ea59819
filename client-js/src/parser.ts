import { type Binary, isBinary } from "./binary.js";

/** The Socket.IO protocol revision that this client speaks. */
export const protocol = 5;

/** The packet types of Socket.IO; an event or acknowledgement with attachments has 3 more on the wire. */
export const CONNECT = 0;
export const DISCONNECT = 1;
export const EVENT = 2;
export const ACK = 3;
export const CONNECT_ERROR = 4;

/** Type, number of attachments (types 5 and 6 only), namespace, acknowledgement id; the rest of a packet is JSON. */
const HEADER = /^([0-4](?!\d*-)|[56](?=\d+-))(?:(\d+)-)?(?:(\/[^,]*)(?:,|$))?(\d+)?/;

/** Names of the client's own events: not to be emitted, and an error when a server sends them. */
export const RESERVED: ReadonlySet<unknown> = new Set([
  "connect",
  "connect_error",
  "disconnect",
  "disconnecting",
  "newListener",
  "removeListener",
]);

/** One packet of Socket.IO. `id` asks for an acknowledgement (event) or answers (acknowledgement). */
export interface Packet {
  type: number;
  nsp: string;
  data?: any;
  id?: number;
}

/** What a packet is on the wire: its text, then its attachments in order. */
export type Encoded = [text: string, ...attachments: Binary[]];

/** Encodes a packet. Throws what `JSON.stringify` throws (a circular structure, a BigInt). */
export function encode(type: number, nsp: string, data?: unknown, id?: number): Encoded {
  const attachments: Binary[] = [];
  const replacer = function (this: any, key: string, value: unknown): unknown {
    // `value` has been through toJSON already, which Node's Buffer has; the holder has the original.
    const found = isBinary(this[key]) ? this[key] : value;
    return isBinary(found) ? { _placeholder: true, num: attachments.push(found) - 1 } : value;
  };
  const mayHoldBinary = type === EVENT || type === ACK;
  const json = JSON.stringify(data, mayHoldBinary ? replacer : undefined);
  return [
    (attachments.length ? `${type + 3}${attachments.length}-` : type) +
      (nsp === "/" ? "" : nsp + ",") +
      (id ?? "") +
      (json ?? ""),
    ...attachments,
  ];
}

/** Puts packets together from texts and attachments. */
export class Decoder {
  #header?: RegExpExecArray;
  readonly #attachments: ArrayBuffer[] = [];

  /**
   * Takes what arrived and returns the packet it completes, if it does. Throws on anything a server must not send;
   * the decoder is of no use after that.
   */
  add(data: string | ArrayBuffer): Packet | undefined {
    if (typeof data === "string") {
      const header = HEADER.exec(data);
      // A text while attachments are missing, or one that is no packet.
      if (this.#header || !header) throw invalid();
      this.#header = header;
    } else {
      if (!this.#header) throw invalid();
      this.#attachments.push(data);
    }
    return this.#attachments.length < +(this.#header[2] ?? 0) ? undefined : this.#finish(this.#header);
  }

  #finish(header: RegExpExecArray): Packet {
    const attachments = this.#attachments.splice(0);
    this.#header = undefined;
    const binary = header[2];
    const json = header.input.slice(header[0].length);
    const packet: Packet = {
      type: binary ? +header[1]! - 3 : +header[1]!,
      nsp: header[3] ?? "/",
      data: json ? JSON.parse(json, binary ? (_, value) => fill(value, attachments) : undefined) : undefined,
    };
    if (header[4]) packet.id = +header[4];
    if (!isValid(packet)) throw invalid();
    return packet;
  }
}

function fill(value: any, attachments: ArrayBuffer[]): unknown {
  if (value?._placeholder !== true) return value;
  const attachment = typeof value.num === "number" && attachments[value.num];
  if (!attachment) throw invalid();
  return attachment;
}

function invalid(): Error {
  return new Error("invalid packet");
}

/** Whether a packet has the shape that Socket relies on. */
function isValid({ type, data }: Packet): boolean {
  if (type === CONNECT_ERROR) return !!data;
  if (type !== EVENT && type !== ACK) return true;
  if (!Array.isArray(data)) return false;
  const name: unknown = data[0];
  return type === ACK || ((typeof name === "string" || typeof name === "number") && !RESERVED.has(name));
}

