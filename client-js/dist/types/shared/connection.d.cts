import type { io } from "../index.cjs";
import type { FromTab, Wish } from "./messages.cjs";
import type { Tab } from "./tab.cjs";
/** A socket of the worker, and the tabs that share it. */
export declare class Connection {
    #private;
    /** `onidle` is called when no tab has used it for a while; it is disconnected then. */
    constructor(makeSocket: typeof io, { uri, options, asksAuth }: Wish, onidle: () => void);
    /** Lets a tab take part, until it is gone. */
    add(tab: Tab): void;
    /** What a tab that takes part says. */
    onmessage(tab: Tab, message: FromTab): void;
}
