import { callUser, Emitter, without } from "./emitter.js";
import type { EventsMap } from "./types.js";

/** A listener for any event: gets its name and its arguments. */
export type AnyListener = (event: string, ...args: any[]) => void;

/** An Emitter with listeners for all events, incoming and outgoing. */
export class CatchAllEmitter<Map extends EventsMap, Own extends EventsMap> extends Emitter<Map, Own> {
  #anyIncoming: AnyListener[] = [];
  #anyOutgoing: AnyListener[] = [];

  /** Adds a listener for every event that comes. */
  onAny(fn: AnyListener): this {
    this.#anyIncoming = [...this.#anyIncoming, fn];
    return this;
  }

  /** Adds a listener for every event that comes, before the others. */
  prependAny(fn: AnyListener): this {
    this.#anyIncoming = [fn, ...this.#anyIncoming];
    return this;
  }

  /** Removes a listener for every event that comes, or all of them. */
  offAny(fn?: AnyListener): this {
    this.#anyIncoming = fn ? without(this.#anyIncoming, fn) : [];
    return this;
  }

  /** The listeners for every event that comes. */
  listenersAny(): AnyListener[] {
    return this.#anyIncoming;
  }

  /** Adds a listener for every event that is sent (when it is, not while it waits for a connection). */
  onAnyOutgoing(fn: AnyListener): this {
    this.#anyOutgoing = [...this.#anyOutgoing, fn];
    return this;
  }

  /** Adds a listener for every event that is sent, before the others. */
  prependAnyOutgoing(fn: AnyListener): this {
    this.#anyOutgoing = [fn, ...this.#anyOutgoing];
    return this;
  }

  /** Removes a listener for every event that is sent, or all of them. */
  offAnyOutgoing(fn?: AnyListener): this {
    this.#anyOutgoing = fn ? without(this.#anyOutgoing, fn) : [];
    return this;
  }

  /** The listeners for every event that is sent. */
  listenersAnyOutgoing(): AnyListener[] {
    return this.#anyOutgoing;
  }

  /** @internal Calls the listeners for every event that comes. */
  _incoming(args: readonly unknown[]): void {
    for (const fn of this.#anyIncoming) callUser(fn, this, args);
  }

  /** @internal Calls the listeners for every event that is sent. */
  _outgoing(args: readonly unknown[]): void {
    for (const fn of this.#anyOutgoing) callUser(fn, this, args);
  }
}
