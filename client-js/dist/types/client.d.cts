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
export { BufferOptions, BufferPolicy } from "./bounded.cjs";
export { AnyListener, ListenOptions } from "./emitter.cjs";
export { Engine } from "./engine.cjs";
export { ManagerEvents } from "./manager.cjs";
export { AuthData, AuthFunction, EngineOptions, IoOptions, ManagerOptions, SocketOptions, } from "./options.cjs";
export { Packet, Parser } from "./packet.cjs";
export { DisconnectReason, NotRecovered, SocketEvents } from "./socket.cjs";
export { StreamOptions } from "./features/streams.cjs";
export { Link, Transport, TransportEnd, TransportError, TransportFactory, TransportName, TransportOwner, } from "./transports/transport.cjs";
export { AckResult, AnyEvent, DecorateAcks, DefaultEventsMap, EventNames, EventParams, EventsMap, Listener, ParamsWithoutAck, } from "./types.cjs";
export { Waiting } from "./waiting.cjs";
