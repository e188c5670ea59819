type Callback = (error: Error | null, ...args: unknown[]) => void;
/** What the queue needs of its socket. */
interface Sender {
    readonly connected: boolean;
    /** Sends an event and calls back once, with an error or with the acknowledgement. */
    _send(args: unknown[], timeout: number, callback: Callback): void;
}
/** Events of a socket with the option `retries`: sent one after another, each until it is acknowledged. */
export declare class RetryQueue {
    #private;
    constructor(sender: Sender, retries: number);
    get length(): number;
    /** Adds an event; with `deadline` (ms), it is given up then even if it could never be sent. */
    add(args: unknown[], timeout: number | undefined, callback?: Callback, deadline?: number): void;
    /** Takes out one event, fails it with `error`, and returns its arguments. The queue must not be empty. */
    drop(which: "drop-oldest" | "drop-newest", error: Error): unknown[];
    /** Sends the first event unless it is on its way; after a reconnect (`force`) it is sent again. */
    drain(force?: boolean): void;
}
export {};
