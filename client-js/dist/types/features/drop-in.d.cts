import { type AnyListener } from "../emitter.cjs";
import type { EventNames, EventsMap, Listener } from "../types.cjs";
declare module "../emitter.cjs" {
    interface Emitter<Map_ extends EventsMap, Own extends EventsMap> {
        /** The same as `on`. */
        addEventListener<Ev extends EventNames<Map_> | EventNames<Own>>(event: Ev, fn: Listener<Own, Map_, Ev>, options?: ListenOptions): this;
        /** The same as `off`. */
        removeListener<Ev extends EventNames<Map_> | EventNames<Own>>(event?: Ev, fn?: Listener<Own, Map_, Ev>): this;
        /** The same as `off`. */
        removeEventListener<Ev extends EventNames<Map_> | EventNames<Own>>(event?: Ev, fn?: Listener<Own, Map_, Ev>): this;
        /** The same as `off` without a listener. */
        removeAllListeners(event?: EventNames<Map_> | EventNames<Own>): this;
        /** Whether an event has listeners. */
        hasListeners(event: EventNames<Map_> | EventNames<Own>): boolean;
    }
}
declare module "../socket.cjs" {
    interface Socket<ListenEvents extends EventsMap, EmitEvents extends EventsMap> {
        /** The same as `connect`. */
        open(): this;
        /** The same as `disconnect`. */
        close(): this;
        /** Emits "message". */
        send(...args: any[]): this;
        /** Does nothing, as browsers decide on compression: for programs that also run on the official client. */
        compress(compress: boolean): this;
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
}
declare module "../manager.cjs" {
    interface Manager<ListenEvents extends EventsMap, EmitEvents extends EventsMap> {
        /** The same as `open`. */
        connect(callback?: (err?: Error) => void): this;
        /** Whether to come back after a loss. */
        reconnection(): boolean;
        /** Changes whether to come back after a loss. */
        reconnection(value: boolean): this;
        /** Attempts before giving up. */
        reconnectionAttempts(): number;
        /** Changes how many attempts there are before giving up. */
        reconnectionAttempts(value: number): this;
        /** Milliseconds before the first attempt to come back. */
        reconnectionDelay(): number;
        /** Changes the milliseconds before the first attempt to come back. */
        reconnectionDelay(value: number): this;
        /** Most milliseconds between attempts. */
        reconnectionDelayMax(): number;
        /** Changes the most milliseconds between attempts. */
        reconnectionDelayMax(value: number): this;
        /** The part of a delay that chance may add or take away, 0 to 1. */
        randomizationFactor(): number;
        /** Changes the part of a delay that chance may add or take away, 0 to 1. */
        randomizationFactor(value: number): this;
        /** Milliseconds an attempt to connect may take, or false for no limit. */
        timeout(): number | false;
        /** Changes the milliseconds that an attempt to connect may take, or false for no limit. */
        timeout(value: number | false): this;
    }
}
/**
 * Adds what only programs written for the official client need: other names, listeners for all events, settings as
 * methods.
 */
export declare function addDropIn(): void;
