// The official clients over WebTransport, in headless Chromium.
//
//   cargo build -p roomful-tests --features webtransport --bin webtransport && (cd tests/interop && npm ci)
//   ROOMFUL_TARGET=target/debug/webtransport node --test tests/webtransport/*.test.mjs
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { startTarget } from "../interop/lib/target.mjs";
import { within } from "../interop/lib/wait.mjs";
import { openBrowser } from "./page.mjs";

let browser;
before(async () => (browser = await openBrowser()));
after(() => browser?.close());

describe("the official socket.io-client", () => {
  let target, page;
  before(async () => {
    target = await startTarget("socketio");
    page = await browser.openPage(target);
  });
  after(async () => {
    await page?.close();
    await target?.stop();
  });
  /** Runs a function in the page; it must not use anything of this file. */
  const inPage = (run, argument) => page.evaluate(run, argument);

  test("connects over WebTransport alone", async () => {
    const name = await inPage(async () => {
      const socket = await join();
      const { name } = socket.io.engine.transport;
      socket.disconnect();
      return name;
    });
    assert.equal(name, "webtransport");
  });

  test("handlers see the transport, the host, the origin, and that it is secure", async () => {
    const about = await inPage(async () => {
      const socket = await join();
      const all = await new Promise((resolve) => socket.emit("about", (...all) => resolve(all)));
      socket.disconnect();
      return all;
    });
    const origin = browser.url.slice(0, -1);
    assert.deepEqual(about, ["webtransport", target.url.slice("http://".length), origin, true]);
  });

  test("events are acknowledged in both directions", async () => {
    const [echoed, answer] = await inPage(async () => {
      const socket = await join();
      socket.on("question", (number, answer) => answer(number + 1));
      const echoed = await socket.emitWithAck("echo", "täxt 🦀");
      const answered = next(socket, "answer");
      socket.emit("ask");
      const [answer] = await answered;
      socket.disconnect();
      return [echoed, answer];
    });
    assert.deepEqual([echoed, answer], ["täxt 🦀", 42]);
  });

  test("binary data comes back as it went, whatever its length", async () => {
    const lengths = [1, 125, 126, 65_535, 65_536, 300_000];
    const same = await inPage(async (lengths) => {
      const socket = await join();
      const same = [];
      for (const length of lengths) {
        const data = new Uint8Array(length).map((_, i) => i * 7);
        const back = new Uint8Array(await socket.emitWithAck("echo", data));
        same.push(back.length === length && back.every((byte, i) => byte === data[i]));
      }
      socket.disconnect();
      return same;
    }, lengths);
    assert.deepEqual(same, lengths.map(() => true));
  });

  test("a message larger than every window passes in both directions", async () => {
    const same = await inPage(async () => {
      const socket = await join();
      const text = "x".repeat(900_000);
      const back = await socket.emitWithAck("echo", text);
      socket.disconnect();
      return back === text;
    });
    assert.ok(same);
  });

  test("a burst of the server arrives whole and in order", async () => {
    const order = await inPage(async () => {
      const socket = await join();
      const order = [];
      const all = new Promise((resolve) => socket.on("b", (i) => order.push(i) === 5000 && resolve()));
      socket.emit("burst", 5000, "x".repeat(1000));
      await within(all, "the whole burst", 20_000);
      socket.disconnect();
      return order;
    });
    assert.deepEqual(order, Array.from({ length: 5000 }, (_, i) => i));
  });

  test("a thousand messages of the client keep their order", async () => {
    const order = await inPage(async () => {
      const socket = await join();
      const order = [];
      const all = new Promise((resolve) => socket.on("repeat", (i) => order.push(i) === 1000 && resolve()));
      for (let i = 0; i < 1000; i++) socket.emit("repeat", i, new Uint8Array([i]));
      await within(all, "all of them");
      socket.disconnect();
      return order;
    });
    assert.deepEqual(order, Array.from({ length: 1000 }, (_, i) => i));
  });

  test("a polling session goes over to WebTransport and loses nothing", async () => {
    const [name, order] = await inPage(async () => {
      const socket = await join({ transports: ["polling", "webtransport"] });
      const order = [];
      const all = new Promise((resolve) => socket.on("repeat", (i) => order.push(i) === 200 && resolve()));
      for (let i = 0; i < 100; i++) socket.emit("repeat", i);
      await upgradedTo(socket, "webtransport");
      for (let i = 100; i < 200; i++) socket.emit("repeat", i);
      await within(all, "all of them");
      const [name] = await new Promise((resolve) => socket.emit("about", (...all) => resolve(all)));
      socket.disconnect();
      return [name, order];
    });
    assert.equal(name, "webtransport");
    assert.deepEqual(order, Array.from({ length: 200 }, (_, i) => i));
  });

  test("a polling session is told of both upgrades, in the reference's order", async () => {
    const open = await (await fetch(`${target.url}/socket.io/?EIO=4&transport=polling`)).text();
    const { sid, upgrades } = JSON.parse(open.slice(1));
    assert.deepEqual(upgrades, ["websocket", "webtransport"]);
    await fetch(`${target.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`, { method: "POST", body: "1" });
  });

  test("a request over HTTP cannot ask for WebTransport", async () => {
    const answer = await fetch(`${target.url}/socket.io/?EIO=4&transport=webtransport`);
    assert.deepEqual([answer.status, await answer.json()], [400, { code: 0, message: "Transport unknown" }]);
  });

  test("what the server says last arrives before it closes", async () => {
    const heard = await inPage(async () => {
      const heard = [];
      for (let i = 0; i < 20; i++) {
        const socket = await join();
        let bye = false;
        socket.on("bye", () => (bye = true));
        const gone = next(socket, "disconnect");
        socket.emit("kick");
        heard.push([bye, (await gone)[0], bye].slice(1));
      }
      return heard;
    });
    assert.deepEqual(heard, heard.map(() => ["io server disconnect", true]));
  });

  test("what the client closes ends on the server", async () => {
    await inPage(async () => {
      const before = await connections();
      const sockets = await Promise.all([join(), join(), join()]);
      await until(async () => (await connections()) === before + 3, "three connections more");
      for (const socket of sockets) socket.disconnect();
      await until(async () => (await connections()) === before, "their end");
    });
  });

  test("a session on another path is refused", async () => {
    const refusal = await inPage(() => openSession("/elsewhere/").then(() => "accepted", () => "refused"));
    assert.equal(refusal, "refused");
  });

  test("frames are understood however they arrive", async () => {
    const answer = await inPage(async () => {
      const { session } = await openSession();
      const { reader, write } = await openStream(session, "\x01", "0");
      await reader.read();
      for (const byte of frame("40") + frame('421["echo",1]')) await write(byte);
      let text = "";
      while (!text.includes("431[1]")) text += new TextDecoder().decode((await within(reader.read(), "an answer")).value);
      session.close();
      return text;
    });
    assert.match(answer, /^.40\{"sid":"[^"]+"\}\x06431\[1\]/s);
  });

  const BAD_BEGINNINGS = {
    "another packet than open": '"2probe"',
    "a binary frame": '"\\x81" + "0"',
    "an unknown session": String.raw`'0{"sid":"AAAAAAAAAAAAAAAAAAAA"}'`,
    "an id that is none": String.raw`'0{"sid":7}'`,
  };
  for (const [what, text] of Object.entries(BAD_BEGINNINGS)) {
    test(`a session that begins with ${what} is closed`, async () => {
      await page.evaluate(`(async () => {
        const { session, closed } = await openSession();
        const first = ${text};
        await openStream(session, first.charCodeAt(0) === 0x81 ? [0x81, 0x30] : frame(first));
        await closed();
      })()`);
    });
  }

  const BAD_FRAMES = { "an empty frame": [0], "a frame that is too large": [127, 0, 0, 0, 0, 0, 0x0f, 0x42, 0x41], "text that is none": [2, 0x34, 0xff] };
  for (const [what, bytes] of Object.entries(BAD_FRAMES)) {
    test(`${what} ends the connection`, async () => {
      await inPage(async (bytes) => {
        const before = await connections();
        const { session, closed } = await openSession();
        const { reader, write } = await openStream(session, frame("0"));
        await reader.read();
        await write(bytes);
        await closed();
        await until(async () => (await connections()) === before, "its end");
      }, bytes);
    });
  }

  test("a session that says nothing is closed after the upgrade timeout", async () => {
    const took = await inPage(async () => {
      const begin = performance.now();
      const [silent, mute] = [await openSession(), await openSession()];
      await openStream(mute.session, "\x05");
      await Promise.all([silent.closed(), mute.closed()]);
      return performance.now() - begin;
    });
    assert.ok(took > 1900 && took < 6000, `it took ${took} ms`);
  });

  test("clients are told when the server stops", async () => {
    await inPage(async () => {
      const socket = await join();
      window.gone = next(socket, "disconnect");
    });
    const took = await target.stop();
    assert.ok(took < 1000, `it took ${took} ms`);
    // A session can only be ended with its QUIC connection, which browsers call an error.
    assert.equal((await within(inPage(() => window.gone), "the end"))[0], "transport error");
    await target.launch();
    await page.close();
    page = await browser.openPage(target);
  });
});

describe("the official engine.io-client", () => {
  let target, page;
  before(async () => {
    target = await startTarget("engineio");
    page = await browser.openPage(target);
  });
  after(async () => {
    await page?.close();
    await target?.stop();
  });

  test("text and binary messages come back over WebTransport, and heartbeats keep it open", async () => {
    const [name, text, data, beats] = await page.evaluate(async () => {
      const socket = await openEngine();
      const beats = [await next(socket, "heartbeat"), await next(socket, "heartbeat")];
      const text = next(socket, "message");
      socket.send("täxt");
      const [said] = await text;
      const binary = next(socket, "message");
      socket.send(new Uint8Array([1, 2, 3]));
      const [data] = await binary;
      const { name } = socket.transport;
      socket.close();
      return [name, said, [...new Uint8Array(data)], beats.length];
    });
    assert.deepEqual([name, text, data, beats], ["webtransport", "täxt", [1, 2, 3], 2]);
  });

  test("a polling session goes over to WebTransport", async () => {
    const said = await page.evaluate(async () => {
      const socket = await openEngine({ transports: ["polling", "webtransport"] });
      await next(socket, "upgrade");
      const message = next(socket, "message");
      socket.send("after the upgrade");
      const [said] = await message;
      const { name } = socket.transport;
      socket.close();
      return [name, said];
    });
    assert.deepEqual(said, ["webtransport", "after the upgrade"]);
  });
});
