import type { EventNames, EventsMap, Listener } from "./types.js";

type Func = (...args: any[]) => any;

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

/** A copy of a list without the first listener that is `fn`, or was made of it by `once`. */
export function without<F extends Func>(list: F[], fn: F): F[] {
  const index = list.findIndex((l: Func & { fn?: unknown }) => l === fn || l.fn === fn);
  return list.filter((_, i) => i !== index);
}

/** Listeners by event name. `Own` are the events of the object itself, `Map` those of its user. */
export class Emitter<Map_ extends EventsMap, Own extends EventsMap = {}> {
  readonly #listeners = new Map<string, Func[]>();

  /** Adds a listener; the same function added twice is called twice. */
  on<Ev extends EventNames<Map_> | EventNames<Own>>(event: Ev, fn: Listener<Own, Map_, Ev>): this {
    // A new array at every change: a listener may add or remove one while the old array is being walked.
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), fn]);
    return this;
  }

  /** Adds a listener for the next occurrence of an event only. */
  once<Ev extends EventNames<Map_> | EventNames<Own>>(event: Ev, fn: Listener<Own, Map_, Ev>): this {
    const wrapper = (...args: unknown[]): void => {
      this.off(event, wrapper as any);
      (fn as Func).apply(this, args);
    };
    wrapper.fn = fn;
    return this.on(event, wrapper as any);
  }

  /** Removes one listener (added by `on` or `once`), all of an event, or all of all events. */
  off<Ev extends EventNames<Map_> | EventNames<Own>>(event?: Ev, fn?: Listener<Own, Map_, Ev>): this {
    if (event === undefined) {
      this.#listeners.clear();
    } else if (!fn) {
      this.#listeners.delete(event);
    } else {
      const rest = without(this.#listeners.get(event) ?? [], fn);
      rest.length ? this.#listeners.set(event, rest) : this.#listeners.delete(event);
    }
    return this;
  }

  /** The listeners of an event. */
  listeners<Ev extends EventNames<Map_> | EventNames<Own>>(event: Ev): Listener<Own, Map_, Ev>[] {
    return (this.#listeners.get(event) ?? []).map((l: Func & { fn?: unknown }) => l.fn ?? l) as Listener<Own, Map_, Ev>[];
  }

  /** Whether an event has listeners. */
  hasListeners(event: EventNames<Map_> | EventNames<Own>): boolean {
    return this.#listeners.has(event);
  }

  /** The same as `on`. */
  addEventListener<Ev extends EventNames<Map_> | EventNames<Own>>(event: Ev, fn: Listener<Own, Map_, Ev>): this {
    return this.on(event, fn);
  }

  /** The same as `off`. */
  removeListener<Ev extends EventNames<Map_> | EventNames<Own>>(event?: Ev, fn?: Listener<Own, Map_, Ev>): this {
    return this.off(event, fn);
  }

  /** The same as `off`. */
  removeEventListener<Ev extends EventNames<Map_> | EventNames<Own>>(event?: Ev, fn?: Listener<Own, Map_, Ev>): this {
    return this.off(event, fn);
  }

  /** The same as `off` without a listener. */
  removeAllListeners(event?: EventNames<Map_> | EventNames<Own>): this {
    return this.off(event);
  }

  /** @internal Calls the listeners of an event. */
  _fire(event: string, ...args: unknown[]): void {
    for (const fn of this.#listeners.get(event) ?? []) callUser(fn, this, args);
  }
}
