// RFC 6455 frame by frame: the ground of the Autobahn suite, which needs a Python that few machines have.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { BINARY, close, CLOSE, frame, FrameSocket, part, PING, PONG, TEXT } from "./lib/frames.mjs";
import { CALM, startTarget, unlessReference } from "./lib/target.mjs";

const CONTINUATION = 0x0;
const LIMIT = 10_000;

let target;
before(async () => (target = await startTarget("doors", { ...CALM, MAX_PAYLOAD: String(LIMIT) })));
after(() => target.stop());

/** Sends frames and expects these, then the end of the connection by the client's Close. */
async function talk(frames, expected, options) {
  const socket = await FrameSocket.open(target, options);
  socket.send(...frames);
  for (const [opcode, payload] of expected) {
    assert.deepEqual(await socket.next(), [opcode, Buffer.from(payload)]);
  }
  socket.send(close(1000));
  assert.equal(await socket.closeCode(), 1000);
  assert.equal((await socket.ended()).length, 0);
}

/** Sends bytes; the server must close with this code and end the stream, without a word before or after. */
async function closesWith(code, ...frames) {
  const socket = await FrameSocket.open(target);
  socket.send(...frames);
  assert.equal(await socket.closeCode(), code);
  assert.equal((await socket.ended()).length, 0);
}

describe("messages", () => {
  for (const length of [0, 1, 125, 126, 127, 128, LIMIT]) {
    test(`a text and a binary message of ${length} bytes are echoed`, () => {
      const text = "*".repeat(length);
      const data = Buffer.alloc(length, 0xfe);
      return talk(
        [frame(TEXT, text), frame(BINARY, data)],
        [
          [TEXT, text],
          [BINARY, data],
        ],
      );
    });
  }

  test("a length of 65,536 bytes and more has its long form in both directions", async () => {
    const roomy = await startTarget("doors", { ...CALM, MAX_PAYLOAD: "100000" });
    const socket = await FrameSocket.open(roomy);
    for (const length of [65_535, 65_536, 100_000]) {
      socket.send(frame(BINARY, Buffer.alloc(length, 1)));
      assert.deepEqual(await socket.next(), [BINARY, Buffer.alloc(length, 1)]);
    }
    socket.destroy();
    await roomy.stop();
  });

  test("frames that come byte by byte are understood", async () => {
    const socket = await FrameSocket.open(target);
    const long = "é".repeat(100);
    await socket.sendInPieces(
      Buffer.concat([
        frame(TEXT, "short"),
        frame(TEXT, long),
        part(TEXT, "a"),
        frame(PING, "p"),
        frame(0, "b"),
      ]),
    );
    for (const expected of [
      [TEXT, "short"],
      [TEXT, long],
      [PONG, "p"],
      [TEXT, "ab"],
    ]) {
      assert.deepEqual(await socket.nextText(), expected);
    }
    socket.destroy();
  });

  test("frames that come together with the handshake are not lost", () =>
    talk(
      [],
      [
        [TEXT, "early"],
        [PONG, "p"],
      ],
      { early: Buffer.concat([frame(TEXT, "early"), frame(PING, "p")]) },
    ));
});

describe("fragments", () => {
  test("two fragments, many, and empty ones are one message", () =>
    talk(
      [
        ...[part(TEXT, "one "), frame(CONTINUATION, "two")],
        ...[part(BINARY, [1]), part(CONTINUATION, [2]), part(CONTINUATION), frame(CONTINUATION, [3])],
        ...[part(TEXT), part(CONTINUATION), frame(CONTINUATION)],
      ],
      [
        [TEXT, "one two"],
        [BINARY, [1, 2, 3]],
        [TEXT, ""],
      ],
    ));

  test("control frames may come between fragments, and are answered at once", async () => {
    const socket = await FrameSocket.open(target);
    socket.send(part(TEXT, "one "), frame(PING, "now"), frame(PONG, "unasked"));
    assert.deepEqual(await socket.nextText(), [PONG, "now"]);
    socket.send(part(CONTINUATION, "two "), frame(PING), frame(CONTINUATION, "three"));
    assert.deepEqual(await socket.nextText(), [PONG, ""]);
    assert.deepEqual(await socket.nextText(), [TEXT, "one two three"]);
    socket.destroy();
  });

  test("a close between fragments is answered, and the message is lost", async () => {
    const socket = await FrameSocket.open(target);
    socket.send(part(TEXT, "half"), close(1000), frame(CONTINUATION, "other half"));
    assert.equal(await socket.closeCode(), 1000);
    assert.equal((await socket.ended()).length, 0);
  });

  for (const [what, ...frames] of [
    ["a continuation of nothing", frame(CONTINUATION, "x")],
    ["a first fragment that says it is a continuation", part(CONTINUATION, "x")],
    ["a message inside another", part(TEXT, "x"), frame(TEXT, "x")],
    ["a binary message inside a text", part(TEXT, "x"), frame(BINARY, "x")],
  ]) {
    test(`${what} is refused`, () => closesWith(1002, ...frames));
  }

  test("a message in fragments without end is refused", unlessReference("this version sets no bound"), () =>
    closesWith(1002, part(TEXT), ...Array.from({ length: 16_384 }, () => part(CONTINUATION))),
  );
});

