import { type Link, type Transport, type TransportOwner } from "./transport.js";
/** The WebSocket class to use, if there is one. */
export declare function webSocketClass({ opts }: Link): typeof WebSocket | undefined;
/** The transport that carries each frame as one WebSocket message; for the option `transports`. */
export declare function websocket(link: Link, owner: TransportOwner): Transport;
