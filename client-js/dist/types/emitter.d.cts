import type { EventNames, EventsMap, Listener } from "./types.cjs";
type Func = (...args: any[]) => any;
/** A listener for any event: gets its name and its arguments. */
export type AnyListener = (event: string, ...args: any[]) => void;
/** What a listener may be added with. */
export interface ListenOptions {
    /** Removes the listener when it aborts. */
    signal?: AbortSignal;
}
/**
 * Calls a user's function. What it throws is thrown again in a task of its own, where the page's error handling sees
 * it, so that one failing listener can break neither the others nor the state of the connection.
 */
export declare function callUser(fn: Func, self: unknown, args: readonly unknown[]): void;
/** Listeners by event name. `Own` are the events of the object itself, `Map_` those of its user. */
export declare class Emitter<Map_ extends EventsMap, Own extends EventsMap = {}> {
    #private;
    /** Adds a listener; the same function added twice is called twice. */
    on<Ev extends EventNames<Map_> | EventNames<Own>>(event: Ev, fn: Listener<Own, Map_, Ev>, options?: ListenOptions): this;
    /** Adds a listener for the next occurrence of an event only. */
    once<Ev extends EventNames<Map_> | EventNames<Own>>(event: Ev, fn: Listener<Own, Map_, Ev>, options?: ListenOptions): this;
    /** Removes one listener (added by `on` or `once`), all of an event, or all of all events. */
    off<Ev extends EventNames<Map_> | EventNames<Own>>(event?: Ev, fn?: Listener<Own, Map_, Ev>): this;
    /** The listeners of an event. */
    listeners<Ev extends EventNames<Map_> | EventNames<Own>>(event: Ev): Listener<Own, Map_, Ev>[];
}
export {};
