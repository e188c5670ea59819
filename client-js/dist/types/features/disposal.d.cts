/// <reference lib="esnext.disposable" preserve="true" />
import type { EventsMap } from "../types.cjs";
declare module "../socket.cjs" {
    interface Socket<ListenEvents extends EventsMap, EmitEvents extends EventsMap> {
        /** Disconnects at the end of a block: `using socket = io()`. */
        [Symbol.dispose](): void;
        /** Disconnects at the end of a block, `await using socket = io()`, and waits until what was emitted has gone out. */
        [Symbol.asyncDispose](): Promise<void>;
    }
}
/** Lets sockets be disconnected by `using` and `await using`. */
export declare function addDisposal(): void;
