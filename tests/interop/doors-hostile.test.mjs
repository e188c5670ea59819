// Bad input to the other doors: callbacks, upgrades, garbage. In each test bystanders on other mounts are served throughout.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { withBystanders } from "./lib/bystanders.mjs";
import { WEBSOCKETS } from "./lib/doors.mjs";
import { frame, TEXT } from "./lib/frames.mjs";
import { request } from "./lib/http.mjs";
import { RawPrimus } from "./lib/primus.mjs";
import { newSession, post, Streaming, XhrSession } from "./lib/sockjs.mjs";
import { CALM, startTarget, unlessReference } from "./lib/target.mjs";
import { answerTo, RawTcp, upgradeRequest } from "./lib/tcp.mjs";
import { until } from "./lib/wait.mjs";
import { RawSocket } from "./lib/ws.mjs";

const FORM = { "Content-Type": "application/x-www-form-urlencoded" };

let target;
before(async () => (target = await startTarget("doors", { ...CALM, PRIMUS_PING: "25000" })));
after(() => target.stop());

/** A test of what hostile clients do, throughout which the bystanders are served. */
function hostile(sentence, ...rest) {
  const steps = rest.pop();
  test(sentence, ...rest, () => withBystanders(target, steps));
}

const numbers = (count) => Array.from({ length: count }, (_, i) => i);

describe("callbacks", { concurrency: 4 }, () => {
  const BAD = [
    "alert(1)",
    "a;b",
    "a b",
    "<script>",
    "a'b",
    'a"b',
    "a\\b",
    "a\n",
    "\0",
    "a\u2028",
    "é",
    "a[0]",
    "a,b",
    "a=b",
    "*",
    "/**/a",
    "a%62",
  ];

  for (const prefix of ["/echo", "/multiplex", "/primus-sockjs"]) {
    hostile(`at ${prefix} what is more than a name is never said again`, async () => {
      for (const transport of ["jsonp", "htmlfile"]) {
        for (const bad of BAD) {
          for (const query of [`c=${encodeURIComponent(bad)}`, `callback=${encodeURIComponent(bad)}`]) {
            const { status, headers, body } = await request(target, `${newSession(prefix)}/${transport}?${query}`);
            assert.deepEqual([status, body], [500, 'invalid "callback" parameter'], `${transport} ${query}`);
            assert.doesNotMatch(headers["content-type"] ?? "", /html/, `${transport} ${query}`);
          }
        }
      }
    });
  }

  hostile("a callback of a kind that nobody meant is none", async () => {
    for (const query of ["c[]=a", "C=a", "x=c", "&&&", "%", "%zz=a"]) {
      for (const transport of ["jsonp", "htmlfile"]) {
        const { status, body } = await request(target, `${newSession("/echo")}/${transport}?${query}`);
        assert.deepEqual([status, body], [500, '"callback" parameter required'], `${transport}?${query}`);
      }
    }
  });

  hostile("of several callbacks no bad one is taken", async () => {
    for (const query of ["c=ok&c=bad(", "c=bad(&c=ok", "c=bad(&callback=ok", "callback=ok&c=bad("]) {
      for (const transport of ["jsonp", "htmlfile"]) {
        const streaming = await Streaming.open(target, `${newSession("/echo")}/${transport}?${query}`);
        await until(() => streaming.ended || streaming.text.length > 0, "an answer");
        assert.ok(!streaming.text.includes("bad("), streaming.text);
        streaming.abort();
      }
    }
  });

  hostile("a message cannot end the script that carries it", unlessReference("it can"), async () => {
    const url = newSession("/echo");
    const streaming = await Streaming.open(target, `${url}/htmlfile?c=x`);
    await streaming.reads('p("o");');
    await post(
      target,
      `${url}/xhr_send`,
      JSON.stringify(["</script><script>alert(1)</script>", "<!--<script>", "\u2028", "behind"]),
    );
    await streaming.reads("behind");
    const frames = streaming.text.split("\r\n\r\n").at(-1);
    for (const [, script] of frames.matchAll(/<script>\n(.*?)\n<\/script>\r\n/gs)) {
      // A comment would hide the end of the script that it stands in.
      assert.doesNotMatch(script, /<\/script|<!--|\u2028/i);
    }
    assert.equal(frames.replace(/<script>\n.*?\n<\/script>\r\n/gs, ""), "");
    streaming.abort();
  });

  hostile("a message in a call is a string and nothing else", async () => {
    const url = newSession("/echo");
    await request(target, `${url}/jsonp?c=x`);
    const texts = ['");alert(1);("', "\\", "\u2028\u2029", "*/alert(1)/*", "\r\n\r\n"];
    await post(target, `${url}/jsonp_send`, `d=${encodeURIComponent(JSON.stringify(texts))}`, FORM);
    const { body } = await request(target, `${url}/jsonp?c=x`);
    let heard;
    new Function("x", body)((text) => (heard = text));
    assert.deepEqual(JSON.parse(heard.slice(1)), texts);
    assert.doesNotMatch(body, /[\u2028\u2029]/);
  });
});

