/**
 * Milliseconds to wait before an attempt (the first is 0): doubling from `min` to `max` and never more, with the part
 * `jitter` (0 to 1) of that added or taken away by chance.
 */
export declare function backoff(attempt: number, min: number, max: number, jitter: number): number;
