// The bounds of the other doors: sessions that race or are forgotten, what is too large, what takes its time. In each
// test bystanders on other mounts are served throughout.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { withBystanders } from "./lib/bystanders.mjs";
import { WEBSOCKETS } from "./lib/doors.mjs";
import { close, CLOSE, frame, FrameSocket, part, TEXT } from "./lib/frames.mjs";
import { request } from "./lib/http.mjs";
import { newSession, post, XhrSession } from "./lib/sockjs.mjs";
import { CALM, startTarget, unlessReference } from "./lib/target.mjs";
import { answerTo, RawTcp, upgradeRequest } from "./lib/tcp.mjs";
import { until } from "./lib/wait.mjs";
import { RawSocket } from "./lib/ws.mjs";

const LIMIT = 100_000;
const TEXT_BODY = { "Content-Type": "text/plain" };
const FORM = { "Content-Type": "application/x-www-form-urlencoded" };

/** Where npm's SockJS takes whatever comes. */
const UNLIMITED = new Set([
  "xhr_send",
  "jsonp_send",
  "xhr_send of Primus",
  "SockJS",
  "SockJS, bare",
  "websocket-multiplex",
]);

let target;
before(
  async () => (target = await startTarget("doors", { ...CALM, MAX_PAYLOAD: String(LIMIT), PRIMUS_PING: "25000" })),
);
after(() => target.stop());

/** A test of what hostile clients do, throughout which the bystanders are served. */
function hostile(sentence, ...rest) {
  const steps = rest.pop();
  test(sentence, ...rest, () => withBystanders(target, steps));
}

const numbers = (count) => Array.from({ length: count }, (_, i) => i);

describe("SockJS sessions", { concurrency: 4 }, () => {
  hostile("of many polls at once one goes on, and the others are told", async () => {
    const session = await XhrSession.open(target);
    const polls = numbers(20).map(() => session.poll());
    const refused = [];
    for (const poll of polls)
      poll.then(
        ({ body }) => body.startsWith("c[2010") && refused.push(body),
        () => {},
      );
    await until(() => refused.length === 19, "nineteen refusals");
    await session.send("to the one");
    const bodies = (await Promise.all(polls)).map(({ body }) => body);
    assert.deepEqual(
      bodies.filter((body) => !body.startsWith("c[")),
      ['a["to the one"]\n'],
    );
  });

  hostile(
    "a session of one mount is none of another",
    unlessReference("its sessions are those of all mounts"),
    async () => {
      const session = await XhrSession.open(target, "/echo");
      const [, , , id] = session.url.split("/");
      assert.equal((await post(target, `/amplify/000/${id}/xhr_send`, '["1"]')).status, 404);
      assert.equal((await post(target, `/amplify/000/${id}/xhr`)).body, "o\n");
      await session.send("mine");
      assert.equal((await session.poll()).body, 'a["mine"]\n');
    },
  );

  hostile("two WebSockets with the id of one poller are three sessions", async () => {
    const session = await XhrSession.open(target);
    const sockets = await Promise.all(
      numbers(2).map(() => RawSocket.attempt(target, { path: `${session.url}/websocket`, query: "", pong: false })),
    );
    for (const [i, socket] of sockets.entries()) {
      socket.send(`["${i}"]`);
      await socket.expect("o", `a["${i}"]`);
      await socket.end();
    }
    await session.send("polled");
    assert.equal((await session.poll()).body, 'a["polled"]\n');
  });

  hostile("what is sent to a session that the program has closed is lost, and nothing else", async () => {
    const session = await XhrSession.open(target, "/close");
    assert.equal((await session.poll()).body, 'c[3000,"Go away!"]\n');
    for (let i = 0; i < 3; i++) assert.ok([204, 404].includes((await session.send("too late")).status));
    assert.equal((await session.poll()).body, 'c[3000,"Go away!"]\n');
  });

  hostile("of receivers of every kind at once one is taken, and its cut ends the session", async () => {
    const url = newSession("/echo");
    assert.equal((await post(target, `${url}/xhr`)).body, "o\n");
    const kinds = [
      ["xhr", "POST"],
      ["xhr_streaming", "POST"],
      ["eventsource", "GET"],
      ["htmlfile?c=x", "GET"],
      ["jsonp?c=x", "GET"],
    ];
    const receivers = numbers(20).map((i) => {
      const [transport, method] = kinds[i % kinds.length];
      return request(target, `${url}/${transport}`, { method });
    });
    const refused = [];
    for (const receiver of receivers)
      receiver.then(
        ({ body }) => refused.push(body),
        () => {},
      );
    await until(() => refused.length === 19, "nineteen refusals");
    assert.ok(
      refused.every((body) => body.includes("c[2010,")),
      refused.join(),
    );
    for (const receiver of receivers) receiver.abort();
    const { body } = await until(async () => {
      const poll = await post(target, `${url}/xhr`);
      return !poll.body.startsWith("c[2010") && poll;
    }, "a poll that is taken");
    assert.match(body, /^(o|c\[1002,"Connection interrupted"\])\n$/);
  });

  hostile("a thousand sessions that nobody comes back to are gone after a while", async () => {
    const sessions = [];
    for (let i = 0; i < 20; i++) sessions.push(...(await Promise.all(numbers(50).map(() => XhrSession.open(target)))));
    assert.ok(sessions.every(({ first }) => first.body === "o\n"));
    const gone = async (session) => (await session.send("is anybody there")).status === 404;
    assert.equal(await gone(sessions.at(-1)), false);
    // They are kept for five seconds.
    await until(() => gone(sessions.at(-1)), "the last session to go", 15_000);
    for (let i = 0; i < 20; i++) {
      const all = await Promise.all(sessions.slice(i * 50, i * 50 + 50).map(gone));
      assert.ok(all.every(Boolean), `${all.filter((it) => !it).length} sessions are still there`);
    }
  });
});

