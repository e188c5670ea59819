// Raw HTTP and raw long polling: no client library between the test and the wire.
import assert from "node:assert/strict";
import http from "node:http";
import { within } from "./wait.mjs";

/**
 * One request on a connection of its own. The promise has `abort()`, which cuts the connection, and `sent`,
 * which resolves once the request has been handed to the system. With `unfinished` the body is left open.
 */
export function request(target, path, { method = "GET", headers = {}, body, unfinished = false } = {}) {
  const outgoing = http.request({ host: "127.0.0.1", port: target.port, path, method, headers, agent: false });
  const response = new Promise((resolve, reject) => {
    outgoing.once("error", reject);
    outgoing.once("response", (incoming) => {
      const chunks = [];
      incoming.on("data", (chunk) => chunks.push(chunk));
      incoming.once("error", reject);
      incoming.once("end", () =>
        resolve({
          status: incoming.statusCode,
          headers: incoming.headers,
          body: Buffer.concat(chunks).toString(),
          bytes: Buffer.concat(chunks),
        }),
      );
    });
  });
  const promise = within(response, `the answer to ${method} ${path}`);
  const ignoreFailure = () => promise.catch(() => {});
  promise.abort = () => {
    ignoreFailure();
    outgoing.destroy();
  };
  if (unfinished) ignoreFailure();
  promise.sent = new Promise((resolve) => {
    if (unfinished) outgoing.write(body, resolve);
    else outgoing.end(body, resolve);
  });
  return promise;
}

/** An Engine.IO session over long polling. */
export class PollSession {
  static async open(target, { path = "/engine.io/", eio = 4 } = {}) {
    const session = new PollSession();
    Object.assign(session, { target, path, eio });
    session.handshake = await session.get();
    assert.equal(session.handshake.status, 200, session.handshake.body);
    const [open] = session.handshake.body.split("\x1e");
    Object.assign(session, JSON.parse(open.slice(1)));
    return session;
  }

  get url() {
    const sid = this.sid ? `&sid=${this.sid}` : "";
    return `${this.path}?EIO=${this.eio}&transport=polling${sid}`;
  }

  get(options) {
    return request(this.target, this.url, options);
  }

  post(body, headers = { "Content-Type": "text/plain;charset=UTF-8" }) {
    return request(this.target, this.url, { method: "POST", headers, body });
  }

  /** The packets of the next answer which carries more than heartbeats and noops; answers the pings. */
  async packets() {
    for (;;) {
      const { status, body } = await this.get();
      assert.equal(status, 200, body);
      const packets = body.split("\x1e");
      if (packets.includes("2")) await this.post("3");
      const rest = packets.filter((packet) => packet !== "2" && packet !== "6");
      if (rest.length > 0) return rest;
    }
  }

  /** Sends packets and reads until as many came back; asserts that they are the same. */
  async echoes(...packets) {
    const sent = await this.post(packets.join("\x1e"));
    assert.equal(sent.status, 200, sent.body);
    const received = [];
    while (received.length < packets.length) received.push(...(await this.packets()));
    assert.deepEqual(received, packets);
  }

  /**
   * Asserts that the session is gone or goes within the deadline. Asks by POST of a noop, which a living
   * session ignores, since a GET to a living session would wait.
   */
  async isGone() {
    const end = Date.now() + 5000;
    for (;;) {
      const { status, body } = await this.post("6");
      if (status === 400) return assert.deepEqual(JSON.parse(body), { code: 1, message: "Session ID unknown" });
      assert.ok(Date.now() < end, "the session is still there");
    }
  }

  async isAlive() {
    const { status, body } = await this.post("6");
    assert.deepEqual([status, body], [200, "ok"]);
  }
}
