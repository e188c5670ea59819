import { type Encoded, type Packet } from "./packet.cjs";
/** Encodes packets as text and attachments. */
export declare class Encoder {
    /** Throws what `JSON.stringify` throws (a circular structure, a BigInt). */
    encode({ type, nsp, data, id }: Packet): Encoded;
}
/** Puts packets together from texts and attachments. */
export declare class Decoder {
    #private;
    /** Says who gets the packets. */
    on(_event: "decoded", listener: (packet: Packet) => void): void;
    /** Takes what arrived. Throws on anything a server must not send; the decoder is of no use after that. */
    add(data: string | ArrayBuffer): void;
    /** There is nothing to let go of. */
    destroy(): void;
}
