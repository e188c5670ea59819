import { type Readable } from "svelte/store";
import type { DefaultEventsMap, EventNames, EventParams, EventsMap, IoOptions, Listener, Socket, SocketEvents } from "./index.js";
import type { SharedSocket } from "./shared.js";
/**
 * The socket for an address, as `io()` makes it, connected while the component that calls this is mounted. Components
 * that give the same address and options share it (functions among the options do not count; of `auth` the last one
 * given is used). One second after the last of them has gone it disconnects. Nothing connects where a server renders.
 */
export declare function socket<ListenEvents extends EventsMap = DefaultEventsMap, EmitEvents extends EventsMap = ListenEvents>(address?: string | IoOptions, options?: IoOptions): Socket<ListenEvents, EmitEvents>;
/** Listens to an event of a socket while the component that calls this is mounted. */
export declare function onEvent<ListenEvents extends EventsMap, Ev extends EventNames<ListenEvents> | EventNames<SocketEvents>>(socket: Socket<ListenEvents, any> | SharedSocket<ListenEvents, any>, event: Ev, handler: Listener<SocketEvents, ListenEvents, Ev>): void;
/** A store: whether a socket is connected. */
export declare function connected(socket: Socket<any, any> | SharedSocket<any, any>): Readable<boolean>;
/** A store: the arguments of the last event of that name, undefined before the first. It listens while it is subscribed to. */
export declare function lastEvent<ListenEvents extends EventsMap, Ev extends EventNames<ListenEvents>>(socket: Socket<ListenEvents, any> | SharedSocket<ListenEvents, any>, event: Ev): Readable<EventParams<ListenEvents, Ev> | undefined>;
