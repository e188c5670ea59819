/** The callback of an acknowledgement: takes an error first, or null. */
export type AckCallback = (error: Error | null, ...args: any[]) => void;
/** How long to wait for an acknowledgement. */
export interface Patience {
    /** Milliseconds; with retries, for each. */
    _timeout?: number;
    /** What calls it off. */
    _signal?: AbortSignal;
}
/** An event that waits until it may be sent, or for its acknowledgement. */
export interface Waiting {
    /** Its name and arguments. */
    args: unknown[];
}
/** Calls back with an error when the patience has come to an end. Returns what calls that off. */
export declare function expiry({ _timeout, _signal }: Patience, onexpire: (error: Error) => void): () => void;
