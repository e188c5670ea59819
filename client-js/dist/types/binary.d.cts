/** What can be sent as binary: Node's Buffer is a typed array, a File is a Blob. */
export type Binary = ArrayBuffer | ArrayBufferView | Blob;
/** Whether a value travels as an attachment instead of as JSON. */
export declare function isBinary(value: unknown): value is Binary;
/** How many bytes a binary value has, or units a string. */
export declare function lengthOf(value: Binary | string): number;
/** The bytes of a binary value in base64. */
export declare function toBase64(value: Binary): Promise<string>;
/** The bytes that a base64 text stands for. Throws when it is not base64. */
export declare function fromBase64(text: string): ArrayBuffer;
