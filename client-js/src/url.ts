import { hooks } from "./hooks.js";
import type { EngineOptions } from "./options.js";

/** An address given to `io()`, taken apart. */
export interface Address<Options> {
  /** "https://host:port", without the port where it is the scheme's own. */
  origin: string;
  /** The namespace: the path of the address. */
  nsp: string;
  /** The options given with it; their query is the address's if they have none. */
  opts: Options & { query: Record<string, any> };
}

/**
 * Reads an address: complete, without scheme, or only a path ("/admin") on the page's own server; and options, which
 * may be all that is given. Throws when it is none, or is only a path where there is no page.
 */
export function parseAddress<Options extends EngineOptions>(
  address: string | Options = "",
  opts: Options = {} as Options,
): Address<Options> {
  if (typeof address !== "string") return parseAddress("", address);
  const page = globalThis.location as Location | undefined;
  const usual = (opts.secure ?? page?.protocol !== "http:") ? "https:" : "http:";
  const [, scheme = usual, authority, path, query] = /^(?:(\w+:)?\/\/)?([^/?#]*)([^?#]*)(\??[^#]*)/.exec(address)!;
  const server = authority || hooks._server?.(opts);
  const url = new URL((server ? `${scheme}//${server}`.replace(/^ws/, "http") : page?.origin) + "/" + query);
  // Not url.pathname, which is percent-encoded: a namespace is taken as it is written.
  return { origin: url.origin, nsp: path || "/", opts: { query: Object.fromEntries(url.searchParams), ...opts } };
}

/** The path of the requests of a connection. */
export function enginePath({ path = "/socket.io", addTrailingSlash }: EngineOptions): string {
  return path.replace(/\/$/, "") + (addTrailingSlash === false ? "" : "/");
}
