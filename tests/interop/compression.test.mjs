// Compression: WebSocket messages (permessage-deflate, RFC 7692) and answers to polls.
import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import zlib from "node:zlib";
import { io } from "socket.io-client";
import { startChromium } from "./lib/chromium.mjs";
import { startFront } from "./lib/front.mjs";
import { PollSession, request } from "./lib/http.mjs";
import { CALM, startTarget, unlessReference } from "./lib/target.mjs";
import { RawTcp } from "./lib/tcp.mjs";
import { within } from "./lib/wait.mjs";
import { isServed, joinedSocket } from "./lib/ws.mjs";
import { play, SCENARIOS } from "./scenarios/index.mjs";

const EVERYTHING = { DEFLATE: "1" };
const LONG = "a long text, ".repeat(200);

describe("the official client with every message compressed", () => {
  for (const name of ["clients", "protocol"]) {
    describe(`against ${name}`, () => {
      let target;
      before(async () => (target = await startTarget(name, EVERYTHING)));
      after(() => target.stop());

      for (const mode of ["websocket", "polling, then websocket"]) {
        for (const sentence of Object.keys(SCENARIOS[name])) {
          test(`over ${mode}: ${sentence}`, () =>
            play(name, sentence, {
              io,
              url: target.url,
              mode,
              restart: () => target.restart(),
              options: { perMessageDeflate: { threshold: 1 } },
            }));
        }
      }
    });
  }
});

test("the official client in Chromium has its messages compressed", async () => {
  const target = await startTarget("clients", { ...EVERYTHING, ...CALM });
  const [browser, front] = await Promise.all([startChromium(), startFront(target)]);
  try {
    const page = await browser.newPage();
    await page.exposeFunction("restartTarget", () => target.restart());
    await page.goto(front.url);
    await page.waitForFunction(() => window.playScenario);
    for (const sentence of Object.keys(SCENARIOS.clients)) {
      await page.evaluate((it) => window.playScenario(...it), ["clients", sentence, "websocket"]);
    }
    // A page cannot see frames, but what was agreed on.
    const extensions = await page.evaluate(
      (url) => {
        const socket = new WebSocket(`${url}/socket.io/?EIO=4&transport=websocket`);
        return new Promise((resolve, reject) => {
          socket.onopen = () => resolve(socket.extensions);
          socket.onerror = reject;
        });
      },
      target.url.replace("http", "ws"),
    );
    assert.match(extensions, /^permessage-deflate/);
  } finally {
    await browser.close();
    front.close();
    await target.stop();
  }
});

describe("what is agreed on", () => {
  let target;
  before(async () => (target = await startTarget("bench", { DEFLATE: "1024", ...CALM })));
  after(() => target.stop());

  const PLAIN = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
  const agreed = async (...offers) => (await handshake(target, offers)).extensions;

  test(
    "an offer of a browser is accepted without context takeover on either side",
    unlessReference("it keeps the context"),
    async () => {
      assert.equal(await agreed("permessage-deflate; client_max_window_bits"), PLAIN);
    },
  );

  test(
    "a smaller window is agreed on where the client asks for it",
    unlessReference("it keeps the context"),
    async () => {
      assert.equal(
        await agreed("permessage-deflate; server_max_window_bits=10"),
        `${PLAIN}; server_max_window_bits=10`,
      );
    },
  );

  test(
    "offers that cannot be kept to leave a connection without compression",
    unlessReference("it refuses the handshake"),
    async () => {
      for (const offer of [
        "permessage-deflate; foo",
        "permessage-deflate; server_max_window_bits=8",
        "x, ;;, =",
        '"',
      ]) {
        assert.equal(await agreed(offer), undefined, offer);
      }
    },
  );

  test(
    "the best offer that can be kept to is taken, from several headers too",
    unlessReference("it keeps the context"),
    async () => {
      assert.equal(await agreed("foo", "permessage-deflate; bar, permessage-deflate"), PLAIN);
    },
  );

  test("without the option nothing is agreed on", async () => {
    const plain = await startTarget("bench");
    try {
      assert.equal((await handshake(plain, ["permessage-deflate"])).extensions, undefined);
    } finally {
      await plain.stop();
    }
  });
});

