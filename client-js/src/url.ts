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
export function parseAddress(address = "", { secure, hostname, host = hostname, port }: EngineOptions = {}): Address {
  const page = globalThis.location as Location | undefined;
  const scheme = (secure ?? page?.protocol !== "http:") ? "https://" : "http://";
  let text = address;
  if (!text || /^\/(?!\/)/.test(text)) {
    text = (host ? scheme + host + (port ? ":" + port : "") : (page?.origin ?? "")) + text;
  } else if (!/^\w+:\/\//.test(text)) text = scheme + text.replace(/^\/\//, "");
  const url = new URL(text.replace(/^ws/, "http"));
  // Not url.pathname, which is percent-encoded: a namespace is taken as it is written.
  const nsp = /^\w+:\/\/[^/?#]*([^?#]*)/.exec(text)![1] || "/";
  return { origin: url.origin, nsp, query: Object.fromEntries(url.searchParams) };
}

/** The path of the requests of a connection. */
export function enginePath({ path = "/socket.io", addTrailingSlash }: EngineOptions): string {
  return path.replace(/\/$/, "") + (addTrailingSlash === false ? "" : "/");
}
