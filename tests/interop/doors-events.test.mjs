// Server-sent events as they stand on the wire. EventSource itself is played in doors/.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { request } from "./lib/http.mjs";
import { Streaming } from "./lib/sockjs.mjs";
import { CALM, startTarget } from "./lib/target.mjs";

/** The blocks of a stream: for each the lines that count, in any order. */
const blocks = (text) =>
  text
    .replaceAll("\r\n", "\n")
    .split("\n\n")
    .filter(Boolean)
    .map((block) =>
      block
        .split("\n")
        .filter((line) => !line.startsWith(":"))
        .map((line) => line.replace(": ", ":")),
    );

describe("server-sent events", { concurrency: 4 }, () => {
  let target;
  before(async () => (target = await startTarget("doors", CALM)));
  after(() => target.stop());

  test("two events come, and how long to wait before coming again", async () => {
    const { status, headers, body } = await request(target, "/es");
    assert.equal(status, 200);
    assert.match(headers["content-type"], /^text\/event-stream\b/);
    assert.match(headers["cache-control"], /no-(cache|store)/);
    const lines = blocks(body).flat();
    assert.deepEqual(
      lines.filter((line) => line.startsWith("retry")),
      ["retry:200"],
    );
    const events = blocks(body).filter((block) => block.some((line) => line.startsWith("data")));
    assert.deepEqual(
      events.map((block) => block.filter((line) => !line.startsWith("retry")).sort()),
      [
        ["data:hello", "data:world", "id:1"],
        ['data:{"last":""}', "event:last", "id:2"],
      ],
    );
  });

  test("who comes again is told the last id that it has", async () => {
    for (const last of ["2", "0", 'a "quoted" \\ one', "{}"]) {
      const { body } = await request(target, "/es", { headers: { "Last-Event-ID": last } });
      assert.equal(
        blocks(body)
          .flat()
          .find((line) => line.startsWith("data:{")),
        `data:${JSON.stringify({ last })}`,
      );
    }
  });

  test("the stream stays open for a while, and then ends", async () => {
    const streaming = await Streaming.open(target, "/es");
    await streaming.reads('{"last":""}');
    const begun = performance.now();
    assert.equal(streaming.ended, false);
    await streaming.ends();
    assert.ok(performance.now() - begun < 5000);
  });

  test("pages of any origin may read it, with credentials", async () => {
    const { headers } = await request(target, "/es", { headers: { Origin: "http://a.example" } });
    assert.equal(headers["access-control-allow-origin"], "http://a.example");
    assert.equal(headers["access-control-allow-credentials"], "true");
    assert.match(headers.vary, /origin/i);
  });

  test("many who go away at once do no harm", async () => {
    const streams = await Promise.all(Array.from({ length: 50 }, () => Streaming.open(target, "/es")));
    for (const streaming of streams) streaming.abort();
    assert.equal((await request(target, "/es")).status, 200);
  });
});
