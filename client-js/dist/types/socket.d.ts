import { Emitter } from "./emitter.js";
import type { Manager } from "./manager.js";
import type { AuthData, AuthFunction } from "./options.js";
import type { AckResult, DecorateAcks, DefaultEventsMap, EventNames, EventParams, EventsMap, ParamsWithoutAck } from "./types.js";
import { type Waiting } from "./waiting.js";
/** Why a Socket is disconnected. It comes back by itself after all but the first two. */
export type DisconnectReason = "io server disconnect" | "io client disconnect" | "ping timeout" | "transport close" | "transport error" | "parse error" | "forced close";
/**
 * Why a Socket did not go on with an earlier session: there was none to ask for, the server keeps no sessions, or it
 * does not know that one (any more).
 */
export type NotRecovered = "not asked" | "unsupported" | "unknown";
/** The events of a Socket itself: `emit` refuses their names. */
export interface SocketEvents {
    /** Joined the namespace. */
    connect: () => void;
    /**
     * The connection failed, or the server refused: `err.data` is what it added, and `socket.active` says whether it is
     * asked again.
     */
    connect_error: (err: Error & {
        data?: any;
        description?: any;
        context?: any;
    }) => void;
    /** Not in the namespace any more. */
    disconnect: (reason: DisconnectReason, details?: Error) => void;
}
/** A client in one namespace of a server. */
export declare class Socket<ListenEvents extends EventsMap = DefaultEventsMap, EmitEvents extends EventsMap = ListenEvents> extends Emitter<ListenEvents, SocketEvents> {
    #private;
    io: Manager<any, any>;
    readonly nsp: string;
    /** The id that the server gave; undefined while not connected. */
    id: string | undefined;
    /** Whether it is in the namespace. */
    connected: boolean;
    /** Whether it is connected, or will be as soon as the connection allows. */
    active: boolean;
    /** Whether the last connect went on with the session before it: same id and rooms, and nothing missed. */
    recovered: boolean;
    /** Why the last connect did not, if so. */
    notRecovered?: NotRecovered;
    /** What is sent to the server's middleware at each connect; may be exchanged at any time. */
    auth: AuthData | AuthFunction | undefined;
    /** Events that wait for the connection. */
    sendBuffer: Waiting[];
    /** Arguments of events that came before the namespace was joined. */
    receiveBuffer: unknown[][];
    /** Whether it is not in the namespace. */
    get disconnected(): boolean;
    /** Connects, unless connected or connecting. With `retryOnRefusal` and the like, does not wait for the next try. */
    connect(): this;
    /** Leaves the namespace, for good unless `connect` is called; what was emitted before still goes out. */
    disconnect(): this;
    /**
     * Sends an event; a last argument that is a function is called with the acknowledgement. While not connected the
     * event waits. Throws for reserved names, arguments that JSON cannot hold, and a full buffer (option `bufferPolicy`).
     */
    emit<Ev extends EventNames<EmitEvents>>(event: Ev, ...params: EventParams<EmitEvents, Ev>): this;
    /**
     * Sends an event and resolves with its acknowledgement. Rejects when that has not come in time (`timeout()`, else
     * option `ackTimeout`, else 30 s; with `retries`, so often), when `signal()` aborts, when the socket is disconnected,
     * and where `emit` throws.
     */
    emitWithAck<Ev extends EventNames<EmitEvents>>(event: Ev, ...args: ParamsWithoutAck<EventParams<EmitEvents, Ev>>): Promise<AckResult<EventParams<EmitEvents, Ev>>>;
    /** Makes the next `emit` call its acknowledgement with an error first, and with an Error after `ms` milliseconds. */
    timeout(ms: number): Socket<ListenEvents, DecorateAcks<EmitEvents>>;
    /**
     * Makes the next `emit` call its acknowledgement with an error first, and with the signal's reason when that aborts;
     * if the event still waits for the connection then, it is not sent. It throws if the signal has aborted already.
     */
    signal(signal: AbortSignal): Socket<ListenEvents, DecorateAcks<EmitEvents>>;
    /** Makes the next `emit` drop its event if it cannot go to the network at once. */
    get volatile(): this;
}
