import { Emitter } from "../emitter.js";
import type { IoOptions, SocketEvents } from "../index.js";
import type { EventsMap } from "../types.js";
/** A tab's part of a socket that a worker holds. */
export declare class TabSocket extends Emitter<EventsMap, SocketEvents> {
    #private;
    id: string | undefined;
    connected: boolean;
    active: boolean;
    recovered: boolean;
    auth: IoOptions["auth"];
    /** `makeWorker` connects to the worker of all tabs, which it starts if there is none. */
    constructor(makeWorker: () => SharedWorker, uri: string, { auth, autoConnect, ...options }: IoOptions);
    get disconnected(): boolean;
    connect(): this;
    disconnect(): this;
    emit(event: string, ...params: unknown[]): this;
    emitWithAck(event: string, ...params: unknown[]): Promise<any>;
    timeout(ms: number): this;
    get volatile(): this;
}
