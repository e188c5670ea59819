/** What can be sent as binary: Node's Buffer is a typed array, a File is a Blob. */
export type Binary = ArrayBuffer | ArrayBufferView | Blob;

/** Whether a value travels as an attachment instead of as JSON. */
export function isBinary(value: unknown): value is Binary {
  // By name and not by instanceof, which fails for objects of another frame.
  return typeof value === "object" && (ArrayBuffer.isView(value) || /^(ArrayBuffer|Blob|File)$/.test(nameOf(value)));
}

function nameOf(value: object | null): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

/** How many bytes a binary value has. */
export function byteLength(value: Binary): number {
  return "size" in value ? value.size : value.byteLength;
}

/** The bytes of a binary value in base64. */
export async function toBase64(value: Binary): Promise<string> {
  const data = "size" in value ? await value.arrayBuffer() : value;
  const bytes = ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
  let text = "";
  // In slices, because a call takes a limited number of arguments.
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}

/** The bytes that a base64 text stands for. Throws when it is not base64. */
export function fromBase64(text: string): ArrayBuffer {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0)).buffer;
}
