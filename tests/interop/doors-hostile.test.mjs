// Bad input to the other doors. In each test bystanders on other mounts are served throughout.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { withBystanders } from "./lib/bystanders.mjs";
import { close, frame, FrameSocket, part, TEXT } from "./lib/frames.mjs";
import { request } from "./lib/http.mjs";
import { RawPrimus } from "./lib/primus.mjs";
import { newSession, post, Streaming, XhrSession } from "./lib/sockjs.mjs";
import { CALM, startTarget, unlessReference } from "./lib/target.mjs";
import { RawTcp, upgradeRequest } from "./lib/tcp.mjs";
import { until } from "./lib/wait.mjs";
import { RawSocket } from "./lib/ws.mjs";

const LIMIT = 100_000;
const FORM = { "Content-Type": "application/x-www-form-urlencoded" };

/** Every path that is a WebSocket, without a query. */
const WEBSOCKETS = {
  "plain": () => "/ws",
  "SockJS": () => `${newSession("/echo")}/websocket`,
  "SockJS, bare": () => "/echo/websocket",
  "websocket-multiplex": () => `${newSession("/multiplex")}/websocket`,
  "Primus, websockets": () => "/primus-websockets",
  "Primus, faye": () => "/primus-faye",
  "Primus, engine.io": () => "/primus-engineio/?EIO=4&transport=websocket",
  "Primus, sockjs": () => `${newSession("/primus-sockjs")}/websocket`,
  "Primus, plugins": () => "/primus-plugins",
};

let target;
before(async () => (target = await startTarget("doors", { ...CALM, MAX_PAYLOAD: String(LIMIT), PRIMUS_PING: "25000" })));
after(() => target.stop());

const attack = (steps) => () => withBystanders(target, steps);
const numbers = (count) => Array.from({ length: count }, (_, i) => i);

/** Sends bytes, and answers the head of what comes back, `""` if the server just closes. */
async function answerTo(bytes) {
  const tcp = await RawTcp.open(target);
  tcp.write(bytes);
  await until(() => tcp.closed || tcp.received.includes("\r\n\r\n"), "an answer or the end of the connection");
  tcp.destroy();
  return tcp.received.toString();
}

describe("callbacks", { concurrency: 4 }, () => {
  const BAD = ["alert(1)", "a;b", "a b", "<script>", "a'b", 'a"b', "a\\b", "a\n", "\0", "a\u2028", "é", "a[0]", "a,b", "a=b", "*", "/**/a", "a%62"];

  for (const prefix of ["/echo", "/multiplex", "/primus-sockjs"]) {
    const skip = unlessReference(prefix === "/primus-sockjs" ? "Primus adds headers after the answer" : "");
    test(`at ${prefix} what is more than a name is never said again`, prefix === "/primus-sockjs" ? skip : {}, attack(async () => {
      for (const transport of ["jsonp", "htmlfile"]) {
        for (const bad of BAD) {
          for (const query of [`c=${encodeURIComponent(bad)}`, `callback=${encodeURIComponent(bad)}`]) {
            const { status, headers, body } = await request(target, `${newSession(prefix)}/${transport}?${query}`);
            assert.deepEqual([status, body], [500, 'invalid "callback" parameter'], `${transport} ${query}`);
            assert.doesNotMatch(headers["content-type"] ?? "", /html/, `${transport} ${query}`);
          }
        }
      }
    }));
  }

  test("a callback of a kind that nobody meant is none", attack(async () => {
    for (const query of ["c[]=a", "C=a", "x=c", "&&&", "%", "%zz=a"]) {
      for (const transport of ["jsonp", "htmlfile"]) {
        const { status, body } = await request(target, `${newSession("/echo")}/${transport}?${query}`);
        assert.deepEqual([status, body], [500, '"callback" parameter required'], `${transport}?${query}`);
      }
    }
  }));

  test("of several callbacks no bad one is taken", attack(async () => {
    for (const query of ["c=ok&c=bad(", "c=bad(&c=ok", "c=bad(&callback=ok", "callback=ok&c=bad("]) {
      for (const transport of ["jsonp", "htmlfile"]) {
        const streaming = await Streaming.open(target, `${newSession("/echo")}/${transport}?${query}`);
        await until(() => streaming.ended || streaming.text.length > 0, "an answer");
        assert.ok(!streaming.text.includes("bad("), streaming.text);
        streaming.abort();
      }
    }
  }));

  test("a message cannot end the script that carries it", unlessReference("it can"), attack(async () => {
    const url = newSession("/echo");
    const streaming = await Streaming.open(target, `${url}/htmlfile?c=x`);
    await streaming.reads('p("o");');
    await post(target, `${url}/xhr_send`, JSON.stringify(["</script><script>alert(1)</script>", "<!--<script>", "\u2028", "behind"]));
    await streaming.reads("behind");
    const frames = streaming.text.split("\r\n\r\n").at(-1);
    for (const [, script] of frames.matchAll(/<script>\n(.*?)\n<\/script>\r\n/gs)) {
      // A comment would hide the end of the script that it stands in.
      assert.doesNotMatch(script, /<\/script|<!--|\u2028/i);
    }
    assert.equal(frames.replace(/<script>\n.*?\n<\/script>\r\n/gs, ""), "");
    streaming.abort();
  }));

  test("a message in a call is a string and nothing else", attack(async () => {
    const url = newSession("/echo");
    await request(target, `${url}/jsonp?c=x`);
    const texts = ['");alert(1);("', "\\", "\u2028\u2029", "*/alert(1)/*", "\r\n\r\n"];
    await post(target, `${url}/jsonp_send`, `d=${encodeURIComponent(JSON.stringify(texts))}`, FORM);
    const { body } = await request(target, `${url}/jsonp?c=x`);
    let heard;
    new Function("x", body)((text) => (heard = text));
    assert.deepEqual(JSON.parse(heard.slice(1)), texts);
    assert.doesNotMatch(body, /[\u2028\u2029]/);
  }));
});

