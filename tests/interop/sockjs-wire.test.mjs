// SockJS's contract, byte for byte: greeting, info, iframe, every transport, sessions and their ends.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { request } from "./lib/http.mjs";
import { Streaming, XhrSession, newSession, post } from "./lib/sockjs.mjs";
import { startTarget, unlessReference } from "./lib/target.mjs";
import { RawSocket } from "./lib/ws.mjs";
import { RawTcp } from "./lib/tcp.mjs";
import { until } from "./lib/wait.mjs";

const NO_CACHE = "no-store, no-cache, no-transform, must-revalidate, max-age=0";
const JAVASCRIPT = "application/javascript; charset=UTF-8";
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

describe("SockJS", { concurrency: 8 }, () => {
  let target;
  before(async () => (target = await startTarget("doors", { MAX_PAYLOAD: "100000" })));
  after(() => target.stop());

  const get = (path, headers) => request(target, path, { headers });
  const socket = (path, options) => RawSocket.attempt(target, { path, query: "", pong: false, ...options });

  describe("what has no session", () => {
    test("the greeting is found with and without a slash", async () => {
      for (const path of ["/echo", "/echo/"]) {
        const { status, headers, body } = await get(path);
        assert.deepEqual([status, body], [200, "Welcome to SockJS!\n"]);
        assert.equal(headers["content-type"], "text/plain; charset=UTF-8");
        assert.equal(headers["set-cookie"], undefined);
      }
    });

    test("other paths are not found", async () => {
      const paths = ["/echo/a", "/echo/a.html", "/echo//", "/echo///", "/echo/a/a", "/echo/a/a/", "/echo/a/b/c/d",
        "/echo/iframe", "/echo/iframe.htm", "/echo/IFRAME.HTML", "/echo/iframe.xml", "/echo/iframe-/.html",
        "/echo//a/xhr", "/echo/a//xhr", "/echo/a.b/c/xhr", "/echo/a/b.c/xhr"];
      for (const path of paths) {
        const { status, headers, body } = await get(path);
        assert.equal(status, 404, path);
        assert.equal(headers["content-type"], "text/plain; charset=UTF-8", path);
        assert.equal(body, "404 Error: Page not found\n", path);
        assert.equal(headers["set-cookie"], undefined, path);
      }
    });

    test("a wrong method is told which are right", async () => {
      const table = [
        ["/echo", "POST", "GET"],
        ["/echo/info", "POST", "OPTIONS, GET"],
        ["/echo/iframe.html", "POST", "GET"],
        ["/echo/websocket", "POST", "GET"],
        ["/echo/0/0/websocket", "POST", "GET"],
        ["/echo/0/0/xhr", "GET", "POST, OPTIONS"],
        ["/echo/0/0/xhr_send", "PUT", "POST, OPTIONS"],
        ["/echo/0/0/eventsource", "POST", "GET"],
        ["/echo/0/0/jsonp", "POST", "GET"],
        ["/echo/0/0/jsonp_send", "GET", "POST"],
      ];
      for (const [path, method, allow] of table) {
        const { status, headers, body } = await request(target, path, { method });
        assert.deepEqual([status, headers.allow, body], [405, allow, ""], `${method} ${path}`);
        assert.equal(headers["content-type"], undefined, `${method} ${path}`);
      }
    });

    test("info says what the server can do, and never the same entropy", async () => {
      const { status, headers, body } = await get("/echo/info", { Origin: "http://a" });
      assert.equal(status, 200);
      assert.equal(headers["content-type"], "application/json; charset=UTF-8");
      assert.equal(headers["cache-control"], NO_CACHE);
      assert.equal(headers["access-control-allow-origin"], "http://a");
      assert.equal(headers["access-control-allow-credentials"], "true");
      const { entropy, ...info } = JSON.parse(body);
      assert.deepEqual(info, { websocket: true, origins: ["*:*"], cookie_needed: false });
      assert.ok(Number.isInteger(entropy) && entropy >= 0 && entropy < 2 ** 32, entropy);
      const again = JSON.parse((await get("/echo/info")).body);
      assert.notEqual(again.entropy, entropy);
    });

    test("info knows of WebSocket that is off and of cookies that are on", async () => {
      assert.equal(JSON.parse((await get("/disabled_websocket_echo/info")).body).websocket, false);
      assert.equal(JSON.parse((await get("/cookie_needed_echo/info")).body).cookie_needed, true);
    });

    test("preflights are answered for a year", async () => {
      for (const [path, methods] of [["/echo/info", "OPTIONS, GET"], ["/echo/a/b/xhr", "OPTIONS, POST"],
        ["/echo/a/b/xhr_send", "OPTIONS, POST"], ["/echo/a/b/xhr_streaming", "OPTIONS, POST"]]) {
        for (const origin of ["http://a", "null"]) {
          const asked = { Origin: origin, "Access-Control-Request-Headers": "x-y" };
          const { status, headers, body } = await request(target, path, { method: "OPTIONS", headers: asked });
          assert.deepEqual([status, body], [204, ""]);
          assert.equal(headers["access-control-allow-origin"], origin);
          assert.equal(headers["access-control-allow-credentials"], "true");
          assert.equal(headers["access-control-allow-headers"], "x-y");
          assert.equal(headers["access-control-allow-methods"], methods);
          assert.equal(headers["access-control-max-age"], "31536000");
          assert.equal(headers["cache-control"], "public, max-age=31536000");
          assert.ok(Date.parse(headers.expires) > Date.now() + 360 * 86_400_000, headers.expires);
          assert.match(headers.vary, /Origin/);
        }
      }
    });

    test("a page that names no origin may read everything but send no cookies", async () => {
      const { headers } = await request(target, "/echo/a/b/xhr", { method: "OPTIONS" });
      assert.equal(headers["access-control-allow-origin"], "*");
      assert.equal(headers["access-control-allow-credentials"], undefined);
      assert.equal(headers["access-control-allow-headers"], undefined);
    });

    test("the page for iframes has the client's script, and is known again", async () => {
      const seen = new Set();
      for (const name of ["iframe.html", "iframe-a.html", "iframe-.html", "iframe-0.1.2.html", "iframe-0.1.2.abc-dirty.2144.html"]) {
        const { status, headers, body } = await get(`/echo/${name}`);
        assert.equal(status, 200, name);
        assert.equal(headers["content-type"], "text/html; charset=UTF-8");
        assert.equal(headers["cache-control"], "public, max-age=31536000");
        assert.ok(headers.expires);
        assert.equal(headers["set-cookie"], undefined);
        assert.match(body, /^<!DOCTYPE html>\n<html>\n<head>\n  <meta http-equiv="X-UA-Compatible" content="IE=edge" \/>\n/);
        assert.match(body, /<script src="\/lib\/sockjs\.js"><\/script>\n  <script>\n    document\.domain = document\.domain;\n/);
        assert.match(body, /cross domain magic\.<\/p>\n<\/body>\n<\/html>$/);
        seen.add(body + headers.etag);
        const again = await get(`/echo/${name}`, { "If-None-Match": headers.etag });
        assert.deepEqual([again.status, again.body, again.headers["content-type"]], [304, "", undefined]);
      }
      assert.equal(seen.size, 1);
    });
  });

  describe("over WebSocket", () => {
    test("frames are open, messages and nothing for nothing", async () => {
      const ws = await socket(`${newSession("/echo")}/websocket`);
      assert.equal(await ws.next(), "o");
      ws.send("", "[]", JSON.stringify("a"), JSON.stringify(["b", "c"]));
      assert.deepEqual([await ws.next(), await ws.next(), await ws.next()], ['a["a"]', 'a["b"]', 'a["c"]']);
      ws.ws.close();
    });

    test("two sockets with one id are two sessions", async () => {
      const path = `${newSession("/echo")}/websocket`;
      const both = [await socket(path), await socket(path)];
      for (const [i, ws] of both.entries()) {
        assert.equal(await ws.next(), "o");
        ws.send(JSON.stringify(`${i}`));
        assert.equal(await ws.next(), `a["${i}"]`);
      }
      both.forEach((ws) => ws.ws.close());
    });

    test("broken JSON ends the session", async () => {
      const ws = await socket(`${newSession("/echo")}/websocket`);
      assert.equal(await ws.next(), "o");
      ws.send('["a');
      const { code } = await ws.closed;
      assert.ok(code !== 1000, String(code));
    });

    test("the program's close comes as a frame, then as WebSocket's", async () => {
      const ws = await socket(`${newSession("/close")}/websocket`);
      assert.equal(await ws.next(), "o");
      assert.equal(await ws.next(), 'c[3000,"Go away!"]');
      assert.equal((await ws.closed).code, 1000);
    });

    test("characters that browsers lose are escaped", async () => {
      const ws = await socket(`${newSession("/echo")}/websocket`);
      assert.equal(await ws.next(), "o");
      ws.send(JSON.stringify("\0\u200d\u2028\ufff0\u{1f600}é/\"\\\x7f"));
      assert.equal(await ws.next(), 'a["\\u0000\\u200d\\u2028\\ufff0\\ud83d\\ude00é/\\"\\\\\x7f"]');
      ws.ws.close();
    });

    test("half of an emoji does not end the session", unlessReference("it passes surrogates on"), async () => {
      const ws = await socket(`${newSession("/echo")}/websocket`);
      assert.equal(await ws.next(), "o");
      ws.send('"cut \\ud83d"', '"next"');
      assert.equal(await ws.next(), 'a["cut \\ufffd"]');
      assert.equal(await ws.next(), 'a["next"]');
      ws.ws.close();
    });

    test("a bare WebSocket has messages and no frames", async () => {
      const ws = await socket("/echo/websocket");
      ws.send("plain", '["not an array of SockJS"]');
      assert.equal(await ws.next(), "plain");
      assert.equal(await ws.next(), '["not an array of SockJS"]');
      ws.ws.close();
      const closed = await (await socket("/close/websocket")).closed;
      assert.deepEqual(closed, { code: 3000, reason: "Go away!" });
    });

    test("where WebSocket is off, it is not found", async () => {
      for (const path of ["/disabled_websocket_echo/websocket", "/disabled_websocket_echo/0/0/websocket"]) {
        assert.equal((await get(path)).status, 404);
        await assert.rejects(socket(path), { status: 404 });
      }
    });

    test("a request that is no handshake is told what is missing", unlessReference("it has other words than the protocol's own suite"), async () => {
      const path = "/echo/0/0/websocket";
      const plain = await get(path);
      assert.deepEqual([plain.status, plain.body], [400, 'Can "Upgrade" only to "WebSocket".']);
      for (const [headers, wanted] of [
        ["Upgrade: other\r\nConnection: Upgrade", 'Can "Upgrade" only to "WebSocket".'],
        ["Upgrade: WebSocket\r\nConnection: close", '"Connection" must be "Upgrade".'],
      ]) {
        const tcp = await RawTcp.open(target);
        tcp.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n${headers}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`);
        await tcp.reads(wanted);
        assert.match(tcp.received.toString(), /^HTTP\/1\.1 400/);
        tcp.destroy();
      }
    });
  });

  describe("over XHR polling", () => {
    test("a session opens with its first poll", async () => {
      const { first } = await XhrSession.open(target);
      assert.deepEqual([first.status, first.body], [200, "o\n"]);
      assert.equal(first.headers["content-type"], JAVASCRIPT);
      assert.equal(first.headers["cache-control"], NO_CACHE);
      assert.equal(first.headers["access-control-allow-origin"], "*");
    });

    test("what was sent meanwhile comes as one array, in order", async () => {
      const session = await XhrSession.open(target);
      const { status, body, headers } = await session.send("a", "b");
      assert.deepEqual([status, body, headers["content-type"]], [204, "", "text/plain; charset=UTF-8"]);
      await session.send("c");
      assert.equal((await session.poll()).body, 'a["a","b","c"]\n');
    });

    test("a poll that waits is answered at once", async () => {
      const session = await XhrSession.open(target);
      const waiting = session.poll();
      await waiting.sent;
      await session.send("x");
      assert.equal((await waiting).body, 'a["x"]\n');
    });

    test("the id of the server does not matter", async () => {
      const session = await XhrSession.open(target);
      const id = session.url.split("/").at(-1);
      assert.equal((await post(target, `/echo/999/${id}/xhr_send`, '["x"]')).status, 204);
      assert.equal((await post(target, `/echo/111/${id}/xhr`)).body, 'a["x"]\n');
    });

    test("bad messages are refused with the references' words, and the session goes on", async () => {
      const session = await XhrSession.open(target);
      const send = (body, type) => post(target, `${session.url}/xhr_send`, body, { "Content-Type": type ?? "text/plain" });
      for (const [body, wanted] of [['["x', "Broken JSON encoding."], ["", "Payload expected."], ['"x"', "Payload expected."]]) {
        const answer = await send(body);
        assert.deepEqual([answer.status, answer.body], [500, wanted], body);
      }
      for (const type of ["text/plain", "T", "application/json", "application/xml", "", "application/json; charset=utf-8",
        "text/xml; charset=utf-8", "text/xml"]) {
        assert.equal((await send('["x"]', type)).status, 204, type);
      }
      assert.equal((await session.poll()).body, 'a["x","x","x","x","x","x","x","x"]\n');
    });

    test("messages for a session that is not there are not found", async () => {
      const { status } = await post(target, `${newSession("/echo")}/xhr_send`, '["x"]');
      assert.equal(status, 404);
    });

    test("a second poll is refused and the first one goes on", async () => {
      const session = await XhrSession.open(target);
      const first = session.poll();
      await first.sent;
      await until(async () => {
        const { body } = await session.poll();
        return body === 'c[2010,"Another connection still open"]\n';
      }, "a refusal");
      await session.send("x");
      assert.equal((await first).body, 'a["x"]\n');
    });

    test("the program's close is told to everyone who comes", async () => {
      const session = await XhrSession.open(target, "/close");
      assert.equal(session.first.body, "o\n");
      for (let i = 0; i < 3; i++) assert.equal((await session.poll()).body, 'c[3000,"Go away!"]\n');
    });

    test("a poll that is cut ends the session", async () => {
      const session = await XhrSession.open(target);
      const cut = session.poll();
      await cut.sent;
      await sleep(50);
      cut.abort();
      const { body } = await session.poll();
      assert.match(body, /^(o|c\[1002,"Connection interrupted"\])\n$/);
    });

    test("a session waits some five seconds for its next poll", async () => {
      const [early, late] = [await XhrSession.open(target), await XhrSession.open(target)];
      await sleep(4000);
      assert.equal((await early.send("x")).status, 204);
      await sleep(2000);
      assert.equal((await late.send("x")).status, 404);
      assert.equal((await late.poll()).body, "o\n");
    });

    test("cookies are set where they are wanted, as they came", async () => {
      const url = newSession("/cookie_needed_echo");
      const cookie = async (path, headers) => (await post(target, path, "", headers)).headers["set-cookie"];
      assert.deepEqual(await cookie(`${url}/xhr`), ["JSESSIONID=dummy; path=/"]);
      assert.deepEqual(await cookie(`${newSession("/cookie_needed_echo")}/xhr`, { Cookie: "a=b; JSESSIONID=abc" }), ["JSESSIONID=abc; path=/"]);
      assert.equal((await get("/cookie_needed_echo/info")).headers["set-cookie"], undefined);
      assert.equal((await get("/cookie_needed_echo/iframe.html")).headers["set-cookie"], undefined);
    });

    test("too large a body is refused, and bystanders are served", unlessReference("it has no limit"), async () => {
      const [session, bystander] = [await XhrSession.open(target), await XhrSession.open(target)];
      const { status } = await post(target, `${session.url}/xhr_send`, `["${"x".repeat(100_000)}"]`);
      assert.equal(status, 413);
      await bystander.send("x");
      assert.equal((await bystander.poll()).body, 'a["x"]\n');
    });

    test("many sends at once are each handled once", async () => {
      const session = await XhrSession.open(target);
      const sent = Array.from({ length: 50 }, (_, i) => `${i}`);
      await Promise.all(sent.map((message) => session.send(message)));
      const came = [];
      while (came.length < 50) came.push(...JSON.parse((await session.poll()).body.slice(1)));
      assert.deepEqual(came.sort(), sent.sort());
    });
  });

  describe("over answers that go on", () => {
    const send = (url, ...messages) => post(target, `${url}/xhr_send`, JSON.stringify(messages));

    test("XHR streaming begins with a prelude and has a frame a line", async () => {
      const url = newSession("/echo");
      const streaming = await Streaming.open(target, `${url}/xhr_streaming`, { method: "POST" });
      assert.equal(streaming.headers["content-type"], JAVASCRIPT);
      assert.equal(streaming.headers["cache-control"], NO_CACHE);
      await streaming.reads("o\n");
      await send(url, "x");
      await streaming.reads('a["x"]\n');
      assert.equal(streaming.text, `${"h".repeat(2048)}\no\na["x"]\n`);
      streaming.abort();
    });

    test("server-sent events have a frame each, on one line", async () => {
      const url = newSession("/echo");
      const streaming = await Streaming.open(target, `${url}/eventsource`);
      assert.equal(streaming.headers["content-type"], "text/event-stream");
      await streaming.reads("data: o\r\n\r\n");
      await send(url, '  \0\n\r "%');
      await streaming.reads("\\\"%25\"]\r\n\r\n").catch(() => streaming.reads("\"]\r\n\r\n"));
      assert.ok(streaming.text.startsWith("\r\ndata: o\r\n\r\ndata: a["), streaming.text);
      assert.match(streaming.text, /data: a\["  \\u0000\\n\\r \\"%(25)?"\]\r\n\r\n$/);
      streaming.abort();
    });

    test("an htmlfile is a page of scripts", async () => {
      const url = newSession("/echo");
      const streaming = await Streaming.open(target, `${url}/htmlfile?c=%63allback`);
      assert.equal(streaming.headers["content-type"], "text/html; charset=UTF-8");
      await streaming.reads('p("o");');
      const [page, frames] = streaming.text.split("\r\n\r\n");
      assert.ok(page.length + 4 > 1024, String(page.length));
      assert.match(page, /^<!doctype html>\n<html><head>\n.*var c = parent\.callback;\n    c\.start\(\);\n.*<\/script> +$/s);
      assert.equal(frames, '<script>\np("o");\n</script>\r\n');
      await send(url, "x");
      await streaming.reads('<script>\np("a[\\"x\\"]");\n</script>\r\n');
      streaming.abort();
    });

    test("an answer ends at its limit, and the next one goes on", async () => {
      for (const transport of ["xhr_streaming", "eventsource", "htmlfile?c=c"]) {
        const url = newSession("/echo");
        const options = { method: transport === "xhr_streaming" ? "POST" : "GET" };
        const first = await Streaming.open(target, `${url}/${transport}`, options);
        for (let i = 0; i < 5; i++) await send(url, `${i}${"x".repeat(1000)}`);
        await first.ends();
        await send(url, "behind");
        const second = await Streaming.open(target, `${url}/${transport}`, options);
        await second.reads("behind");
        const messages = (first.text + second.text).match(/\dx{1000}/g).map((message) => message[0]);
        assert.deepEqual(messages, ["0", "1", "2", "3", "4"], transport);
        second.abort();
      }
    });

    test("the program's close ends the answer", async () => {
      const streaming = await Streaming.open(target, `${newSession("/close")}/xhr_streaming`, { method: "POST" });
      await streaming.ends();
      assert.ok(streaming.text.endsWith('\no\nc[3000,"Go away!"]\n'), streaming.text.slice(-40));
    });

    test("a second answer that goes on is refused", async () => {
      const url = newSession("/echo");
      const first = await Streaming.open(target, `${url}/xhr_streaming`, { method: "POST" });
      await first.reads("o\n");
      const second = await Streaming.open(target, `${url}/eventsource`);
      await second.ends();
      assert.equal(second.text, '\r\ndata: c[2010,"Another connection still open"]\r\n\r\n');
      first.abort();
    });

    test("a ticker ticks", async () => {
      const streaming = await Streaming.open(target, `${newSession("/ticker")}/eventsource`);
      await streaming.reads('data: a["tick!"]\r\n\r\n');
      streaming.abort();
    });
  });

  describe("over JSONP", () => {
    test("frames are calls of the callback", async () => {
      const url = newSession("/echo");
      const { headers, body } = await get(`${url}/jsonp?c=%63allback`);
      assert.equal(body, '/**/callback("o");\r\n');
      assert.equal(headers["content-type"], JAVASCRIPT);
      assert.equal(headers["x-content-type-options"], "nosniff");
      assert.equal(headers["cache-control"], NO_CACHE);
      const form = { "Content-Type": "application/x-www-form-urlencoded" };
      const sent = await post(target, `${url}/jsonp_send`, "d=%5B%22x%22%5D", form);
      assert.deepEqual([sent.status, sent.body, sent.headers["content-type"]], [200, "ok", "text/plain; charset=UTF-8"]);
      assert.equal((await post(target, `${url}/jsonp_send`, '["%61b"]')).body, "ok");
      assert.equal((await get(`${url}/jsonp?callback=x`)).body, '/**/x("a[\\"x\\",\\"%61b\\"]");\r\n');
    });

    test("bad messages are refused with the reference's words", async () => {
      const url = newSession("/echo");
      await get(`${url}/jsonp?c=x`);
      const form = { "Content-Type": "application/x-www-form-urlencoded" };
      for (const [body, headers, wanted] of [
        ["d=%5B%22x", form, "Broken JSON encoding."],
        ["", form, "Payload expected."],
        ["d=", form, "Payload expected."],
        ["p=p", form, "Payload expected."],
        ['["x', {}, "Broken JSON encoding."],
      ]) {
        const { status, body: text } = await post(target, `${url}/jsonp_send`, body, headers);
        assert.deepEqual([status, text], [500, wanted], body);
      }
      assert.equal((await post(target, `${newSession("/echo")}/jsonp_send`, "d=%5B%22x%22%5D", form)).status, 404);
    });

    test("a callback that could be more than a name is refused", async () => {
      for (const transport of ["jsonp", "htmlfile"]) {
        const none = await get(`${newSession("/echo")}/${transport}`);
        assert.deepEqual([none.status, none.body], [500, '"callback" parameter required']);
        for (const bad of ["%20", "*", "abc(", "abc%28", "a%3Cscript%3E", "%E2%80%A8"]) {
          const { status, body } = await get(`${newSession("/echo")}/${transport}?c=${bad}`);
          assert.deepEqual([status, body], [500, 'invalid "callback" parameter'], bad);
        }
      }
      const { status } = await get(`${newSession("/echo")}/jsonp?c=${"a".repeat(33)}`);
      assert.equal(status, 500);
    });

    test("the program's close is a call too", async () => {
      const url = newSession("/close");
      assert.equal((await get(`${url}/jsonp?c=x`)).body, '/**/x("o");\r\n');
      assert.equal((await get(`${url}/jsonp?c=x`)).body, '/**/x("c[3000,\\"Go away!\\"]");\r\n');
    });
  });
});
