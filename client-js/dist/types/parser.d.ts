import { type Binary } from "./binary.js";
/** The Socket.IO protocol revision that this client speaks. */
export declare const protocol = 5;
/** The packet types of Socket.IO; an event or acknowledgement with attachments has 3 more on the wire. */
export declare const CONNECT = 0;
export declare const DISCONNECT = 1;
export declare const EVENT = 2;
export declare const ACK = 3;
export declare const CONNECT_ERROR = 4;
/** Names of the client's own events: not to be emitted, and an error when a server sends them. */
export declare const RESERVED: ReadonlySet<unknown>;
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
export declare function encode(type: number, nsp: string, data?: unknown, id?: number): Encoded;
/** Puts packets together from texts and attachments. */
export declare class Decoder {
    #private;
    /**
     * Takes what arrived and returns the packet it completes, if it does. Throws on anything a server must not send;
     * the decoder is of no use after that.
     */
    add(data: string | ArrayBuffer): Packet | undefined;
}