describe("what is too large", { concurrency: 4 }, () => {
  const BODIES = {
    "xhr_send": async () => [`${(await XhrSession.open(target)).url}/xhr_send`, TEXT_BODY],
    "jsonp_send": async () => [`${(await XhrSession.open(target)).url}/jsonp_send`, FORM],
    "xhr_send of Primus": async () => [`${(await XhrSession.open(target, "/primus-sockjs")).url}/xhr_send`, TEXT_BODY],
    "a POST of Engine.IO": async () => {
      const path = "/primus-engineio/?EIO=4&transport=polling";
      const { sid } = JSON.parse((await request(target, path)).body.slice(1));
      return [`${path}&sid=${sid}`, TEXT_BODY];
    },
  };

  for (const [what, prepare] of Object.entries(BODIES)) {
    const limited = UNLIMITED.has(what) ? unlessReference("it has no limit") : {};
    hostile(`${what}: a body above the maximum payload is refused with 413`, limited, async () => {
      const [path, headers] = await prepare();
      const { status } = await post(target, path, "x".repeat(LIMIT + 1000), headers);
      assert.equal(status, 413);
    });

    hostile(
      `${what}: a body that only announces too much is refused at once`,
      unlessReference("it waits for the body"),
      async () => {
        const [path, headers] = await prepare();
        for (const length of [LIMIT * 10, 2 ** 40]) {
          const head = await answerTo(
            target,
            `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: ${headers["Content-Type"]}\r\nContent-Length: ${length}\r\n\r\n["x`,
          );
          assert.match(head, /^HTTP\/1\.1 413 /, String(length));
        }
      },
    );

    hostile(`${what}: a body in chunks without end is refused at the limit`, limited, async () => {
      const [path, headers] = await prepare();
      const tcp = await RawTcp.open(target);
      tcp.write(
        `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: ${headers["Content-Type"]}\r\nTransfer-Encoding: chunked\r\n\r\n`,
      );
      const chunk = `2710\r\n${"x".repeat(10_000)}\r\n`;
      for (let i = 0; i < 100 && tcp.received.length === 0 && !tcp.closed; i++) {
        tcp.write(chunk);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await tcp.answered();
      assert.match(tcp.received.toString(), /^HTTP\/1\.1 413 |^$/);
      tcp.destroy();
    });
  }

  for (const [what, path] of Object.entries(WEBSOCKETS)) {
    const limited = UNLIMITED.has(what) ? unlessReference("it has no limit") : {};
    hostile(
      `${what}: a message above the maximum payload closes with 1009, in one frame or in several`,
      limited,
      async () => {
        for (const frames of [
          [frame(TEXT, `"${"x".repeat(LIMIT)}"`)],
          [part(TEXT, `"${"x".repeat(LIMIT / 2)}`), part(0, "x".repeat(LIMIT / 2)), frame(0, '"')],
          [frame(TEXT, "", { length: 2 ** 40 })],
        ]) {
          const socket = await FrameSocket.open(target, { path: path() });
          socket.send(...frames);
          let opcode, payload;
          // The transport may have greeted.
          do [opcode, payload] = await socket.next();
          while (opcode === TEXT);
          assert.deepEqual([opcode, payload.readUInt16BE()], [CLOSE, 1009]);
          socket.send(close(1009));
          socket.destroy();
        }
      },
    );
  }

  hostile("an address of a hundred thousand letters is refused", async () => {
    for (const path of [
      `/echo/${"x".repeat(LIMIT)}`,
      `/echo/0/0/jsonp?c=${"x".repeat(LIMIT)}`,
      `/primus-websockets?${"x".repeat(LIMIT)}`,
    ]) {
      assert.match(await answerTo(target, `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`), /^HTTP\/1\.1 (4|5)\d\d |^$/);
    }
  });
});

describe("what takes its time", { concurrency: 4 }, () => {
  hostile("bodies that never end hold up nobody", async () => {
    const session = await XhrSession.open(target);
    const slow = await Promise.all(
      numbers(50).map(async (i) => {
        const tcp = await RawTcp.open(target);
        tcp.write(
          `POST ${session.url}/${i % 2 ? "xhr_send" : "jsonp_send"} HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\n["`,
        );
        return tcp;
      }),
    );
    for (let i = 0; i < 5; i++) {
      for (const tcp of slow) tcp.write("x");
      await session.send(`${i}`);
      assert.equal((await session.poll()).body, `a["${i}"]\n`);
    }
    for (const tcp of slow) tcp.destroy();
    await session.send("afterwards");
    assert.equal((await session.poll()).body, 'a["afterwards"]\n');
  });

  hostile("whoever stops reading is not waited for", async () => {
    const stalled = await RawTcp.open(target);
    stalled.write(upgradeRequest(target, `${newSession("/broadcast")}/websocket`));
    await stalled.reads("\r\n\r\n");
    await until(() => stalled.received.includes(Buffer.from("o")), "the opening frame");
    stalled.stopReading();
    const speaker = await RawSocket.attempt(target, { path: "/broadcast/websocket", query: "", pong: false });
    const text = "x".repeat(90_000);
    for (let i = 0; i < 200; i++) {
      speaker.send(text);
      assert.equal((await speaker.next()).length, text.length);
    }
    await speaker.end();
    stalled.destroy();
  });
});
