import { type Frame, Transport } from "./transport.js";
/** Carries frames by requests: a GET that waits for frames, and a POST at a time that brings some. */
export declare class PollingTransport extends Transport {
    #private;
    readonly name = "polling";
    get _busy(): boolean;
    get writable(): boolean;
    open(): void;
    /** Begins no more requests, and calls back once those on their way have ended. */
    _pause(onpaused: () => void): void;
    /** Takes up a paused transport again. */
    _resume(): void;
    send(queue: Frame[]): void;
    close(): void;
}