describe("strange upgrades", { concurrency: 4 }, () => {
  const STRANGE = {
    "POST": (it) => it.replace("GET", "POST").replace("\r\n\r\n", "\r\nContent-Length: 0\r\n\r\n"),
    "POST with a body": (it) =>
      `${it.replace("GET", "POST").replace("\r\n\r\n", "\r\nContent-Length: 5\r\n\r\n")}hello`,
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
    hostile(
      `${what}: what is no handshake is refused before the upgrade`,
      unlessReference("its libraries differ, and speak old versions"),
      async () => {
        for (const [how, change] of Object.entries(STRANGE)) {
          const head = await answerTo(target, change(upgradeRequest(target, path())));
          assert.match(head, /^HTTP\/1\.[01] 4\d\d |^$/, how);
        }
      },
    );
  }

  hostile("no other path is a WebSocket", unlessReference("some of it ends the process"), async () => {
    const session = newSession("/echo");
    const paths = [
      "/",
      "/nothing",
      "/es",
      "/echo",
      "/echo/info",
      "/echo/iframe.html",
      "/lib/sockjs.js",
      `${session}/xhr`,
      `${session}/xhr_send`,
      `${session}/xhr_streaming`,
      `${session}/eventsource`,
      `${session}/htmlfile?c=x`,
      `${session}/jsonp?c=x`,
      `${session}/jsonp_send`,
      "/disabled_websocket_echo/websocket",
      `${newSession("/disabled_websocket_echo")}/websocket`,
      "/primus-engineio/?EIO=4&transport=polling",
    ];
    for (const path of paths) {
      for (const method of ["GET", "POST"]) {
        const tcp = await RawTcp.open(target);
        tcp.write(
          upgradeRequest(target, path).replace("GET", method).replace("\r\n\r\n", "\r\nContent-Length: 0\r\n\r\n"),
        );
        // An answer that goes on, or waits, is one too.
        await until(() => tcp.closed || tcp.received.length > 0, "an answer", 500).catch(() => {});
        assert.doesNotMatch(tcp.received.toString(), /^HTTP\/1\.1 101/, `${method} ${path}`);
        tcp.destroy();
      }
    }
  });

  hostile("what is behind a handshake that fails is no request", async () => {
    const head = upgradeRequest(target, "/ws").replace("Version: 13", "Version: 99");
    const answer = await answerTo(target, Buffer.concat([Buffer.from(head), frame(TEXT, "early")]));
    assert.match(answer, /^HTTP\/1\.1 4\d\d /);
  });

  hostile("hundreds that stop in the middle of a handshake do no harm", async () => {
    const half = await Promise.all(
      numbers(300).map((i) =>
        RawTcp.open(target).then((tcp) => {
          const [, path] = Object.entries(WEBSOCKETS)[i % 9];
          tcp.write(upgradeRequest(target, path()).slice(0, 40 + (i % 60)));
          return tcp;
        }),
      ),
    );
    assert.equal((await request(target, "/echo/info")).status, 200);
    for (const tcp of half) tcp.destroy();
  });
});

