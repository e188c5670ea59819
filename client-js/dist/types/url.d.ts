import type { EngineOptions } from "./options.js";
/** An address given to `io()`, taken apart. */
export interface Address<Options> {
    /** "https://host:port", without the port where it is the scheme's own. */
    origin: string;
    /** The namespace: the path of the address. */
    nsp: string;
    /** The options given with it; their query is the address's if they have none. */
    opts: Options & {
        query: Record<string, any>;
    };
}
/**
 * Reads an address: complete, without scheme, or only a path ("/admin") on the page's own server; and options, which
 * may be all that is given. Throws when it is none, or is only a path where there is no page.
 */
export declare function parseAddress<Options extends EngineOptions>(address?: string | Options, opts?: Options): Address<Options>;
/** The path of the requests of a connection. */
export declare function enginePath({ path, addTrailingSlash }: EngineOptions): string;
