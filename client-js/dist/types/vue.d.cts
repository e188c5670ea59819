import { type Ref } from "vue";
import type { DefaultEventsMap, EventNames, EventsMap, IoOptions, Listener, Socket, SocketEvents } from "./index.cjs";
import type { SharedSocket } from "./shared.cjs";
/**
 * The socket for an address, as `io()` makes it, connected while the component or effect scope lives. Those that give
 * the same address and options share it (functions among the options do not count; of `auth` the last one given is
 * used). One second after the last of them has gone it disconnects. Nothing connects where a server renders.
 */
export declare function useSocket<ListenEvents extends EventsMap = DefaultEventsMap, EmitEvents extends EventsMap = ListenEvents>(address?: string | IoOptions, options?: IoOptions): Socket<ListenEvents, EmitEvents>;
/** Listens to an event of a socket while the component or effect scope lives. */
export declare function useEvent<ListenEvents extends EventsMap, Ev extends EventNames<ListenEvents> | EventNames<SocketEvents>>(socket: Socket<ListenEvents, any> | SharedSocket<ListenEvents, any>, event: Ev, handler: Listener<SocketEvents, ListenEvents, Ev>): void;
/** Whether a socket is connected. */
export declare function useConnected(socket: Socket<any, any> | SharedSocket<any, any>): Readonly<Ref<boolean>>;
