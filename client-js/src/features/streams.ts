import { type BufferOptions, put } from "../bounded.js";
import { Socket } from "../socket.js";
import type { AnyEvent, EventsMap } from "../types.js";
import type { Waiting } from "../waiting.js";

/** Options of `socket.stream()`. */
export interface StreamOptions extends BufferOptions {
  /** Ends the stream when it aborts. */
  signal?: AbortSignal;
}

declare module "../socket.js" {
  // Events as a stream, and their end. In `roomful-client/ws`, after `addStreams()`.
  interface Socket<ListenEvents extends EventsMap, EmitEvents extends EventsMap> {
    /**
     * Resolves once it will not come back by itself: with the reason of the disconnect, the error of the refusal, or
     * the error of the last attempt. After another `connect`, it is another promise.
     */
    readonly closed: Promise<DisconnectReason | Error>;
    /**
     * The events that come from now on, each as its name and arguments, until the socket is closed (not: while it
     * reconnects) or the loop is left: `for await (const [event, ...args] of socket.stream())`.
     */
    stream(options?: StreamOptions): AsyncGenerator<AnyEvent<ListenEvents>, void>;
  }
}

/** Gives sockets the method `stream` and the promise `closed`. */
export function addStreams(): void {
  Object.defineProperty(Socket.prototype, "closed", {
    get(this: Socket) {
      return new Promise((resolve) => {
        if (this._why) resolve(this._why);
        else this._bus.once("end", resolve);
      });
    },
  });
  Socket.prototype.stream = stream;
}

function stream(this: Socket<any, any>, options: StreamOptions = {}): AsyncGenerator<any, void> {
  const { signal } = options;
  const events: Waiting[] = [];
  let isOver = false;
  let failure: unknown;
  let wake: (() => void) | undefined;

  const end = (): void => {
    isOver = true;
    this._bus.off("Any", take).off("end", end);
    signal?.removeEventListener("abort", end);
    wake?.();
  };
  const take = (...event: unknown[]): void => {
    try {
      this._drop(put(events, { args: event }, options));
    } catch (error) {
      failure = error;
      end();
    }
    wake?.();
  };
  // Not when the first event is asked for: what comes before that belongs to the stream.
  this._bus.on("Any", take).on("end", end);
  signal?.addEventListener("abort", end);
  if (signal?.aborted || this._why) end();

  return (async function* () {
    try {
      for (;;) {
        while (events.length) yield events.shift()!.args;
        if (failure) throw failure;
        if (isOver) return;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      end();
    }
  })();
}
