// Raw SockJS over HTTP: sessions without a client library, and answers that go on.
import http from "node:http";
import { request } from "./http.mjs";
import { until, within } from "./wait.mjs";

let sessions = 0;
/** The path of a session that nobody has used. */
export const newSession = (prefix) => `${prefix}/000/${process.pid}-${Date.now()}-${++sessions}`;

export const post = (target, path, body = "", headers = {}) =>
  request(target, path, { method: "POST", body, headers: { "Content-Type": "text/plain", ...headers } });

/** One session over XHR polling. */
export class XhrSession {
  static async open(target, prefix = "/echo") {
    const session = new XhrSession();
    Object.assign(session, { target, url: newSession(prefix) });
    session.first = await session.poll();
    return session;
  }

  poll() {
    return post(this.target, `${this.url}/xhr`);
  }

  send(...messages) {
    return post(this.target, `${this.url}/xhr_send`, JSON.stringify(messages));
  }
}

/** An answer that goes on: what has come of it so far. */
export class Streaming {
  text = "";
  ended = false;

  static async open(target, path, { method = "GET", headers = {} } = {}) {
    const streaming = new Streaming();
    const outgoing = http.request({ host: "127.0.0.1", port: target.port, path, method, headers, agent: false });
    streaming.outgoing = outgoing;
    const response = new Promise((resolve, reject) => {
      outgoing.once("error", reject);
      outgoing.once("response", resolve);
    });
    outgoing.end();
    const incoming = await within(response, `the answer to ${method} ${path}`);
    outgoing.on("error", () => {});
    incoming.on("error", () => {});
    Object.assign(streaming, { status: incoming.statusCode, headers: incoming.headers });
    incoming.setEncoding("utf8");
    incoming.on("data", (chunk) => (streaming.text += chunk));
    incoming.on("end", () => (streaming.ended = true));
    return streaming;
  }

  /** Waits until `wanted` has come. */
  reads(wanted) {
    return until(() => this.text.includes(wanted), `${JSON.stringify(wanted)} in ${JSON.stringify(this.text.slice(-200))}`);
  }

  ends() {
    return until(() => this.ended, "the end of the answer");
  }

  abort() {
    this.outgoing.destroy();
  }
}
