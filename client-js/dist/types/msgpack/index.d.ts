import type { Packet } from "../packet.js";
/** Puts a packet into one binary message. */
export declare class Encoder {
    /** Throws on values that have no form in MessagePack. */
    encode(packet: Packet): ArrayBuffer[];
}
/** Reads packets, each from one binary message. */
export declare class Decoder {
    #private;
    /** Says who gets the packets. */
    on(_event: "decoded", listener: (packet: Packet) => void): this;
    /** Says that nobody does any more, as the official client does. */
    off(): this;
    /** Takes a message that arrived. Throws when it is no packet. */
    add(message: unknown): void;
    /** There is nothing to let go of. */
    destroy(): void;
}
/** Both, for the option `parser`. */
declare const _default: {
    Encoder: typeof Encoder;
    Decoder: typeof Decoder;
};
export default _default;
