import { type Frame, type Link, Transport } from "./transport.js";
/** The WebSocket class to use, if there is one. */
export declare function webSocketClass(link: Link): typeof WebSocket | undefined;
/** Carries each frame as one WebSocket message. */
export declare class WebSocketTransport extends Transport {
    #private;
    readonly name = "websocket";
    readonly _busy = false;
    get writable(): boolean;
    open(): void;
    send(queue: Frame[]): void;
    close(): void;
}
