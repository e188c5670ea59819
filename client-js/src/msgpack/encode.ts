/**
 * A value in MessagePack, as socket.io-msgpack-parser writes it: a Date as extension 0, `undefined` in a list as another
 * one, and what `toJSON` returns in the place of an object. Members that are undefined or functions are left out.
 * Throws on what has no form there: functions, symbols, BigInts, Blobs.
 */
export function encode(value: unknown): ArrayBuffer {
  let view = new DataView(new ArrayBuffer(64));
  let end = 0;

  /** Makes room for so many bytes more, and returns where they are. */
  const extend = (count: number): number => {
    const at = end;
    end += count;
    if (end > view.byteLength) {
      const larger = new Uint8Array(end * 2);
      larger.set(new Uint8Array(view.buffer));
      view = new DataView(larger.buffer);
    }
    return at;
  };

  /** A code, and behind it a number in 0, 1, 2 or 4 bytes. */
  const head = (code: number, size = 0, number = 0): void => {
    const at = extend(1 + size);
    view.setUint8(at, code);
    if (size === 1) view.setUint8(at + 1, number);
    if (size === 2) view.setUint16(at + 1, number);
    if (size === 4) view.setUint32(at + 1, number);
  };

  /** A number within the code if it is small enough, else behind it in 1 (`code8`, if there is one), 2 or 4 bytes. */
  const number = (n: number, fix: number, limit: number, code8: number, code16: number): void => {
    if (n < limit) head(fix + n);
    else if (code8 && n < 2 ** 8) head(code8, 1, n);
    else if (n < 2 ** 16) head(code16, 2, n);
    else head(code16 + 1, 4, n);
  };

  const bytes = (from: Uint8Array): void => {
    // First, as it may exchange the buffer.
    const at = extend(from.length);
    new Uint8Array(view.buffer).set(from, at);
  };

  const long = (n: number): void => {
    const at = extend(8);
    view.setBigInt64(at, BigInt(n));
  };

  const write = (it: any): void => {
    const type = typeof it;
    if (it === null) head(0xc0);
    else if (it === undefined) head(0xd4, 2);
    else if (type === "boolean") head(it ? 0xc3 : 0xc2);
    else if (type === "number") writeNumber(it);
    else if (type === "string") {
      const text = new TextEncoder().encode(it);
      number(text.length, 0xa0, 32, 0xd9, 0xda);
      bytes(text);
    } else if (type === "object") writeObject(it);
    else throw new Error(`${type} has no form in msgpack`);
  };

  const writeNumber = (n: number): void => {
    if (!Number.isSafeInteger(n)) {
      head(0xcb);
      const at = extend(8);
      view.setFloat64(at, n);
    } else if (n >= 2 ** 32 || n < -(2 ** 31)) {
      head(0xd3);
      long(n);
    } else if (n >= 0) number(n, 0, 128, 0xcc, 0xcd);
    else if (n >= -32) head(256 + n);
    else if (n >= -128) head(0xd0, 1, n);
    else if (n >= -(2 ** 15)) head(0xd1, 2, n);
    else head(0xd2, 4, n);
  };

  const writeObject = (it: any): void => {
    const kind = Object.prototype.toString.call(it).slice(8, -1);
    if (ArrayBuffer.isView(it) || kind === "ArrayBuffer") {
      const data = ArrayBuffer.isView(it) ? new Uint8Array(it.buffer, it.byteOffset, it.byteLength) : new Uint8Array(it);
      number(data.length, 0, 0, 0xc4, 0xc5);
      bytes(data);
    } else if (kind === "Date" && !Number.isNaN(+it)) {
      head(0xd7, 1);
      long(it.getTime());
    } else if (Array.isArray(it)) {
      number(it.length, 0x90, 16, 0, 0xdc);
      it.forEach(write);
    } else if (typeof it.toJSON === "function") write(it.toJSON());
    else if (kind === "Blob" || kind === "File") throw new Error("a Blob has no form in msgpack: send its arrayBuffer()");
    else {
      const members = Object.entries(it).filter(([, member]) => member !== undefined && typeof member !== "function");
      number(members.length, 0x80, 16, 0, 0xde);
      members.flat().forEach(write);
    }
  };

  write(value);
  return view.buffer.slice(0, end) as ArrayBuffer;
}
