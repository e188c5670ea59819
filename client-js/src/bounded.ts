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
export function put<T>(
  list: T[],
  item: T,
  { bufferLimit = 10_000, bufferPolicy = "error" }: BufferOptions,
): T | undefined {
  const isFull = list.length >= bufferLimit;
  if (isFull && bufferPolicy === "error") throw eventDropped();
  list.push(item);
  return isFull ? list.splice(bufferPolicy === "drop-oldest" ? 0 : -1, 1)[0] : undefined;
}

/** The error of an event that is neither sent nor kept. */
export function eventDropped(): Error {
  return new Error("dropped: offline or buffer full");
}
