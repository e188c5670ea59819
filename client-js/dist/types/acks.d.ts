type Callback = (...args: any[]) => void;
/** The acknowledgements that a socket waits for. */
export declare class Acks {
    #private;
    /** Waits for the answer `id`. With `timeout` (ms), the callback takes an error first and `onexpire` is called then. */
    add(id: number, callback: Callback, timeout: number | undefined, onexpire: () => void): void;
    /** The answer has come; one that nobody waits for is ignored. */
    resolve(id: number, args: unknown[]): void;
    /** There will be no answer. */
    fail(id: number, message: string): void;
    /** There will be no answer to any but the ids given. */
    failAllBut(kept: Set<number | undefined>, message: string): void;
}
export {};