describe("strange upgrades", { concurrency: 4 }, () => {
  const STRANGE = {
    "POST": (it) => it.replace("GET", "POST").replace("\r\n\r\n", "\r\nContent-Length: 0\r\n\r\n"),
    "POST with a body": (it) => `${it.replace("GET", "POST").replace("\r\n\r\n", "\r\nContent-Length: 5\r\n\r\n")}hello`,
    "another protocol": (it) => it.replace("Upgrade: websocket", "Upgrade: h2c"),
    "no key": (it) => it.replace(/Sec-WebSocket-Key: .*\r\n/, ""),
    "a key too short": (it) => it.replace("dGhlIHNhbXBsZSBub25jZQ==", "c2hvcnQ="),
    "a key that is no base64": (it) => it.replace("dGhlIHNhbXBsZSBub25jZQ==", "************************"),
    "an empty key": (it) => it.replace("dGhlIHNhbXBsZSBub25jZQ==", ""),
    "no version": (it) => it.replace(/Sec-WebSocket-Version: .*\r\n/, ""),
    "version 99": (it) => it.replace("Version: 13", "Version: 99"),
    "version 8": (it) => it.replace("Version: 13", "Version: 8"),
    "HTTP/1.0": (it) => it.replace("HTTP/1.1", "HTTP/1.0"),
    "a connection that only closes": (it) => it.replace("Connection: Upgrade", "Connection: close"),
  };

  for (const [what, path] of Object.entries(WEBSOCKETS)) {
    test(`${what}: what is no handshake is refused before the upgrade`, unlessReference("its libraries differ, and speak old versions"), attack(async () => {
      for (const [how, change] of Object.entries(STRANGE)) {
        const head = await answerTo(change(upgradeRequest(target, path())));
        assert.match(head, /^HTTP\/1\.[01] 4\d\d |^$/, how);
      }
    }));
  }

  test("no other path is a WebSocket", unlessReference("some of it ends the process"), attack(async () => {
    const session = newSession("/echo");
    const paths = ["/", "/nothing", "/es", "/echo", "/echo/info", "/echo/iframe.html", "/lib/sockjs.js", `${session}/xhr`, `${session}/xhr_send`,
      `${session}/xhr_streaming`, `${session}/eventsource`, `${session}/htmlfile?c=x`, `${session}/jsonp?c=x`, `${session}/jsonp_send`,
      "/disabled_websocket_echo/websocket", `${newSession("/disabled_websocket_echo")}/websocket`, "/primus-engineio/?EIO=4&transport=polling"];
    for (const path of paths) {
      for (const method of ["GET", "POST"]) {
        const tcp = await RawTcp.open(target);
        tcp.write(upgradeRequest(target, path).replace("GET", method).replace("\r\n\r\n", "\r\nContent-Length: 0\r\n\r\n"));
        // An answer that goes on, or waits, is one too.
        await until(() => tcp.closed || tcp.received.length > 0, "an answer", 500).catch(() => {});
        assert.doesNotMatch(tcp.received.toString(), /^HTTP\/1\.1 101/, `${method} ${path}`);
        tcp.destroy();
      }
    }
  }));

  test("what is behind a handshake that fails is no request", unlessReference("it reads on"), attack(async () => {
    const head = upgradeRequest(target, "/ws").replace("Version: 13", "Version: 99");
    const answer = await answerTo(Buffer.concat([Buffer.from(head), frame(TEXT, "early")]));
    assert.match(answer, /^HTTP\/1\.1 4\d\d /);
  }));

  test("hundreds that stop in the middle of a handshake do no harm", attack(async () => {
    const half = await Promise.all(numbers(300).map((i) => RawTcp.open(target).then((tcp) => {
      const [, path] = Object.entries(WEBSOCKETS)[i % 9];
      tcp.write(upgradeRequest(target, path()).slice(0, 40 + (i % 60)));
      return tcp;
    })));
    assert.equal((await request(target, "/echo/info")).status, 200);
    for (const tcp of half) tcp.destroy();
  }));
});

