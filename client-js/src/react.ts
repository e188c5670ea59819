// Hooks for React 18 and 19.
import { useCallback, useEffect, useInsertionEffect, useRef, useSyncExternalStore } from "react";
import type { DefaultEventsMap, EventNames, EventsMap, IoOptions, Listener, Socket, SocketEvents } from "./index.js";
import { lease } from "./lease.js";
import { listen, onConnection } from "./listening.js";
import type { SharedSocket } from "./shared.js";

/**
 * The socket for an address, as `io()` makes it, connected while a component that uses it is mounted. Components that
 * give the same address and options share it; of functions among the options only `auth` is brought up to date. One
 * second after the last of them has gone it disconnects: neither StrictMode nor a quick remount makes a second
 * connection. Nothing connects where a server renders.
 */
export function useSocket<ListenEvents extends EventsMap = DefaultEventsMap, EmitEvents extends EventsMap = ListenEvents>(
  address?: string | IoOptions,
  options?: IoOptions,
): Socket<ListenEvents, EmitEvents> {
  const { socket, hold } = lease(address, options);
  useEffect(hold, [hold]);
  return socket as Socket<any, any>;
}

/** Listens to an event of a socket while the component is mounted. The handler may be another one at each render. */
export function useEvent<ListenEvents extends EventsMap, Ev extends EventNames<ListenEvents> | EventNames<SocketEvents>>(
  socket: Socket<ListenEvents, any> | SharedSocket<ListenEvents, any>,
  event: Ev,
  handler: Listener<SocketEvents, ListenEvents, Ev>,
): void {
  const newest = useRef(handler);
  useInsertionEffect(() => {
    newest.current = handler;
  });
  useEffect(() => listen(socket, event, (...args) => newest.current(...args)), [socket, event]);
}

/** Whether a socket is connected; the component renders again when that changes. On a server: false. */
export function useConnected(socket: Socket<any, any> | SharedSocket<any, any>): boolean {
  return useSyncExternalStore(
    useCallback((onChange) => onConnection(socket, onChange), [socket]),
    () => socket.connected,
    () => false,
  );
}
