/** What can be sent as binary: Node's Buffer is a typed array, a File is a Blob. */
export type Binary = ArrayBuffer | ArrayBufferView | Blob;

/** Whether a value travels as an attachment instead of as JSON. */
export function isBinary(value: unknown): value is Binary {
  // By name and not by instanceof, which fails for objects of another frame.
  return ArrayBuffer.isView(value) || /ct (ArrayBuffer|Blob|File)]/.test(Object.prototype.toString.call(value));
}

/** How many bytes a binary value has, or units a string. */
export function lengthOf(value: Binary | string): number {
  return (value as Blob).size ?? (value as ArrayBuffer).byteLength ?? (value as string).length;
}

/** The bytes of a binary value in base64. */
export async function toBase64(value: Binary): Promise<string> {
  let text = "";
  // A Response takes every kind of binary.
  const bytes = await new Response(value as BodyInit).arrayBuffer();
  for (const byte of new Uint8Array(bytes)) text += String.fromCharCode(byte);
  return btoa(text);
}

/** The bytes that a base64 text stands for. Throws when it is not base64. */
export function fromBase64(text: string): ArrayBuffer {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0)).buffer;
}
