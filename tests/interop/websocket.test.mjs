// A plain WebSocket by its clients: npm `ws`, and the browser's own. Frames are in websocket-frames.test.mjs.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import WebSocket from "ws";
import { startChromium } from "./lib/chromium.mjs";
import { FrameSocket, frame, PING, PONG, TEXT } from "./lib/frames.mjs";
import { request } from "./lib/http.mjs";
import { CALM, startTarget, unlessReference } from "./lib/target.mjs";
import { RawTcp, upgradeRequest } from "./lib/tcp.mjs";
import { deferred, within } from "./lib/wait.mjs";
import { RawSocket } from "./lib/ws.mjs";

const PLAIN = { path: "/ws", query: "", pong: false };
const open = (target, options) => RawSocket.attempt(target, { ...PLAIN, ...options });
const closed = (socket) => within(socket.closed, "the end of the WebSocket", 5000);

describe("npm ws", () => {
  let target;
  before(async () => (target = await startTarget("doors", CALM)));
  after(() => target.stop());

  test("text and binary messages are echoed as they are", async () => {
    const socket = await open(target);
    const messages = [
      "hello",
      "",
      "é € 😀 \0",
      '["an",{"array":[]}]',
      Buffer.from([0, 1, 255]),
      Buffer.alloc(0),
      "4",
    ];
    socket.send(...messages);
    await socket.expect(...messages);
    await socket.end();
  });

  test("messages of every length of a frame are echoed, up to the maximum payload", async () => {
    const socket = await open(target);
    for (const length of [125, 126, 127, 65_535, 65_536, 1_000_000]) {
      socket.send("x".repeat(length), Buffer.alloc(length, 7));
      await socket.expect("x".repeat(length), Buffer.alloc(length, 7));
    }
    await socket.end();
  });

  test("many messages are echoed in order", async () => {
    const socket = await open(target);
    const messages = Array.from({ length: 2000 }, (_, i) => `message ${i}`);
    socket.send(...messages);
    await socket.expect(...messages);
    await socket.end();
  });

  test("a message in fragments is one message", async () => {
    const socket = await open(target);
    for (const [piece, fin] of [
      ["one ", false],
      ["", false],
      ["two", true],
    ])
      socket.ws.send(piece, { fin });
    await socket.expect("one two");
    await socket.end();
  });

  test("a message above the maximum payload closes with 1009", async () => {
    const socket = await open(target);
    socket.send("x".repeat(1_000_001));
    assert.equal(await socket.isClosed(), 1009);
  });

  for (const code of [undefined, 1000, 1001, 1011, 3000, 4999]) {
    test(`the close code ${code} is echoed`, async () => {
      const socket = await open(target);
      socket.ws.close(code, code && "goodbye");
      assert.equal((await closed(socket)).code, code ?? 1005);
    });
  }

  test("what was sent before a close is echoed before it", async () => {
    const socket = await open(target);
    socket.send("last words");
    socket.ws.close(1000);
    await socket.expect("last words");
    assert.equal((await closed(socket)).code, 1000);
  });

  for (const [offers, expected] of [
    [["chat"], "chat"],
    [["other", "chat"], "chat"],
  ]) {
    test(`of the subprotocols ${offers} ${expected} is chosen`, async () => {
      const socket = await new Promise((resolve, reject) => {
        const ws = new WebSocket(`ws://127.0.0.1:${target.port}/ws`, offers);
        ws.on("open", () => resolve(ws)).on("error", reject);
      });
      assert.equal(socket.protocol, expected);
      socket.terminate();
    });
  }

  test("none is chosen where none that is known is offered", async () => {
    for (const offer of ["", "Sec-WebSocket-Protocol: other, chatter\r\n"]) {
      const tcp = await RawTcp.open(target);
      tcp.write(upgradeRequest(target, "/ws").replace("\r\n\r\n", `\r\n${offer}\r\n`));
      await tcp.reads("\r\n\r\n");
      const head = tcp.received.toString();
      assert.match(head, /^HTTP\/1\.1 101 /);
      assert.match(head, /sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK\+xOo=\r\n/i);
      assert.doesNotMatch(head, /sec-websocket-protocol/i);
      tcp.destroy();
    }
  });

  test("a request that is no handshake is told to upgrade", async () => {
    for (const method of ["GET", "POST"]) {
      const { status, headers } = await request(target, "/ws", { method });
      assert.deepEqual([status, headers.upgrade], [426, "websocket"]);
    }
  });

  test("a WebSocket of a version that nobody speaks is refused before the upgrade", async () => {
    const tcp = await RawTcp.open(target);
    tcp.write(upgradeRequest(target, "/ws").replace("Version: 13", "Version: 99"));
    await tcp.reads("\r\n\r\n");
    assert.match(tcp.received.toString(), /^HTTP\/1\.1 4\d\d /);
    tcp.destroy();
  });

  test("other paths are not found", async () => {
    await assert.rejects(open(target, { path: "/other" }), { status: 404 });
    await assert.rejects(open(target, { path: "/ws/below" }), { status: 404 });
  });

  test("a ping of the client is answered", async () => {
    const socket = await open(target);
    const pong = new Promise((resolve) => socket.ws.once("pong", resolve));
    socket.ws.ping("are you there");
    assert.equal((await within(pong, "a pong")).toString(), "are you there");
    await socket.end();
  });
});

