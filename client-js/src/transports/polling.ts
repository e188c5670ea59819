import { fromBase64, lengthOf, toBase64 } from "../binary.js";
import { type Frame, type Link, type Transport, transportError, type TransportOwner } from "./transport.js";
import { upgrade } from "./upgrade.js";

const SEPARATOR = "\x1e";

/**
 * The transport that carries frames by requests: a GET that waits for frames, and a POST at a time that brings some.
 * For the option `transports`.
 */
export function polling(link: Link, owner: TransportOwner): Transport {
  const aborter = new AbortController();
  let isPolling = false;
  let isPosting = false;
  let isClosed = false;
  /** Called once the requests on their way have ended; no more are begun until it is taken away. */
  let onpaused: (() => void) | undefined;
  let cancelUpgrade: (() => void) | undefined;

  const init = (body?: string): RequestInit => {
    const { withCredentials, extraHeaders } = link.opts;
    return {
      method: body ? "POST" : "GET",
      body,
      headers: extraHeaders,
      credentials: withCredentials ? "include" : "same-origin",
      cache: "no-store",
      signal: aborter.signal,
    };
  };

  /** The text of an answer; nothing, if the transport failed or was closed meanwhile. */
  const request = async (parts?: Promise<string[]>): Promise<string | undefined> => {
    let problem: [unknown, unknown?];
    try {
      const response = await fetch(link._url("polling"), init((await parts)?.join(SEPARATOR)));
      if (response.ok) return await response.text();
      problem = [response.status, response];
    } catch (error) {
      problem = [error];
    }
    const { _owner } = transport;
    transport._close();
    _owner?._onend("transport error", transportError(`fetch ${parts ? "write" : "read"} error`, ...problem));
    return undefined;
  };

  const settle = (): void => {
    if (!isPolling && !isPosting && !isClosed) onpaused?.();
  };

  const poll = async (): Promise<void> => {
    isPolling = true;
    while (!isClosed && !onpaused) {
      const text = await request();
      for (const part of text?.split(SEPARATOR) ?? []) {
        transport._owner?._onframe(part);
        // What awaited this frame (an acknowledgement) runs before the next one is delivered, as over WebSocket.
        await undefined;
      }
    }
    isPolling = false;
    settle();
  };

  const post = async (frames: Frame[]): Promise<void> => {
    await request(Promise.all(frames.map(async (frame) => (typeof frame === "string" ? frame : "b" + (await toBase64(frame))))));
    isPosting = false;
    settle();
    transport._owner?._ondrain?.();
  };

  /** How many frames from the front of the queue the server takes in one request: at least one. */
  const fitting = (queue: Frame[]): number => {
    let size = 0;
    // At most, as no character takes more than three bytes in UTF-8, nor a byte in base64.
    const tooMany = queue.findIndex((frame) => (size += 3 * (lengthOf(frame) + 1)) > (link._handshake?.maxPayload || Infinity));
    return tooMany < 0 ? queue.length : tooMany || 1;
  };

  const transport: Transport = {
    name: "polling",
    _owner: owner,
    _writable: () => !isPosting && !isClosed,
    _busy: () => isPosting || !!onpaused,
    _send(queue) {
      isPosting = true;
      void post(queue.splice(0, fitting(queue)));
    },
    _upgrade() {
      cancelUpgrade = upgrade(link, {
        _pause(callback) {
          onpaused = callback;
          settle();
        },
        _resume() {
          if (!onpaused) return;
          onpaused = undefined;
          if (!isPolling) void poll();
          transport._owner?._ondrain?.();
        },
      });
    },
    _close() {
      if (isClosed) return;
      isClosed = true;
      cancelUpgrade?.();
      transport._owner = undefined;
      const abort = (): void => aborter.abort();
      // With a session, the server hears of the end first. keepalive lets the request outlive the page.
      if (link.id) fetch(link._url("polling"), { ...init("1"), keepalive: true }).then(abort, abort);
      else abort();
    },
  };
  const { _onpacket } = link;
  link._onpacket = (type, data) => (type === "b" ? _onpacket("4", fromBase64(data as string)) : _onpacket(type, data));
  void poll();
  return transport;
}
