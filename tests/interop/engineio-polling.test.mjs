// Engine.IO by long polling: answers, limits, overlaps, ends.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { PollSession, request } from "./lib/http.mjs";
import { CALM, startTarget, unlessReference } from "./lib/target.mjs";
import { until } from "./lib/wait.mjs";

describe("long polling", () => {
  let target;
  before(async () => (target = await startTarget("protocol", { ...CALM, MAX_PAYLOAD: "1000" })));
  after(() => target.stop());

  const open = () => PollSession.open(target);

  test("a POST is answered with ok", async () => {
    const { status, headers, body } = await (await open()).post("4hello");
    assert.deepEqual([status, body], [200, "ok"]);
    assert.match(headers["content-type"], /^text\/html/);
    assert.equal(headers["content-length"], "2");
    assert.equal(headers["cache-control"], "no-store");
  });

  test("a message comes back in the next GET", async () => {
    const session = await open();
    await session.post("4hello €");
    const { headers, body } = await session.get();
    assert.equal(body, "4hello €");
    assert.equal(headers["content-type"].toLowerCase(), "text/plain; charset=utf-8");
    assert.equal(headers["cache-control"], "no-store");
  });

  test("a waiting GET is answered as soon as there is something", async () => {
    const session = await open();
    const waiting = session.get();
    await waiting.sent;
    await session.post("4hello");
    assert.equal((await waiting).body, "4hello");
  });

  test("several packets in one POST come back in order", async () => {
    await (await open()).echoes("4one", "4two", "4", "4four");
  });

  test("binary travels as base64", async () => {
    await (await open()).echoes("bAAECAwQ=", "4text", "b", "b/w==");
  });

  test("a POST above the limit is answered with 413 and the session stays", async () => {
    const session = await open();
    const { status, body } = await session.post(`4${"x".repeat(1000)}`);
    assert.deepEqual([status, body], [413, ""]);
    await session.echoes("4small");
    await session.echoes(`4${"x".repeat(999)}`);
  });

  test("the limit holds for a body of undeclared length", async () => {
    const session = await open();
    const { status } = await session.post(`4${"x".repeat(1000)}`, { "Transfer-Encoding": "chunked" });
    assert.equal(status, 413);
    await session.isAlive();
  });

  test("the limit counts bytes, not characters", async () => {
    const session = await open();
    assert.equal((await session.post(`4${"€".repeat(334)}`)).status, 413);
    await session.echoes(`4${"€".repeat(333)}`);
  });

  test("an octet-stream POST is refused and closes the session", async () => {
    const session = await open();
    const { status } = await session.post(Buffer.from([0, 1, 255]), { "Content-Type": "application/octet-stream" });
    assert.equal(status, 400);
    await session.isGone();
  });

  test("a second GET while one waits is refused and closes the session", async () => {
    const session = await open();
    const first = session.get();
    await first.sent;
    const second = session.get();
    const answers = await Promise.all([first, second]);
    // Which of two connections is read first is not ours to say: one is told of the close, one is refused.
    const [closed, overlapping] = answers.sort((a, b) => a.status - b.status);
    assert.deepEqual([closed.status, closed.body], [200, "1"]);
    assert.equal(overlapping.status, 400);
    await session.isGone();
  });

  test("a second POST while one is being sent is refused and closes the session", async () => {
    const session = await open();
    const half = unfinishedPost(session);
    await half.sent;
    // What was sent may still be on its way to the server; until it is there, a noop passes.
    await until(async () => (await session.post("6")).status === 400, "the second POST to be refused");
    await session.isGone();
    half.abort();
  });

  test("an aborted GET closes the session", async () => {
    const session = await open();
    const waiting = session.get();
    await waiting.sent;
    // One round trip, so that the server has seen the GET: one that is cut before is no GET.
    await session.post("6");
    waiting.abort();
    await session.isGone();
  });

  test("an aborted POST closes the session, or only loses its packets", async () => {
    // The reference closes; to drop the unfinished payload is as good. What must not come is half of it.
    const session = await open();
    const half = unfinishedPost(session);
    await half.sent;
    half.abort();
    const { status } = await session.post("4whole");
    if (status === 200) assert.deepEqual(await session.packets(), ["4whole"]);
    else assert.equal(status, 400);
  });

  test("a close packet ends the session and releases the waiting GET", async () => {
    const session = await open();
    const waiting = session.get();
    await waiting.sent;
    assert.equal((await session.post("1")).body, "ok");
    assert.equal((await waiting).body, "6");
    await session.isGone();
  });

  for (const [what, packet] of [
    ["an unknown packet type", "9"],
    ["a letter as packet type", "abc"],
    ["an empty body", ""],
    ["separators only", "\x1e\x1e\x1e"],
    ["a ping, which only the server may send,", "2"],
  ]) {
    test(`${what} closes the session`, async () => {
      const session = await open();
      // The reference says ok and closes; a 400 says the same more plainly.
      const { status } = await session.post(packet);
      assert.ok(status === 200 || status === 400, `status ${status}`);
      await session.isGone();
    });
  }

  test("bad base64 closes the session or is echoed as what could be read", async () => {
    const session = await open();
    const { status } = await session.post("b***\x1e4after");
    if (status === 200) await session.get();
    await (await open()).echoes("4others are served");
  });

  test("the packets 0, 3, 5 and 6 of a client are ignored", async () => {
    const session = await open();
    await session.post(["0", "3", "5", "6", "4after"].join("\x1e"));
    assert.deepEqual(await session.packets(), ["4after"]);
  });

  test("other methods within a session are refused", async () => {
    const session = await open();
    for (const method of ["PUT", "DELETE", "PATCH"]) {
      // The reference says 500; any refusal will do.
      const { status } = await request(target, session.url, { method });
      assert.ok(status >= 400, `${method}: ${status}`);
    }
  });

  test("a session cannot be spoken to by another version", async () => {
    const session = await open();
    const url = session.url.replace("EIO=4", "EIO=3");
    for (const method of ["GET", "POST"]) {
      const { status, body } = await request(target, url, { method, body: method === "POST" ? "4x" : undefined });
      assert.equal(status, 400);
      assert.equal(JSON.parse(body).code, 3);
    }
    await session.echoes("4the session goes on");
  });

  test("a payload of ten thousand tiny packets is echoed in order or refused as a whole", async () => {
    const wide = await startTarget("protocol", CALM);
    const session = await PollSession.open(wide);
    const packets = Array.from({ length: 10_000 }, (_, i) => `4${i}`);
    const { status } = await session.post(packets.join("\x1e"));
    const received = [];
    while (status === 200 && received.length < packets.length) received.push(...(await session.packets()));
    if (status === 200) assert.deepEqual(received, packets);
    await (await PollSession.open(wide)).echoes("4others are served");
    await wide.stop();
  });

  /** A POST of which half the body is sent; the rest never comes. */
  function unfinishedPost(session) {
    const headers = { "Content-Length": "20" };
    return request(target, session.url, { method: "POST", headers, body: "4half", unfinished: true });
  }
});

test("a heartbeat does not wait behind a long queue", unlessReference("it answers with all that waits"), async () => {
  const target = await startTarget("protocol", { PING_INTERVAL: "300", PING_TIMEOUT: "20000" });
  const session = await PollSession.open(target);
  const messages = Array.from({ length: 2000 }, (_, i) => `4${i}`);
  await session.post(messages.join("\x1e"));
  const heard = [];
  const poll = async () => {
    const packets = (await session.get()).body.split("\x1e");
    heard.push(...packets.filter((packet) => packet !== "2"));
    return packets.includes("2");
  };
  // Slow enough that the queue is still long when the ping is due.
  await until(async () => (await poll()) || new Promise((resolve) => setTimeout(resolve, 20)), "a ping");
  assert.ok(heard.length < messages.length, "the ping came last");
  while (heard.length < messages.length) await poll();
  assert.deepEqual(heard, messages);
  await target.stop();
});
