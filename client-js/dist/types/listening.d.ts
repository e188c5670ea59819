import type { Socket } from "./index.js";
import type { SharedSocket } from "./shared.js";
type Func = (...args: any[]) => void;
/** Listens to an event, and returns what ends that. */
export declare function listen(socket: Socket<any, any> | SharedSocket<any, any>, event: string, fn: Func): () => void;
/** Calls back when a socket has been connected or disconnected, and returns what ends that. */
export declare function onConnection(socket: Socket<any, any> | SharedSocket<any, any>, fn: () => void): () => void;
export {};
