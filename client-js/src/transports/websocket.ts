import { type Frame, type Link, Transport } from "./transport.js";

/** The WebSocket class to use, if there is one. */
export function webSocketClass(link: Link): typeof WebSocket | undefined {
  return (link.opts.WebSocket as typeof WebSocket | undefined) ?? globalThis.WebSocket;
}

/** Carries each frame as one WebSocket message. */
export class WebSocketTransport extends Transport {
  readonly name = "websocket";
  readonly _busy = false;
  #ws?: WebSocket;

  get writable(): boolean {
    return this.#ws?.readyState === 1 && !this.#ws.bufferedAmount;
  }

  open(): void {
    try {
      this.#connect(webSocketClass(this._link));
    } catch (error) {
      setTimeout(() => this._fail("transport error", "websocket error", error));
    }
  }

  #connect(Class: any): void {
    if (!Class) throw new Error("no WebSocket class given");
    const { WebSocket: given, protocols = [], extraHeaders } = this._link.opts;
    // Only a class that was given takes options: a browser's has no headers.
    const rest = given && extraHeaders ? [{ headers: extraHeaders }] : [];
    const ws: WebSocket = new Class(this._link.url(this.name), protocols, ...rest);
    this.#ws = ws;
    ws.binaryType = "arraybuffer";
    ws.onopen = () => this.onopen();
    ws.onmessage = ({ data }) => this._onframe(data);
    ws.onerror = (event) => this._fail("transport error", "websocket error", event, event);
    ws.onclose = (event) => this._fail("transport close", "websocket connection closed", event.code, event);
  }

  send(queue: Frame[]): void {
    for (const frame of queue.splice(0)) this.#ws!.send(frame as string);
    queueMicrotask(() => this._ondrain());
  }

  override close(): void {
    // The WebSocket keeps its handlers: that of Node's ws throws what it has no error handler for.
    super.close();
    this.#ws?.close();
  }
}