describe("garbage", { concurrency: 4 }, () => {
  const DEEP = "[".repeat(20_000);
  const NESTED = `${DEEP}${"]".repeat(20_000)}`;
  const GARBAGE = [
    "{",
    "]",
    '"',
    "[1",
    '{"a":',
    "\0",
    "\ud83d",
    "NaN",
    "1e999",
    "-",
    '"\\ud83d"',
    '"\\x"',
    "[[[",
    "primus::id::",
    "null",
    "undefined",
    DEEP,
    NESTED,
  ];

  hostile("SockJS: garbage in a body is refused, and the session goes on", async () => {
    const session = await XhrSession.open(target);
    for (const body of GARBAGE) {
      const { status } = await post(target, `${session.url}/xhr_send`, body);
      assert.ok([204, 500].includes(status), `${status} for ${body.slice(0, 20)}`);
    }
    await session.send("still there");
    const heard = [];
    while (!heard.includes("still there")) heard.push(...JSON.parse((await session.poll()).body.slice(1)));
  });

  hostile(
    "SockJS: garbage in a WebSocket ends that WebSocket at most",
    unlessReference("deep nesting ends its process"),
    async () => {
      for (const text of GARBAGE) {
        const socket = await RawSocket.attempt(target, {
          path: `${newSession("/echo")}/websocket`,
          query: "",
          pong: false,
        });
        await socket.expect("o");
        socket.send(text, '["fence"]');
        await socket.next().then(
          () => {},
          () => {},
        );
        await socket.end();
      }
    },
  );

  for (const mount of ["primus-websockets", "primus-faye", "primus-engineio", "primus-sockjs", "primus-plugins"]) {
    hostile(
      `${mount}: garbage is ignored, and the connection stays`,
      unlessReference("some of it ends the process"),
      async () => {
        const primus = await RawPrimus.open(target, mount);
        for (const text of GARBAGE) primus.send(text);
        const fence = mount === "primus-plugins" ? '{"type":0,"data":["echo","fence"],"id":1}' : '"fence"';
        primus.send(fence);
        const wanted = mount === "primus-plugins" ? (value) => value?.id === 1 : (value) => value === "fence";
        let value;
        do value = await primus.value();
        while (!wanted(value));
        await primus.end();
      },
    );
  }

  hostile("websocket-multiplex: garbage is ignored, and the connection stays", async () => {
    const socket = await RawSocket.attempt(target, { path: "/multiplex/websocket", query: "", pong: false });
    socket.send(
      ...GARBAGE,
      ...GARBAGE.map((text) => `sub,${text}`),
      ...GARBAGE.map((text) => `msg,${text},${text}`),
      `sub,${"x".repeat(100_000)}`,
    );
    socket.send("sub,ann");
    await socket.expect("msg,ann,ann says hi");
    await socket.end();
  });

  hostile("Primus, engine.io: packets that are none end that session at most", async () => {
    for (const text of ["9", "x", "", "bnot base64", "4", "40", "2probe", "5", "6", "0{}", "\x1e\x1e\x1e", "1"]) {
      const socket = await RawSocket.attempt(target, {
        path: "/primus-engineio/",
        query: "EIO=4&transport=websocket",
        pong: false,
      });
      await socket.next("the open packet");
      socket.send(text);
      await socket.end();
    }
  });

  hostile(
    "a thousand subscriptions to channels that are not there leave the connection alone",
    unlessReference("it keeps them all"),
    async () => {
      const primus = await RawPrimus.open(target, "primus-plugins");
      for (let i = 0; i < 1000; i++) primus.send(`[1,"${i}","channel ${i}"]`, `[0,"${i}","channel ${i}",1]`);
      primus.send('{"type":0,"data":["echo","fence"],"id":1}');
      assert.deepEqual(await primus.value(), { id: 1, type: 1, data: ["fence"] });
      await primus.end();
    },
  );

  hostile("very many subscriptions to one channel do not harm the first one", async () => {
    const primus = await RawPrimus.open(target, "primus-plugins");
    for (let i = 0; i < 5000; i++) primus.send(`[1,"${process.pid}-${i}","a"]`);
    primus.send(`[0,"${process.pid}-0","a","x"]`);
    // Those beyond the bound are told that they are over.
    let answer;
    do answer = await primus.value();
    while (answer[0] === 2);
    assert.deepEqual(answer, [0, `${process.pid}-0`, "a", { re: "x" }]);
    await primus.end();
  });
});
