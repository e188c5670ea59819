import type { DefaultEventsMap, EventNames, EventsMap, IoOptions, Listener, Socket, SocketEvents } from "./index.js";
import type { SharedSocket } from "./shared.js";
/**
 * The socket for an address, as `io()` makes it, connected while a component that uses it is mounted. Components that
 * give the same address and options share it; of functions among the options only `auth` is brought up to date. One
 * second after the last of them has gone it disconnects: neither StrictMode nor a quick remount makes a second
 * connection. Nothing connects where a server renders.
 */
export declare function useSocket<ListenEvents extends EventsMap = DefaultEventsMap, EmitEvents extends EventsMap = ListenEvents>(address?: string | IoOptions, options?: IoOptions): Socket<ListenEvents, EmitEvents>;
/** Listens to an event of a socket while the component is mounted. The handler may be another one at each render. */
export declare function useEvent<ListenEvents extends EventsMap, Ev extends EventNames<ListenEvents> | EventNames<SocketEvents>>(socket: Socket<ListenEvents, any> | SharedSocket<ListenEvents, any>, event: Ev, handler: Listener<SocketEvents, ListenEvents, Ev>): void;
/** Whether a socket is connected; the component renders again when that changes. On a server: false. */
export declare function useConnected(socket: Socket<any, any> | SharedSocket<any, any>): boolean;
