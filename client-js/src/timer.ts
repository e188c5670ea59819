/** Handle of a timer, in browsers and in Node. */
export type Timer = ReturnType<typeof setTimeout>;

/** `setTimeout`, but without a time, or for one that is longer than it can wait (24 days), never calls back. */
export function after(ms: number | undefined, fn: () => void): Timer | undefined {
  return ms! < 2 ** 31 ? setTimeout(fn, ms) : undefined;
}
