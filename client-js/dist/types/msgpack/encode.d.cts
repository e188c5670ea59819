/**
 * A value in MessagePack, as socket.io-msgpack-parser writes it: a Date as extension 0, `undefined` in a list as another
 * one, and what `toJSON` returns in the place of an object. Members that are undefined or functions are left out.
 * Throws on what has no form there: functions, symbols, BigInts, Blobs.
 */
export declare function encode(value: unknown): ArrayBuffer;