describe("frames", () => {
  let target;
  before(
    async () => (target = await startTarget("bench", { DEFLATE: "1024", MAX_PAYLOAD: "100000", ...CALM })),
  );
  after(() => target.stop());

  test("messages are compressed from the threshold on", async () => {
    const client = await Wire.joined(target);
    client.send(`421["echo","${"x".repeat(1023 - 7)}"]`);
    assert.equal((await client.frame()).first, 0x81, "1,023 bytes");
    client.send(`422["echo","${"x".repeat(1024 - 7)}"]`);
    const frame = await client.frame();
    assert.equal(frame.first, 0xc1, "1,024 bytes");
    assert.ok(frame.payload.length < 100);
    client.end();
  });

  test(
    "a broadcast is the same frame for all, and each can be read by itself",
    unlessReference("it keeps the context"),
    async () => {
      const [a, b] = [await Wire.joined(target), await Wire.joined(target)];
      for (const client of [a, b]) {
        client.send('421["join","pair"]');
        assert.equal((await client.frame()).text, "431[]");
      }
      for (let i = 0; i < 2; i++) {
        a.send(`42["say","pair","${LONG}"]`);
        const [one, other] = [await a.frame(), await b.frame()];
        assert.equal(one.text, `42["said","${LONG}"]`);
        assert.deepEqual(one.raw, other.raw);
        assert.ok(one.raw.length < 100);
      }
      a.end();
      b.end();
    },
  );

  test("clients with other windows and without compression share a room", async () => {
    const offers = [
      "permessage-deflate; server_max_window_bits=9; server_no_context_takeover",
      "permessage-deflate; server_no_context_takeover",
    ];
    const clients = [
      ...(await Promise.all(offers.map((offer) => Wire.joined(target, [offer])))),
      await Wire.joined(target, []),
    ];
    for (const client of clients) {
      client.send('421["join","mixed"]');
      assert.equal((await client.frame()).text, "431[]");
    }
    clients[0].send(`42["say","mixed","${LONG}"]`);
    for (const client of clients) assert.equal((await client.frame()).text, `42["said","${LONG}"]`);
    for (const client of clients) client.end();
  });

  test("binary attachments are compressed too, each where it pays", async () => {
    const client = await Wire.joined(target);
    client.send('452-1["echo",{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}]');
    client.sendFrame(0x82, Buffer.alloc(5000, 7));
    client.sendFrame(0xc2, deflated(Buffer.from("short")));
    assert.equal((await client.frame()).first, 0x81);
    const [large, small] = [await client.frame(), await client.frame()];
    assert.deepEqual([large.first, small.first], [0xc2, 0x82]);
    assert.deepEqual([large.data, small.payload], [Buffer.alloc(5000, 7), Buffer.from("short")]);
    client.end();
  });

  test("a bomb is cut off at the payload limit", async () => {
    const client = await Wire.joined(target);
    client.sendFrame(0xc1, deflated(Buffer.alloc(50_000_000, "x")));
    assert.equal(await client.closeCode(), 1009);
    await stillServes();
  });

  test("data that cannot be decompressed is refused as such", async () => {
    const client = await Wire.joined(target);
    client.sendFrame(0xc1, Buffer.from([0x06, 1, 2, 3]));
    assert.equal(await client.closeCode(), 1007);
    await stillServes();
  });

  test("the bit of compression is a violation where nothing was agreed on", async () => {
    const client = await Wire.joined(target, []);
    client.sendFrame(0xc1, deflated(Buffer.from("2")));
    assert.equal(await client.closeCode(), 1002);
  });

  const stillServes = async () => {
    const client = await joinedSocket(target);
    await isServed(client);
    await client.end();
  };
});

describe("answers to polls", () => {
  let target;
  before(async () => (target = await startTarget("bench", CALM)));
  after(() => target.stop());

  /** The answer that carries a long message. */
  async function longAnswer(accept) {
    const session = await PollSession.open(target, { path: "/socket.io/" });
    await session.post("40");
    await session.packets();
    await session.post(`421["echo","${LONG}"]`);
    return raw(target, session.url, accept);
  }

  for (const [accept, coding, decode] of [
    ["gzip, deflate, br", "gzip", zlib.gunzipSync],
    ["deflate", "deflate", zlib.inflateSync],
    ["gzip;q=0, identity", undefined, (body) => body],
    [undefined, undefined, (body) => body],
  ]) {
    test(`a client that accepts ${accept} gets ${coding ?? "plain text"}`, async () => {
      const { headers, body } = await longAnswer(accept);
      assert.equal(headers["content-encoding"], coding);
      assert.equal(headers["content-type"], "text/plain; charset=UTF-8");
      assert.equal(decode(body).toString(), `431["${LONG}"]`);
      if (coding) assert.ok(body.length < 200);
    });
  }

  test("a short answer is sent as it is", async () => {
    const { headers } = await request(target, "/socket.io/?EIO=4&transport=polling", {
      headers: { "Accept-Encoding": "gzip" },
    });
    assert.equal(headers["content-encoding"], undefined);
  });
});

