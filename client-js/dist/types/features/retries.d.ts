import type { SocketOptions } from "../options.js";
import { type AckCallback, type Patience, type Waiting } from "../waiting.js";
/** What the queue needs of its socket. */
interface Sender {
    readonly connected: boolean;
    /** Sends an event and calls back once, with an error or with the acknowledgement. */
    _send(args: unknown[], callback: AckCallback, patience: Patience): void;
}
/** Events of a socket with the option `retries`. */
export interface RetryQueue {
    /** Sends what may be sent now. */
    _drain(): void;
    /**
     * Adds an event, and returns the one that had to go for that, if any. Throws when its policy is so. The caller must
     * hear of the end in any case if `mustEnd` is given.
     */
    _add(args: unknown[], callback: AckCallback | undefined, patience: Patience, mustEnd: number | undefined): Waiting | undefined;
}
/** Makes the queue of a socket with the option `retries`. */
export type RetryQueueFactory = (sender: Sender, options: SocketOptions) => RetryQueue;
/** Gives sockets the option `retries`. */
export declare function addRetries(): void;
export {};
