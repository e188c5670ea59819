import {
  type Frame,
  type Link,
  type Transport,
  type TransportEnd,
  transportError,
  type TransportOwner,
} from "./transport.js";

/** The WebSocket class to use, if there is one. */
export function webSocketClass({ opts }: Link): typeof WebSocket | undefined {
  return (opts.WebSocket as typeof WebSocket | undefined) ?? globalThis.WebSocket;
}

/** The transport that carries each frame as one WebSocket message; for the option `transports`. */
export function websocket(link: Link, owner: TransportOwner): Transport {
  let ws: WebSocket | undefined;

  const fail = (reason: TransportEnd, message: string, description: unknown, context?: unknown): void => {
    const { _owner } = transport;
    transport._close();
    _owner?._onend(reason, transportError(message, description, context));
  };

  const transport: Transport = {
    name: "websocket",
    _owner: owner,
    _writable: () => ws?.readyState === 1 && !ws.bufferedAmount,
    _send(queue: Frame[]) {
      for (const frame of queue.splice(0)) ws!.send(frame as string);
      queueMicrotask(() => transport._owner?._ondrain?.());
    },
    _close() {
      // The WebSocket keeps its handlers: that of Node's ws throws what it has no error handler for.
      transport._owner = undefined;
      ws?.close();
    },
  };

  try {
    const { opts } = link;
    const Class: any = webSocketClass(link);
    if (!Class) throw new Error("no WebSocket given");
    // Only a class that was given takes options: a browser's has no headers. `auth` means something else there.
    const rest = opts.WebSocket ? [{ ...opts, auth: undefined, headers: opts.extraHeaders }] : [];
    ws = new Class(link._url("websocket").replace("http", "ws"), opts.protocols, ...rest) as WebSocket;
    ws.binaryType = "arraybuffer";
    ws.onopen = () => transport._owner?._onopen?.();
    ws.onmessage = ({ data }) => transport._owner?._onframe(data);
    ws.onerror = (event) => fail("transport error", "websocket error", event, event);
    ws.onclose = (event) => fail("transport close", "websocket closed", event.code, event);
  } catch (error) {
    setTimeout(() => fail("transport error", "websocket error", error));
  }
  return transport;
}
