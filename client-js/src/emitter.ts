import type { EventNames, EventsMap, Listener } from "./types.js";

type Func = (...args: any[]) => any;

/** A listener for any event: gets its name and its arguments. */
export type AnyListener = (event: string, ...args: any[]) => void;

/** What a listener may be added with. */
export interface ListenOptions {
  /** Removes the listener when it aborts. */
  signal?: AbortSignal;
}

/**
 * Calls a user's function. What it throws is thrown again in a task of its own, where the page's error handling sees
 * it, so that one failing listener can break neither the others nor the state of the connection.
 */
export function callUser(fn: Func, self: unknown, args: readonly unknown[]): void {
  try {
    fn.apply(self, args as unknown[]);
  } catch (error) {
    setTimeout(() => {
      throw error;
    });
  }
}

/** Listeners by event name. `Own` are the events of the object itself, `Map_` those of its user. */
export class Emitter<Map_ extends EventsMap, Own extends EventsMap = {}> {
  readonly #lists = new Map<string | undefined, Func[]>();

  /** Adds a listener; the same function added twice is called twice. */
  on<Ev extends EventNames<Map_> | EventNames<Own>>(
    event: Ev,
    fn: Listener<Own, Map_, Ev>,
    options?: ListenOptions,
  ): this {
    const signal = options?.signal;
    signal?.addEventListener("abort", () => this.off(event, fn));
    // A new array at every change: a listener may add or remove one while the old array is being walked.
    if (!signal?.aborted) this.#lists.set(event, [...this.listeners(event), fn]);
    return this;
  }

  /** Adds a listener for the next occurrence of an event only. */
  once<Ev extends EventNames<Map_> | EventNames<Own>>(
    event: Ev,
    fn: Listener<Own, Map_, Ev>,
    options?: ListenOptions,
  ): this {
    const wrapper: any = (...args: unknown[]): void => {
      this.off(event, wrapper);
      (fn as Func).apply(this, args);
    };
    wrapper.fn = fn;
    return this.on(event, wrapper, options);
  }

  /** Removes one listener (added by `on` or `once`), all of an event, or all of all events. */
  off<Ev extends EventNames<Map_> | EventNames<Own>>(event?: Ev, fn?: Listener<Own, Map_, Ev>): this {
    if (!event) this.#lists.clear();
    const list: any[] = fn ? [...this.listeners(event!)] : [];
    // Not found is -1, which becomes a place far behind the end.
    list.splice(list.findIndex((listener) => listener === fn || listener.fn === fn) >>> 0, 1);
    this.#lists.set(event, list);
    return this;
  }

  /** The listeners of an event. */
  listeners<Ev extends EventNames<Map_> | EventNames<Own>>(event: Ev): Listener<Own, Map_, Ev>[] {
    return (this.#lists.get(event) ?? []) as Listener<Own, Map_, Ev>[];
  }

  /** @internal Calls the listeners of an event. */
  _fire(event: string, ...args: unknown[]): void {
    for (const fn of this.listeners(event as never)) callUser(fn, this, args);
  }
}
