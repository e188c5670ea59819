/** The callback of an acknowledgement: takes an error first, or null. */
export type AckCallback = (error: Error | null, ...args: any[]) => void;
/** How long to wait for an acknowledgement. */
export interface Patience {
    /** Milliseconds for one try. */
    _timeout?: number;
    /** Milliseconds for all tries. */
    _deadline?: number;
    _signal?: AbortSignal;
}
/** An event that waits until it may be sent, or for its acknowledgement. */
export interface Waiting {
    /** Its name and arguments. */
    args: unknown[];
}
/** Calls back with an error when `ms` have passed or `signal` aborts. Returns what calls that off. */
export declare function expiry(ms: number | undefined, signal: AbortSignal | undefined, onexpire: (error: Error) => void): () => void;
