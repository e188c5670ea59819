/** Settings of delays, as in the options of a Manager. */
interface Delays {
    reconnectionDelay: number;
    reconnectionDelayMax: number;
    randomizationFactor: number;
}
/**
 * Milliseconds to wait before an attempt (the first is 0): doubling from the delay to its maximum, spread by chance over
 * a part of it to both sides. At the maximum it is spread below that, so that clients cut off together do not fall into
 * step.
 */
export declare function backoff(attempt: number, { reconnectionDelay, reconnectionDelayMax, randomizationFactor }: Delays): number;
export {};
