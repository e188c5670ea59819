/** What happens when a buffer is full: who adds gets an error, or the oldest or newest item is dropped. */
export type BufferPolicy = "error" | "drop-oldest" | "drop-newest";
/** The bounds of a buffer of events. */
export interface BufferOptions {
    /** Most events kept. Default: 10000. */
    bufferLimit?: number;
    /** What to do with the next one: an error (the default), or one is dropped, which the Manager's "drop" tells. */
    bufferPolicy?: BufferPolicy;
}
/**
 * Adds an item to a list, and returns the item that had to go for that, if any. With the policy "error", throws
 * instead and leaves the list as it was.
 */
export declare function put<T>(list: T[], item: T, { bufferLimit, bufferPolicy }: BufferOptions): T | undefined;
/** The error of an event that is neither sent nor kept. */
export declare function eventDropped(): Error;
