import { type Binary, lengthOf } from "../binary.js";
import type { Frame, Link } from "./transport.js";

/** Makes a request of a polling connection: a GET, or a POST if it has a body. With `keepalive` it outlives the page. */
export function request(link: Link, signal: AbortSignal, body?: string, keepalive?: boolean): Promise<Response> {
  const { withCredentials, extraHeaders } = link.opts;
  return fetch(link._url("polling"), {
    method: body ? "POST" : "GET",
    body,
    headers: extraHeaders,
    credentials: withCredentials ? "include" : "same-origin",
    cache: "no-store",
    signal,
    keepalive,
  });
}

/** How many frames from the front of the queue fit in a request of at most so many bytes: at least one. */
export function fitting(queue: Frame[], maxPayload: number): number {
  let size = 0;
  // At most, as no character takes more than three bytes in UTF-8, nor a byte in base64.
  const tooMany = queue.findIndex((frame: Binary | string) => (size += 3 * (lengthOf(frame) + 1)) > maxPayload);
  return tooMany < 0 ? queue.length : tooMany || 1;
}
