import type { Binary } from "./binary.cjs";
/** The packet types of Socket.IO; an event or acknowledgement with attachments has 3 more on the wire. */
export declare const CONNECT = 0;
export declare const DISCONNECT = 1;
export declare const EVENT = 2;
export declare const ACK = 3;
export declare const CONNECT_ERROR = 4;
/** One packet of Socket.IO. `id` asks for an acknowledgement (event) or answers (acknowledgement). */
export interface Packet {
    type: number;
    nsp: string;
    data?: any;
    id?: number;
}
/** What a packet is on the wire: texts and binary messages, in order. */
export type Encoded = (string | Binary)[];
/** Another encoding of packets, for the option `parser`: the shape that the parsers for socket.io-client have. */
export interface Parser {
    Encoder: new () => {
        /** The messages that carry a packet. */
        encode(packet: any): any[];
    };
    Decoder: new () => {
        /** Takes a message that arrived. Throws on anything a server must not send. */
        add(message: any): void;
        /** Calls back with each packet that is complete. */
        on(event: "decoded", listener: (packet: any) => void): unknown;
        /** It is of no use any more. */
        destroy(): void;
    };
}
/** Whether an event must not be called so. */
export declare function isReserved(name: unknown): boolean;
/** Whether a packet from a server has the shape that Socket relies on. */
export declare function isValid({ type, data }: Packet): boolean;