describe("SockJS sessions", { concurrency: 4 }, () => {
  test("of many polls at once one goes on, and the others are told", attack(async () => {
    const session = await XhrSession.open(target);
    const polls = numbers(20).map(() => session.poll());
    const refused = [];
    for (const poll of polls) poll.then(({ body }) => body.startsWith("c[2010") && refused.push(body), () => {});
    await until(() => refused.length === 19, "nineteen refusals");
    await session.send("to the one");
    const bodies = (await Promise.all(polls)).map(({ body }) => body);
    assert.deepEqual(bodies.filter((body) => !body.startsWith("c[")), ['a["to the one"]\n']);
  }));

  test("a session of one mount is none of another", unlessReference("its sessions are those of all mounts"), attack(async () => {
    const session = await XhrSession.open(target, "/echo");
    const [, , , id] = session.url.split("/");
    assert.equal((await post(target, `/amplify/000/${id}/xhr_send`, '["1"]')).status, 404);
    assert.equal((await post(target, `/amplify/000/${id}/xhr`)).body, "o\n");
    await session.send("mine");
    assert.equal((await session.poll()).body, 'a["mine"]\n');
  }));

  test("two WebSockets with the id of one poller are three sessions", attack(async () => {
    const session = await XhrSession.open(target);
    const sockets = await Promise.all(numbers(2).map(() => RawSocket.attempt(target, { path: `${session.url}/websocket`, query: "", pong: false })));
    for (const [i, socket] of sockets.entries()) {
      socket.send(`["${i}"]`);
      await socket.expect("o", `a["${i}"]`);
      await socket.end();
    }
    await session.send("polled");
    assert.equal((await session.poll()).body, 'a["polled"]\n');
  }));

  test("what is sent to a session that the program has closed is lost, and nothing else", attack(async () => {
    const session = await XhrSession.open(target, "/close");
    assert.equal((await session.poll()).body, 'c[3000,"Go away!"]\n');
    for (let i = 0; i < 3; i++) assert.ok([204, 404].includes((await session.send("too late")).status));
    assert.equal((await session.poll()).body, 'c[3000,"Go away!"]\n');
  }));

  test("of receivers of every kind at once one is taken, and its cut ends the session", attack(async () => {
    const url = newSession("/echo");
    assert.equal((await post(target, `${url}/xhr`)).body, "o\n");
    const kinds = [["xhr", "POST"], ["xhr_streaming", "POST"], ["eventsource", "GET"], ["htmlfile?c=x", "GET"], ["jsonp?c=x", "GET"]];
    const receivers = numbers(20).map((i) => {
      const [transport, method] = kinds[i % kinds.length];
      return request(target, `${url}/${transport}`, { method });
    });
    const refused = [];
    for (const receiver of receivers) receiver.then(({ body }) => refused.push(body), () => {});
    await until(() => refused.length === 19, "nineteen refusals");
    assert.ok(refused.every((body) => body.includes("c[2010,")), refused.join());
    for (const receiver of receivers) receiver.abort();
    const { body } = await until(async () => {
      const poll = await post(target, `${url}/xhr`);
      return !poll.body.startsWith("c[2010") && poll;
    }, "a poll that is taken");
    assert.match(body, /^(o|c\[1002,"Connection interrupted"\])\n$/);
  }));

  test("a thousand sessions that nobody comes back to are gone after a while", attack(async () => {
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
  }));
});

