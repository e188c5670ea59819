/**
 * The value that a message in MessagePack holds; binary in it is an ArrayBuffer. Besides what `encode` writes, it
 * reads timestamps. Throws when the message is cut off, too long or none.
 */
export declare function decode(message: ArrayBuffer | ArrayBufferView): unknown;