describe("control frames", () => {
  test("pings of 0 to 125 bytes are answered with their payload", () => {
    const payloads = [
      Buffer.alloc(0),
      Buffer.from("hello"),
      Buffer.from([0, 255, 254]),
      Buffer.alloc(125, 0xfe),
    ];
    return talk(
      payloads.map((payload) => frame(PING, payload)),
      payloads.map((payload) => [PONG, payload]),
    );
  });

  test("ten pings at once are answered in order", () => {
    const payloads = Array.from({ length: 10 }, (_, i) => `ping ${i}`);
    return talk(
      payloads.map((payload) => frame(PING, payload)),
      payloads.map((payload) => [PONG, payload]),
    );
  });

  test("of very many pings at once at least the last is answered", async () => {
    const socket = await FrameSocket.open(target);
    socket.send(...Array.from({ length: 5000 }, (_, i) => frame(PING, String(i))), frame(TEXT, "after"));
    let last, came;
    while ((came = await socket.nextText())[0] === PONG) last = came[1];
    assert.deepEqual([last, came], ["4999", [TEXT, "after"]]);
    socket.destroy();
  });

  test("pongs that nobody asked for are ignored", () =>
    talk(
      [frame(PONG), frame(PONG, "x"), frame(PING, "p"), frame(TEXT, "x")],
      [
        [PONG, "p"],
        [TEXT, "x"],
      ],
    ));

  for (const [what, ...frames] of [
    ["a ping of 126 bytes", frame(PING, Buffer.alloc(126))],
    ["a pong of 126 bytes", frame(PONG, Buffer.alloc(126))],
    ["a close of 126 bytes", close(1000, "x".repeat(124))],
    ["a ping in fragments", part(PING, "x"), frame(CONTINUATION, "x")],
    ["a close in fragments", part(CLOSE), frame(CONTINUATION)],
  ]) {
    test(`${what} is refused`, () => closesWith(1002, ...frames));
  }
});

describe("reserved bits and opcodes, and masks", () => {
  for (const reserved of [1, 2, 3, 4, 5, 6, 7]) {
    test(`the reserved bits ${reserved.toString(2).padStart(3, "0")} are refused on any frame`, async () => {
      for (const opcode of [TEXT, BINARY, PING, CLOSE])
        await closesWith(1002, frame(opcode, "", { reserved }));
    });
  }

  for (const opcode of [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]) {
    test(`the opcode ${opcode} is refused, behind a message too`, async () => {
      await closesWith(1002, frame(opcode));
      const socket = await FrameSocket.open(target);
      socket.send(frame(TEXT, "before"), frame(opcode, "x"), frame(PING));
      assert.deepEqual(await socket.nextText(), [TEXT, "before"]);
      assert.equal(await socket.closeCode(), 1002);
      socket.destroy();
    });
  }

  test("a frame without a mask is refused", async () => {
    for (const opcode of [TEXT, PING, CLOSE]) await closesWith(1002, frame(opcode, "", { masked: false }));
  });
});

