import { type Link } from "./transport.cjs";
/** Whether a WebSocket has worked on this page, for the option `rememberUpgrade`. */
export declare const memory: {
    _webSocketWorked: boolean;
};
/** What the upgrade needs of the transport in use. */
export interface Pausable {
    /** Begins no more requests, and calls back once those on their way have ended. */
    _pause(onpaused: () => void): void;
    /** Takes it up again, if it was paused. */
    _resume(): void;
}
/**
 * Tries a WebSocket while polling goes on; if it answers, lets polling come to its end, which keeps the order, and
 * goes over to it. Returns what breaks that off; once gone over, that does nothing.
 */
export declare function upgrade(link: Link, polling: Pausable): (() => void) | undefined;
