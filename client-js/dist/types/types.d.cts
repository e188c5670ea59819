/** Maps an event's name to the signature of its listeners; a last parameter that is a function is its acknowledgement. */
export interface EventsMap {
    [event: string]: any;
}
/** The map used when none is given: any event with any arguments. */
export interface DefaultEventsMap {
    [event: string]: (...args: any[]) => any;
}
/** The names of the events of a map. */
export type EventNames<Map extends EventsMap> = keyof Map & string;
/** The arguments of an event of a map, its acknowledgement included. */
export type EventParams<Map extends EventsMap, Ev extends EventNames<Map>> = Parameters<Map[Ev]>;
/** The listener of an event, whether it is one of the client's own (`Own`) or one of the user's (`Map`). */
export type Listener<Own extends EventsMap, Map extends EventsMap, Ev> = Ev extends keyof Own ? Own[Ev] : Ev extends keyof Map ? Map[Ev] : never;
/** Any event of a map, as its name and arguments; of a map of all events, anything. */
export type AnyEvent<Map extends EventsMap> = string extends keyof Map ? any : {
    [Ev in EventNames<Map>]: Map[Ev] extends (...args: infer A) => any ? [event: Ev, ...args: A] : never;
}[EventNames<Map>];
type Func = (...args: any[]) => any;
/** The arguments of an event without the acknowledgement. */
export type ParamsWithoutAck<Params extends any[]> = Required<Params> extends [...infer Head, infer Last] ? (Last extends Func ? Head : Params) : Params;
type AckParams<Params extends any[]> = Required<Params> extends [...any[], infer Last] ? (Last extends (...args: infer A) => any ? A : any[]) : any[];
/** What `emitWithAck` resolves with: the first argument of the acknowledgement, after the error that `timeout()` adds. */
export type AckResult<Params extends any[]> = AckParams<Params> extends [infer First, ...infer Rest] ? Error extends First ? Rest extends [infer Second, ...any[]] ? Second : any : First : any;
type WithError<F> = F extends (...args: infer A) => infer R ? (err: Error, ...args: A) => R : F;
type DecorateLast<Params extends any[]> = Required<Params> extends [...infer Head, infer Last] ? (Last extends Func ? [...Head, WithError<Last>] : Params) : Params;
/** An event map whose acknowledgements get an error as first argument: what `timeout()` makes of a map. */
export type DecorateAcks<Map extends EventsMap> = {
    [Ev in keyof Map]: Map[Ev] extends (...args: infer A) => infer R ? (...args: DecorateLast<A>) => R : Map[Ev];
};
export {};
