import type { EngineOptions } from "./options.js";
/** An address given to `io()`, taken apart. */
export interface Address {
    /** "https://host:port", without the port where it is the scheme's own. */
    origin: string;
    /** The namespace: the path of the address. */
    nsp: string;
    /** The parameters of the address. */
    query: Record<string, string>;
}
/**
 * Reads an address: complete, without scheme, or only a path ("/admin") on the page's own server.
 * Throws when it is none, or is only a path where there is no page.
 */
export declare function parseAddress(address?: string, { secure, hostname, host, port }?: EngineOptions): Address;
/** The path of the requests of a connection. */
export declare function enginePath({ path, addTrailingSlash }: EngineOptions): string;
