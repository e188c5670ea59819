import { type AckResult, type AuthData, type AuthFunction, type DecorateAcks, type DefaultEventsMap, type EventNames, type EventParams, type EventsMap, type IoOptions, type Listener, type ListenOptions, type ParamsWithoutAck, type SocketEvents } from "./index.cjs";
/** Options of `io()` for a socket that tabs share. All but `auth` have to be values that can be copied to a worker. */
export interface SharedOptions extends IoOptions {
    /**
     * Where the site has `shared-worker.js` of this package, which must be on the page's own origin. For a script of one's
     * own, also a function that makes the worker and gives it that name.
     */
    worker: string | URL | ((name: string) => SharedWorker);
}
/** What a socket that tabs share can do: what a `Socket` can, but for this tab alone. */
export interface SharedSocket<ListenEvents extends EventsMap = DefaultEventsMap, EmitEvents extends EventsMap = ListenEvents> {
    /** The id that the server gave, the same in all tabs; undefined while not connected. */
    readonly id: string | undefined;
    /** Whether it is in the namespace. */
    readonly connected: boolean;
    /** Whether it is not in the namespace. */
    readonly disconnected: boolean;
    /** Whether it is connected, or will be as soon as the connection allows. */
    readonly active: boolean;
    /** Whether the last connect went on with the session before it. */
    readonly recovered: boolean;
    /** What is sent to the server's middleware. A function is asked at each connect, in one of the tabs. */
    auth: AuthData | AuthFunction | undefined;
    /** Adds a listener. */
    on<Ev extends EventNames<ListenEvents> | EventNames<SocketEvents>>(event: Ev, fn: Listener<SocketEvents, ListenEvents, Ev>, options?: ListenOptions): this;
    /** Adds a listener for the next occurrence of an event only. */
    once<Ev extends EventNames<ListenEvents> | EventNames<SocketEvents>>(event: Ev, fn: Listener<SocketEvents, ListenEvents, Ev>, options?: ListenOptions): this;
    /** Removes one listener, all of an event, or all of all events. */
    off<Ev extends EventNames<ListenEvents> | EventNames<SocketEvents>>(event?: Ev, fn?: Listener<SocketEvents, ListenEvents, Ev>): this;
    /** Takes part in the connection, unless it does. */
    connect(): this;
    /** Takes no part any more. A second after the last tab has left, or ended, the connection is closed. */
    disconnect(): this;
    /** Sends an event; a last argument that is a function is called with the acknowledgement. Throws for what cannot be copied. */
    emit<Ev extends EventNames<EmitEvents>>(event: Ev, ...params: EventParams<EmitEvents, Ev>): this;
    /** Sends an event and resolves with its acknowledgement; rejects when that has not come in time (30 s, if nothing else is said). */
    emitWithAck<Ev extends EventNames<EmitEvents>>(event: Ev, ...params: ParamsWithoutAck<EventParams<EmitEvents, Ev>>): Promise<AckResult<EventParams<EmitEvents, Ev>>>;
    /** Makes the next `emit` call its acknowledgement with an error first, and with an Error after `ms` milliseconds. */
    timeout(ms: number): SharedSocket<ListenEvents, DecorateAcks<EmitEvents>>;
    /** Makes the next `emit` drop its event if it cannot go to the network at once. */
    readonly volatile: this;
}
/**
 * A socket for an address, as `io()` of `roomful-client` makes it, whose connection is shared by all tabs of this
 * browser that give the same address and options. Events of the server reach every tab, acknowledgements the tab that
 * asked. Where there is no SharedWorker, or no secure context, the tab has a connection of its own.
 */
export declare function io<ListenEvents extends EventsMap = DefaultEventsMap, EmitEvents extends EventsMap = ListenEvents>(uri: string, { worker, ...options }: SharedOptions): SharedSocket<ListenEvents, EmitEvents>;
/**
 * For a worker script of one's own: lets tabs share sockets that are made with `settings` too, such as a `parser`,
 * which cannot be copied to a worker. Call it before anything is awaited.
 */
export declare function serveTabs(settings?: IoOptions): void;
