import { Manager } from "./manager.js";
import type { IoOptions } from "./options.js";
import { Socket } from "./socket.js";
/** The Socket.IO protocol revision that this client speaks. */
export declare const protocol = 5;
/**
 * A socket for an address: its path is the namespace. Sockets for different namespaces of one server share a
 * connection, unless `forceNew` is set or `multiplex` is false. Without an address, the page's own server.
 * Throws on an invalid address, and when none of the transports is known.
 */
export declare function io(uri?: string | IoOptions, options?: IoOptions): Socket;
export { io as connect, io as default, Manager, Socket };
export type { BufferOptions, BufferPolicy } from "./bounded.js";
export type { AnyListener, ListenOptions } from "./emitter.js";
export type { Engine } from "./engine.js";
export type { ManagerEvents } from "./manager.js";
export type { AuthData, AuthFunction, EngineOptions, IoOptions, ManagerOptions, SocketOptions, } from "./options.js";
export type { Packet, Parser } from "./packet.js";
export type { DisconnectReason, NotRecovered, SocketEvents } from "./socket.js";
export type { StreamOptions } from "./features/streams.js";
export type { Link, Transport, TransportEnd, TransportError, TransportFactory, TransportName, TransportOwner, } from "./transports/transport.js";
export type { AckResult, AnyEvent, DecorateAcks, DefaultEventsMap, EventNames, EventParams, EventsMap, Listener, ParamsWithoutAck, } from "./types.js";
export type { Waiting } from "./waiting.js";
