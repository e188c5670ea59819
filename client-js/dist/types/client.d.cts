import { Manager } from "./manager.cjs";
import type { IoOptions } from "./options.cjs";
import { Socket } from "./socket.cjs";
/** The Socket.IO protocol revision that this client speaks. */
export declare const protocol = 5;
/**
 * A socket for an address: its path is the namespace. Sockets for different namespaces of one server share a
 * connection, unless `forceNew` is set or `multiplex` is false. Without an address, the page's own server.
 * Throws on an invalid address, and when none of the transports is known.
 */
export declare function io(uri?: string | IoOptions, options?: IoOptions): Socket;
export { io as connect, io as default, Manager, Socket };
export type { BufferOptions, BufferPolicy } from "./bounded.cjs";
export type { AnyListener, ListenOptions } from "./emitter.cjs";
export type { Engine } from "./engine.cjs";
export type { ManagerEvents } from "./manager.cjs";
export type { AuthData, AuthFunction, EngineOptions, IoOptions, ManagerOptions, SocketOptions, } from "./options.cjs";
export type { Packet, Parser } from "./packet.cjs";
export type { DisconnectReason, NotRecovered, SocketEvents } from "./socket.cjs";
export type { StreamOptions } from "./features/streams.cjs";
export type { Link, Transport, TransportEnd, TransportError, TransportFactory, TransportName, TransportOwner } from "./transports/transport.cjs";
export type { AckResult, AnyEvent, DecorateAcks, DefaultEventsMap, EventNames, EventParams, EventsMap, Listener, ParamsWithoutAck, } from "./types.cjs";
export type { Waiting } from "./waiting.cjs";
