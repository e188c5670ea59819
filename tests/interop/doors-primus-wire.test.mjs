// Primus's contract, message by message, over each of its transformers. The client library is played in doors/.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { FOLDER } from "./client-libs.mjs";
import { PollSession, request } from "./lib/http.mjs";
import { RawPrimus } from "./lib/primus.mjs";
import { CALM, startTarget, unlessReference } from "./lib/target.mjs";
import { within } from "./lib/wait.mjs";
import { RawSocket } from "./lib/ws.mjs";
import { MOUNTS } from "./reference/doors-primus.mjs";

const QUIET = { ...CALM, PRIMUS_PING: "25000" };
const ECHOES = Object.keys(MOUNTS).filter((mount) => !MOUNTS[mount].plugins);
const closed = (primus) => within(primus.socket.closed, "the end of the connection", 5000);

describe("Primus", { concurrency: 8 }, () => {
  let target, brisk;
  before(async () => {
    [target, brisk] = await Promise.all([
      startTarget("doors", QUIET),
      startTarget("doors", { ...CALM, PRIMUS_PING: "300" }),
    ]);
  });
  after(() => Promise.all([target.stop(), brisk.stop()]));

  for (const mount of ECHOES) {
    describe(`at ${mount}`, () => {
      const open = (server = target) => RawPrimus.open(server, mount);
      const isServed = async (primus) => {
        primus.send('"still there"');
        assert.equal(await primus.value(), "still there");
      };

      test("who asks for its id is told, and always the same", async () => {
        const [one, two] = [await open(), await open()];
        one.send('"primus::id::"', '"primus::id::"');
        two.send('"primus::id::"');
        const [first, again, other] = [await one.value(), await one.value(), await two.value()];
        assert.match(first, /^primus::id::[\w-]{8,}$/);
        assert.equal(again, first);
        assert.notEqual(other, first);
        await Promise.all([one.end(), two.end()]);
      });

      test("any JSON is echoed, and line separators are escaped", async () => {
        const primus = await open();
        for (const text of [
          '"x"',
          '""',
          "42",
          "0",
          "-1.5e3",
          "true",
          "false",
          "null",
          "[]",
          "{}",
          '{"a":{"b":[1,null]}}',
          ' [ 1 , "é😀" ] ',
        ]) {
          primus.send(text);
          assert.deepEqual(JSON.parse(await primus.next()), JSON.parse(text), text);
        }
        primus.send('"\u2028 \\u2029"', '{"echo":{"\u2028":null}}');
        assert.equal(await primus.next(), '"\\u2028 \\u2029"');
        assert.equal(await primus.next(), '{"\\u2028":null}');
        await primus.end();
      });

      test("of an object with a member echo its value comes back", async () => {
        const primus = await open();
        for (const echo of ["x", 0, null, false, "", [], { echo: 1 }]) {
          primus.send(JSON.stringify({ other: 1, echo }));
          assert.deepEqual(await primus.value(), echo);
        }
        await primus.end();
      });

      test("what is no JSON is ignored, and the connection stays", async () => {
        const primus = await open();
        primus.send("", " ", "{broken", "undefined", '"without an end', "[1,]", "NaN", "'x'", '{"a":1}}');
        await isServed(primus);
        await primus.end();
      });

      test(
        "messages of the protocol that nobody knows are kept from the program",
        unlessReference("it hands them on"),
        async () => {
          const primus = await open();
          primus.send('"primus::unknown::1"', '"primus::server::close"', '"primus::"', '"primus::open::x"');
          await isServed(primus);
          await primus.end();
        },
      );

      test("a text that only contains a message of the protocol is echoed", async () => {
        const primus = await open();
        for (const text of [" primus::id::", "primus:id", "primus"]) {
          primus.send(JSON.stringify(text));
          assert.equal(await primus.value(), text);
        }
        await primus.end();
      });

      test(
        "the pings of clients before version 7 are answered",
        unlessReference("it does not know them any more"),
        async () => {
          const primus = await open();
          primus.send('"primus::ping::1795374214827"');
          assert.equal(await primus.next(), '"primus::pong::1795374214827"');
          await primus.end();
        },
      );

      test("an end is announced, so that the client stays away", async () => {
        const primus = await open();
        primus.send('"first"', '"bye"', '"too late"');
        assert.equal(await primus.next(), '"first"');
        assert.equal(await primus.next(), '"primus::server::close"');
        assert.notEqual((await closed(primus)).code, 1006);
      });

      test("an end with reconnect is not announced", async () => {
        const primus = await open();
        primus.send('"first"', '"kick"');
        assert.equal(await primus.next(), '"first"');
        await assert.rejects(primus.next(), /^Error: closed/);
        assert.notEqual((await closed(primus)).code, 1006);
      });

      test("a client that answers pings lives on, one that does not is cut off without a word", async () => {
        const [answering, silent] = [await open(brisk), await open(brisk)];
        for (let i = 0; i < 5; i++) {
          const ping = JSON.parse(await answering.next("a ping"));
          assert.match(ping, /^primus::ping::\d{13}$/);
          answering.send(JSON.stringify(ping.replace("ping", "pong")));
        }
        await isServed(answering);
        assert.match(await silent.next(), /^"primus::ping::\d{13}"$/);
        await assert.rejects(silent.next(), /^Error: closed/);
        await answering.end();
      });

      test("spec tells what the mount is", async () => {
        const { status, headers, body } = await request(target, `/${mount}/spec`);
        assert.deepEqual([status, headers["content-type"]], [200, "application/json"]);
        assert.deepEqual(JSON.parse(body), {
          pingInterval: 25_000,
          pathname: `/${mount}`,
          version: "8.0.9",
          parser: "json",
          transformer: MOUNTS[mount].transformer,
        });
      });
    });
  }

  for (const mount of ["primus-websockets", "primus-faye"]) {
    test(`at ${mount} the frames are bare`, async () => {
      const { socket } = await RawPrimus.open(target, mount);
      socket.send('{"echo":{"a":[1,null,true],"s":"é"}}', "1");
      await socket.expect('{"a":[1,null,true],"s":"é"}', "1");
      await socket.end();
    });

    test(`at ${mount} a binary frame is no JSON`, unlessReference("it takes the bytes for a value"), async () => {
      const { socket } = await RawPrimus.open(target, mount);
      socket.send(Buffer.from([0xff, 0xfe]), Buffer.from("{"), "1");
      await socket.expect("1");
      await socket.end();
    });

    test(`at ${mount} a request that is no WebSocket is told to upgrade`, async () => {
      for (const path of [`/${mount}`, `/${mount}/`, `/${mount}?_primuscb=x`]) {
        const { status, headers, body } = await request(target, path);
        assert.deepEqual([status, headers["content-type"], body], [426, "text/plain", "Upgrade Required"]);
      }
    });
  }

  test("at primus-websockets a WebSocket ping of the client is as good as a pong", async () => {
    const { socket } = await RawPrimus.open(brisk, "primus-websockets");
    for (let pings = 0; pings < 5;) {
      socket.ws.ping();
      if (/^"primus::ping::/.test(await socket.next())) pings++;
    }
    socket.send("1");
    await socket.expect("1");
    await socket.end();
  });

  test("at primus-engineio the id is the session's", async () => {
    const { body } = await request(target, "/primus-engineio/?EIO=4&transport=polling");
    const { sid, upgrades, pingInterval } = JSON.parse(body.slice(1));
    assert.deepEqual([upgrades, pingInterval], [["websocket"], 25_000]);
    const url = `/primus-engineio/?EIO=4&transport=polling&sid=${sid}`;
    const sent = await request(target, url, { method: "POST", body: '4"primus::id::"\x1e42' });
    assert.deepEqual([sent.status, sent.body], [200, "ok"]);
    let packets = "";
    while (!packets.includes("42")) packets += `${(await request(target, url)).body}\x1e`;
    assert.deepEqual(packets.split("\x1e").filter(Boolean), [`4"primus::id::${sid}"`, "42"]);
  });

  test("at primus-engineio an end in the middle of an upgrade is announced where the client goes on", async () => {
    for (const goesOn of ["websocket", "polling"]) {
      const session = await PollSession.open(target, { path: "/primus-engineio/" });
      const query = `EIO=4&transport=websocket&sid=${session.sid}`;
      const upgrade = await RawSocket.attempt(target, { path: "/primus-engineio/", query });
      upgrade.send("2probe");
      await upgrade.expect("3probe");
      const { status, body } = await session.post('4"bye"');
      assert.deepEqual([status, body], [200, "ok"]);
      if (goesOn === "websocket") {
        upgrade.send("5");
        await upgrade.expect('4"primus::server::close"');
        await upgrade.isClosed();
      } else {
        assert.equal((await session.packets())[0], '4"primus::server::close"');
        await upgrade.end();
      }
    }
  });

  test("at primus-engineio a request without a transport is told so", async () => {
    const { status, body } = await request(target, "/primus-engineio/");
    assert.deepEqual([status, JSON.parse(body)], [400, { code: 0, message: "Transport unknown" }]);
  });

  test("at primus-sockjs there is a whole SockJS", async () => {
    assert.equal((await request(target, "/primus-sockjs")).body, "Welcome to SockJS!\n");
    assert.equal(JSON.parse((await request(target, "/primus-sockjs/info")).body).websocket, true);
    assert.match(
      (await request(target, "/primus-sockjs/iframe.html")).body,
      /<script src="\/lib\/sockjs\.js"><\/script>/,
    );
  });

  test("an end over SockJS is a normal one", async () => {
    const { socket } = await RawPrimus.open(target, "primus-sockjs");
    socket.send('["\\"bye\\""]');
    await socket.expect('a["\\"primus::server::close\\""]', 'c[1000,"Normal closure"]');
    assert.equal(await socket.isClosed(), 1000);
  });

  for (const mount of Object.keys(MOUNTS)) {
    test(`${mount}/primus.js is the library made for it`, async () => {
      // Made for the default ping interval, which the reference bakes in.
      const usual = await startTarget("doors", CALM);
      const { status, headers, body } = await request(usual, `/${mount}/primus.js`);
      assert.deepEqual([status, headers["content-type"]], [200, "text/javascript; charset=utf-8"]);
      assert.equal(body, readFileSync(`${FOLDER}${mount}.js`, "utf8"));
      await usual.stop();
    });

    test(`${mount} answers pages of any origin, with credentials`, async () => {
      for (const path of [`/${mount}`, `/${mount}/spec`, `/${mount}/primus.js`]) {
        const { headers } = await request(target, path, { headers: { Origin: "http://a.example:81" } });
        assert.equal(headers["access-control-allow-origin"], "http://a.example:81", path);
        assert.equal(headers["access-control-allow-credentials"], "true", path);
        assert.match(headers.vary, /origin/i, path);
      }
    });

    test(`${mount} answers preflights`, async () => {
      const asked = {
        "Origin": "http://a",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "x-y",
      };
      const { status, headers } = await request(target, `/${mount}/spec`, { method: "OPTIONS", headers: asked });
      assert.ok([200, 204].includes(status), String(status));
      assert.equal(headers["access-control-allow-origin"], "http://a");
      assert.equal(headers["access-control-allow-credentials"], "true");
      assert.equal(headers["access-control-allow-headers"], "x-y");
      assert.match(headers["access-control-allow-methods"], /GET/);
    });
  }
});
