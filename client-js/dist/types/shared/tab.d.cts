import { type FromTab, type ToTab } from "./messages.cjs";
/** A tab, as the worker sees it. */
export declare class Tab {
    #private;
    constructor(port: MessagePort, onmessage: (message: FromTab) => void);
    /** It takes part from now on. At most so many messages may be on their way to it; but it needs some before it answers. */
    begin(limit: number | undefined, onend: () => void): void;
    /** Tells it something, or cuts it off when it has not taken what it was told before. */
    send(message: ToTab): void;
    /** It takes no part any more. */
    end(): void;
}
