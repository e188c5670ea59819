/** Handle of a timer, in browsers and in Node. */
export type Timer = ReturnType<typeof setTimeout>;
/** `setTimeout` for any length: it would take more than 2^31-1 ms (or Infinity) for zero. */
export declare function after(ms: number, fn: () => void): Timer;
