import { fromBase64, toBase64 } from "../binary.js";
import { fitting, request } from "./request.js";
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

  /** The text of an answer; nothing, if the transport failed or was closed meanwhile. */
  const ask = async (parts?: Promise<string[]>): Promise<string | undefined> => {
    let problem: [unknown, unknown?];
    try {
      const response = await request(link, aborter.signal, (await parts)?.join(SEPARATOR));
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
      const text = await ask();
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
    const parts = frames.map(async (frame) => (typeof frame === "string" ? frame : "b" + (await toBase64(frame))));
    await ask(Promise.all(parts));
    isPosting = false;
    settle();
    transport._owner?._ondrain?.();
  };

  const transport: Transport = {
    name: "polling",
    _owner: owner,
    _writable: () => !isPosting,
    _busy: () => isPosting || !!onpaused,
    _send(queue) {
      isPosting = true;
      void post(queue.splice(0, fitting(queue, link._handshake?.maxPayload || Infinity)));
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
      // With a session, the server hears of the end first.
      if (link.id) request(link, aborter.signal, "1", true).then(abort, abort);
      else abort();
    },
  };
  const { _onpacket } = link;
  link._onpacket = (type, data) => (type === "b" ? _onpacket("4", fromBase64(data as string)) : _onpacket(type, data));
  void poll();
  return transport;
}
