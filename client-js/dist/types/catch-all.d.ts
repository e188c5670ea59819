import { Emitter } from "./emitter.js";
import type { EventsMap } from "./types.js";
/** A listener for any event: gets its name and its arguments. */
export type AnyListener = (event: string, ...args: any[]) => void;
/** An Emitter with listeners for all events, incoming and outgoing. */
export declare class CatchAllEmitter<Map extends EventsMap, Own extends EventsMap> extends Emitter<Map, Own> {
    #private;
    /** Adds a listener for every event that comes. */
    onAny(fn: AnyListener): this;
    /** Adds a listener for every event that comes, before the others. */
    prependAny(fn: AnyListener): this;
    /** Removes a listener for every event that comes, or all of them. */
    offAny(fn?: AnyListener): this;
    /** The listeners for every event that comes. */
    listenersAny(): AnyListener[];
    /** Adds a listener for every event that is sent (when it is, not while it waits for a connection). */
    onAnyOutgoing(fn: AnyListener): this;
    /** Adds a listener for every event that is sent, before the others. */
    prependAnyOutgoing(fn: AnyListener): this;
    /** Removes a listener for every event that is sent, or all of them. */
    offAnyOutgoing(fn?: AnyListener): this;
    /** The listeners for every event that is sent. */
    listenersAnyOutgoing(): AnyListener[];
}
