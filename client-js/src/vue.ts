// Composables for Vue 3.
import { markRaw, onScopeDispose, readonly, type Ref, ref } from "vue";
import type { DefaultEventsMap, EventNames, EventsMap, IoOptions, Listener, Socket, SocketEvents } from "./index.js";
import { lease } from "./lease.js";
import { listen, onConnection } from "./listening.js";
import type { SharedSocket } from "./shared.js";

/**
 * The socket for an address, as `io()` makes it, connected while the component or effect scope lives. Those that give
 * the same address and options share it (functions among the options do not count; of `auth` the last one given is
 * used). One second after the last of them has gone it disconnects. Nothing connects where a server renders.
 */
export function useSocket<ListenEvents extends EventsMap = DefaultEventsMap, EmitEvents extends EventsMap = ListenEvents>(
  address?: string | IoOptions,
  options?: IoOptions,
): Socket<ListenEvents, EmitEvents> {
  const { socket, hold } = lease(address, options);
  onScopeDispose(hold());
  // Behind a proxy its private fields are out of reach.
  return markRaw(socket) as Socket<any, any>;
}

/** Listens to an event of a socket while the component or effect scope lives. */
export function useEvent<ListenEvents extends EventsMap, Ev extends EventNames<ListenEvents> | EventNames<SocketEvents>>(
  socket: Socket<ListenEvents, any> | SharedSocket<ListenEvents, any>,
  event: Ev,
  handler: Listener<SocketEvents, ListenEvents, Ev>,
): void {
  onScopeDispose(listen(socket, event, handler));
}

/** Whether a socket is connected. */
export function useConnected(socket: Socket<any, any> | SharedSocket<any, any>): Readonly<Ref<boolean>> {
  const connected = ref(socket.connected);
  onScopeDispose(onConnection(socket, () => (connected.value = socket.connected)));
  return readonly(connected);
}
