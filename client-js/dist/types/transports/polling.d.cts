import { type Link, type Transport, type TransportOwner } from "./transport.cjs";
/**
 * The transport that carries frames by requests: a GET that waits for frames, and a POST at a time that brings some.
 * For the option `transports`.
 */
export declare function polling(link: Link, owner: TransportOwner): Transport;
