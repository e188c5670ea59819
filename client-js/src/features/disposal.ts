/// <reference lib="esnext.disposable" preserve="true" />
import { Socket } from "../socket.js";
import type { EventsMap } from "../types.js";

declare module "../socket.js" {
  // Its end with its block. In `roomful-client/ws`, after `addDisposal()`.
  interface Socket<ListenEvents extends EventsMap, EmitEvents extends EventsMap> {
    /** Disconnects at the end of a block: `using socket = io()`. */
    [Symbol.dispose](): void;
    /** Disconnects at the end of a block, `await using socket = io()`, and waits until what was emitted has gone out. */
    [Symbol.asyncDispose](): Promise<void>;
  }
}

/** Lets sockets be disconnected by `using` and `await using`. */
export function addDisposal(): void {
  const methods = Socket.prototype;
  methods[Symbol.dispose] = methods.disconnect;
  methods[Symbol.asyncDispose] = async function () {
    const { engine } = this.disconnect().io;
    if (engine?._isClosing && !engine._isClosed) await new Promise((resolve) => engine.on("close", resolve));
  };
}
