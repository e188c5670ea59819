import { io as lookup, Manager, Socket } from "./client.js";
/** `io()`, which also holds the module's other exports, as `io.Manager` and so on. */
declare const io: typeof lookup & Lookup;
/** What `io` has as members. */
export interface Lookup {
    /** The same as `io`. */
    io: typeof lookup;
    /** The same as `io`. */
    connect: typeof lookup;
    /** As exported. */
    Manager: typeof Manager;
    /** As exported. */
    Socket: typeof Socket;
    /** As exported. */
    protocol: number;
}
export * from "./client.js";
export type {} from "./features/disposal.js";
export type {} from "./features/drop-in.js";
export { io, io as connect, io as default };
export { polling as Fetch } from "./transports/polling.js";
export { websocket as WebSocket } from "./transports/websocket.js";
