import type { EventNames, EventsMap, Listener } from "./types.js";
type Func = (...args: any[]) => any;
/**
 * Calls a user's function. What it throws is thrown again in a task of its own, where the page's error handling sees
 * it, so that one failing listener can break neither the others nor the state of the connection.
 */
export declare function callUser(fn: Func, self: unknown, args: readonly unknown[]): void;
/** A copy of a list without the first listener that is `fn`, or was made of it by `once`. */
export declare function without<F extends Func>(list: F[], fn: F): F[];
/** Listeners by event name. `Own` are the events of the object itself, `Map` those of its user. */
export declare class Emitter<Map_ extends EventsMap, Own extends EventsMap = {}> {
    #private;
    /** Adds a listener; the same function added twice is called twice. */
    on<Ev extends EventNames<Map_> | EventNames<Own>>(event: Ev, fn: Listener<Own, Map_, Ev>): this;
    /** Adds a listener for the next occurrence of an event only. */
    once<Ev extends EventNames<Map_> | EventNames<Own>>(event: Ev, fn: Listener<Own, Map_, Ev>): this;
    /** Removes one listener (added by `on` or `once`), all of an event, or all of all events. */
    off<Ev extends EventNames<Map_> | EventNames<Own>>(event?: Ev, fn?: Listener<Own, Map_, Ev>): this;
    /** The listeners of an event. */
    listeners<Ev extends EventNames<Map_> | EventNames<Own>>(event: Ev): Listener<Own, Map_, Ev>[];
    /** Whether an event has listeners. */
    hasListeners(event: EventNames<Map_> | EventNames<Own>): boolean;
    /** The same as `on`. */
    addEventListener<Ev extends EventNames<Map_> | EventNames<Own>>(event: Ev, fn: Listener<Own, Map_, Ev>): this;
    /** The same as `off`. */
    removeListener<Ev extends EventNames<Map_> | EventNames<Own>>(event?: Ev, fn?: Listener<Own, Map_, Ev>): this;
    /** The same as `off`. */
    removeEventListener<Ev extends EventNames<Map_> | EventNames<Own>>(event?: Ev, fn?: Listener<Own, Map_, Ev>): this;
    /** The same as `off` without a listener. */
    removeAllListeners(event?: EventNames<Map_> | EventNames<Own>): this;
}
export {};