describe("UTF-8", () => {
  const GOOD = [
    ["κόσμε", "ce ba cf 8c cf 83 ce bc ce b5"],
    ["U+0000", "00"],
    ["U+007F", "7f"],
    ["U+0080", "c2 80"],
    ["U+07FF", "df bf"],
    ["U+0800", "e0 a0 80"],
    ["U+D7FF", "ed 9f bf"],
    ["U+E000", "ee 80 80"],
    ["U+FFFF, which is no character", "ef bf bf"],
    ["U+10000", "f0 90 80 80"],
    ["U+10FFFF", "f4 8f bf bf"],
  ];
  const BAD = [
    ["a lone continuation byte", "80"],
    ["continuation bytes only", "80 bf 80 bf"],
    ["a lone first byte", "c2 20"],
    ["a sequence of three cut short", "e2 82"],
    ["an overlong slash", "c0 af"],
    ["an overlong slash in three", "e0 80 af"],
    ["an overlong slash in four", "f0 80 80 af"],
    ["an overlong NUL", "c0 80"],
    ["the largest overlong of three", "e0 9f bf"],
    ["a high surrogate", "ed a0 80"],
    ["a low surrogate", "ed bf bf"],
    ["a pair of surrogates", "ed a0 80 ed b0 80"],
    ["U+110000", "f4 90 80 80"],
    ["a sequence of five", "f8 88 80 80 80"],
    ["a sequence of six", "fc 84 80 80 80 80"],
    ["the byte FE", "fe"],
    ["the byte FF", "ff"],
  ];
  const bytes = (hex) => Buffer.from(hex.replaceAll(" ", ""), "hex");

  for (const [what, hex] of GOOD) {
    test(`${what} passes, cut wherever one may cut it`, async () => {
      const text = Buffer.concat([Buffer.from("a"), bytes(hex), Buffer.from("z")]);
      const cut = (at) => [part(TEXT, text.subarray(0, at)), frame(CONTINUATION, text.subarray(at))];
      const frames = [...text.keys()].flatMap(cut);
      await talk([frame(TEXT, text), ...frames], Array(text.length + 1).fill([TEXT, text]));
    });
  }

  for (const [what, hex] of BAD) {
    test(`${what} is refused, whole or in fragments`, async () => {
      const text = bytes(hex);
      await closesWith(1007, frame(TEXT, text));
      await closesWith(
        1007,
        ...[...text].map((byte, at) => part(at ? CONTINUATION : TEXT, [byte])),
        frame(CONTINUATION),
      );
    });
  }

  test("the same bytes are good in a binary message", () => {
    const all = Buffer.concat(BAD.map(([, hex]) => bytes(hex)));
    return talk([frame(BINARY, all)], [[BINARY, all]]);
  });

  const late = unlessReference("it looks at a message when it is complete");
  test("bad text is refused before its message is complete", late, () =>
    closesWith(1007, part(TEXT, "good"), part(CONTINUATION, bytes("f4 90 80 80"))),
  );

  test("bad text is refused before its frame is complete", late, () =>
    closesWith(1007, frame(TEXT, bytes("ce ba ed a0 80"), { length: 100 })),
  );

  test("bad text is refused as soon as no further byte could make it right", late, async () => {
    const socket = await FrameSocket.open(target);
    // F4 is good, F4 90 never is.
    socket.send(frame(TEXT, bytes("f4"), { length: 4 }));
    socket.send(Buffer.from([0x90 ^ 0xfa]));
    assert.equal(await socket.closeCode(), 1007);
    socket.destroy();
  });
});

describe("closing", () => {
  for (const code of [
    1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
  ]) {
    test(`the code ${code} is echoed`, () => closesWith(code, close(code)));
  }

  for (const code of [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535]) {
    test(`the code ${code}, which may not be sent, is refused`, () => closesWith(1002, close(code)));
  }

  test("a close without a code is echoed as such", () => closesWith(undefined, frame(CLOSE)));

  test("a close of one byte is refused", () => closesWith(1002, frame(CLOSE, [3])));

  test("a reason may have 123 bytes of UTF-8", async () => {
    await closesWith(1000, close(1000, "x".repeat(123)));
    await closesWith(1007, frame(CLOSE, [0x03, 0xe8, 0xed, 0xa0, 0x80]));
  });

  test("what comes behind a close is not answered", () =>
    closesWith(1000, close(1000), frame(TEXT, "late"), frame(PING, "late"), close(1001), frame(15)));

  test("what was said before a close is answered before it", async () => {
    const socket = await FrameSocket.open(target);
    socket.send(frame(TEXT, "one"), frame(PING, "two"), close(1000));
    const came = [await socket.nextText(), await socket.nextText()];
    assert.deepEqual(
      came.sort(),
      [
        [TEXT, "one"],
        [PONG, "two"],
      ].sort(),
    );
    assert.equal(await socket.closeCode(), 1000);
    socket.destroy();
  });
});

describe("the maximum payload", () => {
  test("one byte more is refused, in one frame or in several", async () => {
    await closesWith(1009, frame(TEXT, "x".repeat(LIMIT + 1)));
    await closesWith(1009, part(BINARY, Buffer.alloc(LIMIT)), part(CONTINUATION, [1]));
  });

  test("a frame that only announces more is refused at once", async () => {
    for (const length of [LIMIT + 1, 2 ** 32, 2 ** 40]) await closesWith(1009, frame(TEXT, "", { length }));
  });

  test("a length of more than 63 bits is refused", async () => {
    const socket = await FrameSocket.open(target);
    socket.send(frame(BINARY, "", { length: 2n ** 64n - 1n }));
    assert.ok([1002, 1009].includes(await socket.closeCode()));
    socket.destroy();
  });
});
