import type { Frame, Link } from "./transport.cjs";
/** Makes a request of a polling connection: a GET, or a POST if it has a body. With `keepalive` it outlives the page. */
export declare function request(link: Link, signal: AbortSignal, body?: string, keepalive?: boolean): Promise<Response>;
/** How many frames from the front of the queue fit in a request of at most so many bytes: at least one. */
export declare function fitting(queue: Frame[], maxPayload: number): number;