const deflated = (data) =>
  zlib.deflateRawSync(data, { finishFlush: zlib.constants.Z_SYNC_FLUSH }).subarray(0, -4);

/** An answer with its body as it came. */
function raw(target, path, accept) {
  const answer = new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port: target.port });
    const chunks = [];
    socket.on("error", reject).on("data", (chunk) => chunks.push(chunk));
    socket.on("end", () => {
      const all = Buffer.concat(chunks);
      const end = all.indexOf("\r\n\r\n");
      const lines = all.subarray(0, end).toString().split("\r\n").slice(1);
      const headers = Object.fromEntries(
        lines.map((line) => [line.split(":")[0].toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]),
      );
      const rest = all.subarray(end + 4);
      resolve({ headers, body: headers["transfer-encoding"] === "chunked" ? unchunked(rest) : rest });
    });
    const accepts = accept === undefined ? "" : `Accept-Encoding: ${accept}\r\n`;
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${accepts}Connection: close\r\n\r\n`);
  });
  return within(answer, `the answer to ${path}`);
}

function unchunked(body) {
  const parts = [];
  for (;;) {
    const line = body.indexOf("\r\n");
    const length = parseInt(body.subarray(0, line).toString(), 16);
    if (!(length > 0)) return Buffer.concat(parts);
    parts.push(body.subarray(line + 2, line + 2 + length));
    body = body.subarray(line + 4 + length);
  }
}

/** Opens a WebSocket by hand; what the server agreed on. */
async function handshake(target, offers) {
  const tcp = await RawTcp.open(target);
  tcp.write(
    `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:${target.port}\r\nConnection: Upgrade\r\n` +
      "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
      offers.map((offer) => `Sec-WebSocket-Extensions: ${offer}\r\n`).join("") +
      "\r\n",
  );
  await tcp.reads("\r\n\r\n");
  const head = tcp.received.toString("latin1").split("\r\n\r\n")[0];
  assert.match(head, /^HTTP\/1.1 101 /);
  return { tcp, head, extensions: /sec-websocket-extensions: (.*)/i.exec(head)?.[1] };
}

/** A Socket.IO client whose frames can be seen as they come. */
class Wire {
  static async joined(
    target,
    offers = ["permessage-deflate; server_no_context_takeover; client_no_context_takeover"],
  ) {
    const wire = new Wire();
    const { tcp, head } = await handshake(target, offers);
    Object.assign(wire, { tcp, at: head.length + 4 });
    assert.match((await wire.frame()).text, /^0\{/);
    wire.send("40");
    assert.match((await wire.frame()).text, /^40\{/);
    return wire;
  }

  send(text) {
    this.sendFrame(0x81, Buffer.from(text));
  }

  sendFrame(first, payload) {
    const length = payload.length;
    const head =
      length < 126
        ? [first, 0x80 | length]
        : [first, 0x80 | 127, 0, 0, 0, 0, ...[24, 16, 8, 0].map((bits) => (length >>> bits) & 255)];
    this.tcp.write(Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), payload]));
  }

  /** The next frame: its first byte, its bytes, its payload as it came and decompressed. */
  async frame() {
    const need = async (length) => {
      await within(
        (async () => {
          while (this.tcp.received.length < this.at + length) {
            assert.ok(!this.tcp.closed, "the server has closed");
            await new Promise((resolve) => setImmediate(resolve));
          }
        })(),
        "a frame",
      );
      return this.tcp.received.subarray(this.at, this.at + length);
    };
    let [first, length] = await need(2);
    let head = 2;
    if (length === 126) [head, length] = [4, (await need(4)).readUInt16BE(2)];
    else if (length === 127) [head, length] = [10, Number((await need(10)).readBigUInt64BE(2))];
    const raw = await need(head + length);
    this.at += raw.length;
    const payload = raw.subarray(head);
    const tail = Buffer.from([0, 0, 0xff, 0xff]);
    const data =
      first & 0x40
        ? zlib.inflateRawSync(Buffer.concat([payload, tail]), { finishFlush: zlib.constants.Z_SYNC_FLUSH })
        : payload;
    return { first, raw, payload, data, text: data.toString() };
  }

  async closeCode() {
    for (;;) {
      const { first, payload } = await this.frame();
      if (first === 0x88) return payload.length >= 2 ? payload.readUInt16BE(0) : undefined;
    }
  }

  end() {
    this.tcp.destroy();
  }
}
