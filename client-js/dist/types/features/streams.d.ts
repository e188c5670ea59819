import { type BufferOptions } from "../bounded.js";
import type { AnyEvent, EventsMap } from "../types.js";
/** Options of `socket.stream()`. */
export interface StreamOptions extends BufferOptions {
    /** Ends the stream when it aborts. */
    signal?: AbortSignal;
}
declare module "../socket.js" {
    interface Socket<ListenEvents extends EventsMap, EmitEvents extends EventsMap> {
        /**
         * Resolves once it will not come back by itself: with the reason of the disconnect, the error of the refusal, or
         * the error of the last attempt. After another `connect`, it is another promise.
         */
        readonly closed: Promise<DisconnectReason | Error>;
        /**
         * The events that come from now on, each as its name and arguments, until the socket is closed (not: while it
         * reconnects) or the loop is left: `for await (const [event, ...args] of socket.stream())`.
         */
        stream(options?: StreamOptions): AsyncGenerator<AnyEvent<ListenEvents>, void>;
    }
}
/** Gives sockets the method `stream` and the promise `closed`. */
export declare function addStreams(): void;
