import type { io, IoOptions } from "../index.js";
/** Lets the tabs that connect to this SharedWorker share sockets, which `settings` hold for too. */
export declare function shareSockets(makeSocket: typeof io, settings?: IoOptions): void;