test("with compression, messages are echoed as they are", async () => {
  const target = await startTarget("doors", { ...CALM, DEFLATE: "0" });
  for (const perMessageDeflate of [
    true,
    { clientNoContextTakeover: true },
    { serverMaxWindowBits: 9 },
    false,
  ]) {
    const socket = await open(target, { perMessageDeflate });
    assert.equal(socket.ws.extensions.includes("permessage-deflate"), Boolean(perMessageDeflate));
    const messages = ["", "x", "long ".repeat(20_000), Buffer.alloc(100_000, 7), "again", "again"];
    for (const message of messages) socket.ws.send(message, { compress: true });
    await socket.expect(...messages);
    await socket.end();
  }
  await target.stop();
});

describe("the heartbeat", () => {
  const BRISK = { PING_INTERVAL: "100", PING_TIMEOUT: "1000" };
  const noHeartbeat = unlessReference("the library leaves heartbeats to its user");

  test("a client that says nothing is pinged, and lives on by its pongs", noHeartbeat, async () => {
    const target = await startTarget("doors", BRISK);
    const socket = await open(target);
    let pings = 0;
    const enough = new Promise((resolve) => socket.ws.on("ping", () => ++pings === 15 && resolve()));
    // More than a ping timeout.
    await within(enough, "15 pings");
    socket.send("alive");
    await socket.expect("alive");
    await socket.end();
    await target.stop();
  });

  test("a client that does not answer is closed", noHeartbeat, async () => {
    const target = await startTarget("doors", { PING_INTERVAL: "100", PING_TIMEOUT: "100" });
    const socket = await FrameSocket.open(target);
    assert.deepEqual(await socket.nextText(), [PING, ""]);
    assert.equal(await socket.closeCode(), 1011);
    await socket.ended();
    await target.stop();
  });

  test("whatever a client sends is as good as a pong", noHeartbeat, async () => {
    const target = await startTarget("doors", BRISK);
    const socket = await FrameSocket.open(target);
    const begin = performance.now();
    // A text frame that comes byte by byte for longer than the ping timeout: no pong can go in between.
    const bytes = frame(TEXT, "x".repeat(40));
    for (const byte of bytes) {
      socket.send(Buffer.from([byte]));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.ok(performance.now() - begin > 1100);
    // Empty pongs may have been asked for before the frame; the echo comes nonetheless.
    let came;
    do came = await socket.nextText();
    while (came[0] === PING);
    assert.deepEqual(came, [TEXT, "x".repeat(40)]);
    socket.send(frame(PONG, "unasked"));
    socket.destroy();
    await target.stop();
  });
});

test(
  "a server that stops says that it goes away",
  unlessReference("its process ends without a word"),
  async () => {
    const target = await startTarget("doors", CALM);
    const socket = await open(target);
    await target.stop();
    assert.equal((await closed(socket)).code, 1001);
  },
);

describe("the browser's own WebSocket", () => {
  let browser, page, target;
  before(async () => {
    [browser, target] = await Promise.all([
      startChromium(),
      startTarget("doors", { ...CALM, DEFLATE: "1024" }),
    ]);
    page = await browser.newPage();
    await page.evaluate(() => {
      /** Sends messages, and answers what the server sent back and how it ended, if it did. */
      window.talk = ({ url, protocols = [], send = [], expect = send.length, close }) =>
        new Promise((resolve) => {
          const heard = [];
          const socket = new WebSocket(url, protocols);
          socket.binaryType = "arraybuffer";
          socket.onopen = () => {
            for (const message of send) {
              socket.send(typeof message === "string" ? message : new Uint8Array(message));
            }
            if (expect === 0 && close) socket.close(...close);
          };
          socket.onmessage = ({ data }) => {
            heard.push(typeof data === "string" ? data : [...new Uint8Array(data)]);
            if (heard.length === expect) socket.close(...(close ?? []));
          };
          socket.onclose = ({ code, wasClean }) =>
            resolve({ heard, code, wasClean, protocol: socket.protocol, extensions: socket.extensions });
        });
    });
  });
  after(async () => {
    await browser?.close();
    await target?.stop();
  });

  const talk = (options) =>
    within(
      page.evaluate((it) => window.talk(it), { url: `ws://127.0.0.1:${target.port}/ws`, ...options }),
      "a talk",
    );

  test("text and binary messages are echoed, compressed where it pays", async () => {
    const send = ["hello", "", "é € 😀", [0, 1, 255], [], "long ".repeat(10_000)];
    const { heard, extensions } = await talk({ send });
    assert.deepEqual(heard, send);
    assert.match(extensions, /^permessage-deflate/);
  });

  test("a message of the maximum payload is echoed, one byte more closes with 1009", async () => {
    const [largest, tooLarge] = ["x".repeat(1_000_000), "x".repeat(1_000_001)];
    assert.deepEqual((await talk({ send: [largest] })).heard, [largest]);
    const { heard, code, wasClean } = await talk({ send: [tooLarge] });
    assert.deepEqual([heard, code, wasClean], [[], 1009, true]);
  });

  test("the subprotocol is chosen, and a page that offers others only is not served", async () => {
    assert.equal((await talk({ protocols: ["other", "chat"], send: ["x"] })).protocol, "chat");
    assert.equal((await talk({ send: ["x"] })).protocol, "");
    assert.equal((await talk({ protocols: ["other"], send: ["x"] })).code, 1006);
  });

  for (const [what, close, expected] of [
    ["no code", [], 1005],
    ["the code 1000", [1000], 1000],
    ["the code 4001 and a reason", [4001, "because"], 4001],
  ]) {
    test(`a close with ${what} comes back and is clean`, async () => {
      const { code, wasClean } = await talk({ expect: 0, close });
      assert.deepEqual([code, wasClean], [expected, true]);
    });
  }

  test(
    "a page hears that the server goes away",
    unlessReference("its process ends without a word"),
    async () => {
      const own = await startTarget("doors", CALM);
      const served = deferred();
      await page.exposeFunction("served", served.resolve);
      // The echo says that the connection is served; it then ends by the server's hand.
      const ended = page.evaluate(
        (url) =>
          new Promise((resolve) => {
            const socket = new WebSocket(url);
            socket.onopen = () => socket.send("x");
            socket.onmessage = () => window.served();
            socket.onclose = ({ code, wasClean }) => resolve([code, wasClean]);
          }),
        `ws://127.0.0.1:${own.port}/ws`,
      );
      await within(served.promise, "the echo");
      await own.stop();
      assert.deepEqual(await within(ended, "the close event"), [1001, true]);
    },
  );
});