describe("what is too large", { concurrency: 4 }, () => {
  const BODIES = {
    "xhr_send": async () => [`${(await XhrSession.open(target)).url}/xhr_send`, { "Content-Type": "text/plain" }],
    "jsonp_send": async () => [`${(await XhrSession.open(target)).url}/jsonp_send`, FORM],
    "xhr_send of Primus": async () => [`${(await XhrSession.open(target, "/primus-sockjs")).url}/xhr_send`, { "Content-Type": "text/plain" }],
    "a POST of Engine.IO": async () => {
      const path = "/primus-engineio/?EIO=4&transport=polling";
      const { sid } = JSON.parse((await request(target, path)).body.slice(1));
      return [`${path}&sid=${sid}`, { "Content-Type": "text/plain" }];
    },
  };

  for (const [what, prepare] of Object.entries(BODIES)) {
    const limited = unlessReference(what === "a POST of Engine.IO" ? "it cuts the connection" : "it has no limit");
    test(`${what}: a body above the maximum payload is refused with 413`, limited, attack(async () => {
      const [path, headers] = await prepare();
      const { status } = await post(target, path, "x".repeat(LIMIT + 1000), headers);
      assert.equal(status, 413);
    }));

    test(`${what}: a body that only announces too much is refused at once`, limited, attack(async () => {
      const [path, headers] = await prepare();
      for (const length of [LIMIT * 10, 2 ** 40]) {
        const head = await answerTo(`POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: ${headers["Content-Type"]}\r\nContent-Length: ${length}\r\n\r\n["x`);
        assert.match(head, /^HTTP\/1\.1 413 /, String(length));
      }
    }));

    test(`${what}: a body in chunks without end is refused at the limit`, limited, attack(async () => {
      const [path, headers] = await prepare();
      const tcp = await RawTcp.open(target);
      tcp.write(`POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: ${headers["Content-Type"]}\r\nTransfer-Encoding: chunked\r\n\r\n`);
      const chunk = `2710\r\n${"x".repeat(10_000)}\r\n`;
      for (let i = 0; i < 100 && tcp.received.length === 0 && !tcp.closed; i++) {
        tcp.write(chunk);
        await new Promise((resolve) => setImmediate(resolve));
      }
      await tcp.answered();
      assert.match(tcp.received.toString(), /^HTTP\/1\.1 413 |^$/);
      tcp.destroy();
    }));
  }

  for (const [what, path] of Object.entries(WEBSOCKETS)) {
    const limited = unlessReference("not all of its libraries have the limit");
    test(`${what}: a message above the maximum payload closes with 1009, in one frame or in several`, limited, attack(async () => {
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
        assert.deepEqual([opcode, payload.readUInt16BE()], [0x8, 1009]);
        socket.send(close(1009));
        socket.destroy();
      }
    }));
  }

  test("an address of a hundred thousand letters is refused", attack(async () => {
    for (const path of [`/echo/${"x".repeat(LIMIT)}`, `/echo/0/0/jsonp?c=${"x".repeat(LIMIT)}`, `/primus-websockets?${"x".repeat(LIMIT)}`]) {
      assert.match(await answerTo(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`), /^HTTP\/1\.1 (4|5)\d\d |^$/);
    }
  }));
});

describe("what takes its time", { concurrency: 4 }, () => {
  test("bodies that never end hold up nobody", attack(async () => {
    const session = await XhrSession.open(target);
    const slow = await Promise.all(numbers(50).map(async (i) => {
      const tcp = await RawTcp.open(target);
      tcp.write(`POST ${session.url}/${i % 2 ? "xhr_send" : "jsonp_send"} HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\n["`);
      return tcp;
    }));
    for (let i = 0; i < 5; i++) {
      for (const tcp of slow) tcp.write("x");
      await session.send(`${i}`);
      assert.equal((await session.poll()).body, `a["${i}"]\n`);
    }
    for (const tcp of slow) tcp.destroy();
    await session.send("afterwards");
    assert.equal((await session.poll()).body, 'a["afterwards"]\n');
  }));

  test("whoever stops reading is not waited for", attack(async () => {
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
  }));
});

