/**
 * The value that a message in MessagePack holds; binary in it is an ArrayBuffer. Besides what `encode` writes, it
 * reads timestamps. Throws when the message is cut off, too long or none.
 */
export function decode(message: ArrayBuffer | ArrayBufferView): unknown {
  const { buffer, byteOffset, byteLength } = ArrayBuffer.isView(message) ? message : new Uint8Array(message);
  const view = new DataView(buffer, byteOffset, byteLength);
  let at = 0;

  const bytes = (length: number): Uint8Array<ArrayBuffer> => {
    const start = at;
    at += length;
    if (at > byteLength) throw new Error("cut off");
    return new Uint8Array(buffer, byteOffset + start, length).slice();
  };
  const read = (size: number, method: string): any => {
    at += size;
    return (view as any)["get" + method](at - size);
  };
  /** An unsigned number of 2^`power` bytes. */
  const uint = (power: number): number => Number(read(1 << power, ["Uint8", "Uint16", "Uint32", "BigUint64"][power]!));
  const int = (power: number): number => Number(read(1 << power, ["Int8", "Int16", "Int32", "BigInt64"][power]!));
  const text = (length: number): string => new TextDecoder().decode(bytes(length));
  const list = (length: number): unknown[] => {
    const items = [];
    // Not an array of that length, which a message of a few bytes could claim.
    while (length--) items.push(value());
    return items;
  };
  const map = (length: number): unknown => {
    const members: [string, unknown][] = [];
    while (length--) members.push([String(value()), value()]);
    // Unlike an assignment, this is safe for "__proto__".
    return Object.fromEntries(members);
  };

  const extension = (length: number): unknown => {
    const type = int(0);
    if (type === 0 && length === 1) return void bytes(1);
    if (type === 0 && length === 8) return new Date(int(3));
    if (type === -1 && length === 4) return new Date(uint(2) * 1000);
    if (type === -1 && length === 8) {
      const packed: bigint = read(8, "BigUint64");
      return new Date(Number(packed & 0x3_ffff_ffffn) * 1000 + Number(packed >> 34n) / 1e6);
    }
    return [type, bytes(length).buffer];
  };

  const value = (): unknown => {
    const code = uint(0);
    if (code < 0x80) return code;
    if (code < 0x90) return map(code - 0x80);
    if (code < 0xa0) return list(code - 0x90);
    if (code < 0xc0) return text(code - 0xa0);
    if (code >= 0xe0) return code - 256;
    if (code >= 0xde) return map(uint(code - 0xdd));
    if (code >= 0xdc) return list(uint(code - 0xdb));
    if (code >= 0xd9) return text(uint(code - 0xd9));
    if (code >= 0xd4) return extension(1 << (code - 0xd4));
    if (code >= 0xd0) return int(code - 0xd0);
    if (code >= 0xcc) return uint(code - 0xcc);
    if (code >= 0xca) return code === 0xca ? read(4, "Float32") : read(8, "Float64");
    if (code >= 0xc7) return extension(uint(code - 0xc7));
    if (code >= 0xc4) return bytes(uint(code - 0xc4)).buffer;
    if (code === 0xc1) throw new Error("invalid code");
    return code === 0xc0 ? null : code === 0xc3;
  };

  const whole = value();
  if (at < byteLength) throw new Error("trailing bytes");
  return whole;
}
