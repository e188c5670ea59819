import { type IoOptions, type Socket } from "./index.js";
/** A socket, and the right to use it. */
export interface Lease {
    /** Not connected until somebody holds it. */
    socket: Socket<any, any>;
    /** Connects it, unless option `autoConnect` is false, and keeps it until the returned function is called. */
    hold: () => () => void;
}
/**
 * The socket of all who give the same address and options (functions among these do not count), made when there is
 * none. What is not held disconnects after a second, so a render that comes to nothing leaves nothing behind.
 */
export declare function lease(address?: string | IoOptions, options?: IoOptions): Lease;