describe("garbage", { concurrency: 4 }, () => {
  const DEEP = "[".repeat(20_000);
  const NESTED = `${DEEP}${"]".repeat(20_000)}`;
  const GARBAGE = ["{", "]", '"', "[1", '{"a":', "\0", "\ud83d", "NaN", "1e999", "-", '"\\ud83d"', '"\\x"', "[[[", "primus::id::", "null", "undefined", DEEP, NESTED];

  test("SockJS: garbage in a body is refused, and the session goes on", attack(async () => {
    const session = await XhrSession.open(target);
    for (const body of GARBAGE) {
      const { status } = await post(target, `${session.url}/xhr_send`, body);
      assert.ok([204, 500].includes(status), `${status} for ${body.slice(0, 20)}`);
    }
    await session.send("still there");
    const heard = [];
    while (!heard.includes("still there")) heard.push(...JSON.parse((await session.poll()).body.slice(1)));
  }));

  test("SockJS: garbage in a WebSocket ends that WebSocket at most", unlessReference("deep nesting ends its process"), attack(async () => {
    for (const text of GARBAGE) {
      const socket = await RawSocket.attempt(target, { path: `${newSession("/echo")}/websocket`, query: "", pong: false });
      await socket.expect("o");
      socket.send(text, '["fence"]');
      await socket.next().then(() => {}, () => {});
      await socket.end();
    }
  }));

  for (const mount of ["primus-websockets", "primus-faye", "primus-engineio", "primus-sockjs", "primus-plugins"]) {
    test(`${mount}: garbage is ignored, and the connection stays`, unlessReference("some of it ends the process"), attack(async () => {
      const primus = await RawPrimus.open(target, mount);
      for (const text of GARBAGE) primus.send(text);
      const fence = mount === "primus-plugins" ? '{"type":0,"data":["echo","fence"],"id":1}' : '"fence"';
      primus.send(fence);
      const wanted = mount === "primus-plugins" ? (value) => value?.id === 1 : (value) => value === "fence";
      let value;
      do value = await primus.value();
      while (!wanted(value));
      await primus.end();
    }));
  }

  test("websocket-multiplex: garbage is ignored, and the connection stays", attack(async () => {
    const socket = await RawSocket.attempt(target, { path: "/multiplex/websocket", query: "", pong: false });
    socket.send(...GARBAGE, ...GARBAGE.map((text) => `sub,${text}`), ...GARBAGE.map((text) => `msg,${text},${text}`), `sub,${"x".repeat(90_000)}`);
    socket.send("sub,ann");
    await socket.expect("msg,ann,ann says hi");
    await socket.end();
  }));

  test("Primus, engine.io: packets that are none end that session at most", attack(async () => {
    for (const text of ["9", "x", "", "bnot base64", "4", "40", "2probe", "5", "6", "0{}", "\x1e\x1e\x1e", "1"]) {
      const socket = await RawSocket.attempt(target, { path: "/primus-engineio/", query: "EIO=4&transport=websocket", pong: false });
      await socket.next("the open packet");
      socket.send(text);
      await socket.end();
    }
  }));

  test("a thousand subscriptions to channels that are not there leave the connection alone", unlessReference("it keeps them all"), attack(async () => {
    const primus = await RawPrimus.open(target, "primus-plugins");
    for (let i = 0; i < 1000; i++) primus.send(`[1,"${i}","channel ${i}"]`, `[0,"${i}","channel ${i}",1]`);
    primus.send('{"type":0,"data":["echo","fence"],"id":1}');
    assert.deepEqual(await primus.value(), { id: 1, type: 1, data: ["fence"] });
    await primus.end();
  }));

  test("very many subscriptions to one channel do not harm the first one", attack(async () => {
    const primus = await RawPrimus.open(target, "primus-plugins");
    for (let i = 0; i < 5000; i++) primus.send(`[1,"${process.pid}-${i}","a"]`);
    primus.send(`[0,"${process.pid}-0","a","x"]`);
    // Those beyond the bound are told that they are over.
    let answer;
    do answer = await primus.value();
    while (answer[0] === 2);
    assert.deepEqual(answer, [0, `${process.pid}-0`, "a", { re: "x" }]);
    await primus.end();
  }));
});
