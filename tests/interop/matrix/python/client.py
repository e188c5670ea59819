"""python-socketio in the matrix of real clients: `client.py sync|asyncio URL TRANSPORTS`.

Prints a line of JSON for each check. The same checks run on the threaded and on the asyncio client, of the versions
4 (Engine.IO 3) and 5 (Engine.IO 4).
"""

import asyncio
import json
import sys

import drivers

KIND, URL, TRANSPORTS = sys.argv[1], sys.argv[2], sys.argv[3].split(",")
TEXT = "Ä ß Я てすと 你好 שלום \"'\\/ \u2028\u2029 \u0001 👩‍👩‍👧‍👦 𝒳"
PATIENCE = 10


def same(actual, expected):
    assert actual == expected, f"{str(actual)[:200]} instead of {str(expected)[:200]}"


async def connect(client):
    await client.connect(["/"])
    same(await client.call("echo", "hello"), ["hello"])


async def transport(client):
    await client.connect(["/"])
    [info] = await client.call("info")
    same([info["eio"], info["transport"], info["nsp"]], [client.eio, TRANSPORTS[-1], "/"])


async def auth_accepted(client):
    await client.connect(["/admin"], token="secret")
    [info] = await client.call("info", namespace="/admin")
    same(info["nsp"], "/admin")


async def auth_refused(client):
    refusals = client.listen("connect_error", "/admin")
    try:
        await client.connect(["/admin"], token="wrong")
    except (client.ConnectionError, asyncio.TimeoutError):
        pass  # version 4 says nothing, and waits for a CONNECT that does not come
    [reason] = await asyncio.wait_for(refusals.get(), PATIENCE)
    same((reason.get("data") or reason)["code"], 401)


async def text(client):
    await client.connect(["/"])
    echoes = client.listen("echo")
    await client.emit("echo", "hello", 1.5, None, {"a": [True]})
    same(await asyncio.wait_for(echoes.get(), PATIENCE), ["hello", 1.5, None, {"a": [True]}])


async def unicode(client):
    await client.connect(["/"])
    same(await client.call("echo", TEXT, {TEXT: TEXT}), [TEXT, {TEXT: TEXT}])


async def binary(client):
    await client.connect(["/"])
    args = [bytes(range(256)), {"deep": [b"\x01\x02\x03"], "text": "x"}]
    same(await client.call("echo", *args), args)
    echoes = client.listen("echo")
    await client.emit("echo", *args)
    same(await asyncio.wait_for(echoes.get(), PATIENCE), args)


async def large(client):
    await client.connect(["/"])
    args = [bytes(range(200)) * 1000, "0123456789" * 10_000]
    same(await client.call("echo", *args), args)


async def ack_of_the_server(client):
    await client.connect(["/"])
    same(await client.call("echo", 1, "two"), [1, "two"])


async def ack_of_the_client(client):
    await client.connect(["/"])
    client.answer("question", lambda question: question + 1)
    answers = client.listen("answer")
    await client.emit("ask")
    same(await asyncio.wait_for(answers.get(), PATIENCE), [42])


async def rooms(client):
    other = drivers.new(KIND, URL, TRANSPORTS)
    try:
        await client.connect(["/"])
        await other.connect(["/"])
        inside, outside = client.listen("room"), other.listen("room")
        room = f"room {id(client)} {KIND} {TRANSPORTS}"
        same(await client.call("join", room), ["ok"])
        await other.emit("room", room, "first")
        await other.call("echo", "fence")
        same(await client.call("leave", room), ["ok"])
        await other.emit("room", room, "second")
        await other.call("echo", "fence")
        await client.call("echo", "fence")
        same([drain(inside), drain(outside)], [[["first"]], []])
    finally:
        await other.disconnect()


async def namespaces(client):
    await client.connect(["/", "/chat"])
    main, chat = client.listen("echo"), client.listen("echo", "/chat")
    await client.emit("echo", "chat", namespace="/chat")
    await client.emit("echo", "main")
    await client.call("echo", "fence", namespace="/chat")
    await client.call("echo", "fence")
    same([drain(main), drain(chat)], [[["main"]], [["chat"]]])


async def kick(client):
    await client.connect(["/", "/chat"])
    kicked = client.listen("disconnect", "/chat")
    await client.emit("kick", namespace="/chat")
    await asyncio.wait_for(kicked.get(), PATIENCE)
    same(await client.call("echo", "fence"), ["fence"])


async def burst(client):
    await client.connect(["/"])
    numbers = client.listen("b")
    await client.emit("burst", 1000)
    await in_order(numbers)


async def answers_in_order(client):
    await client.connect(["/"])
    numbers = client.listen("echo")
    for i in range(1000):
        await client.emit("echo", i)
    await in_order(numbers)


async def in_order(numbers):
    """The threaded client hands each event to a thread of its own, so that their order is nobody's promise."""
    arrived = []
    while len(arrived) < 1000:
        try:
            arrived.append((await asyncio.wait_for(numbers.get(), PATIENCE))[0])
        except asyncio.TimeoutError:
            raise AssertionError(f"{len(arrived)} of 1,000 arrived") from None
    same((sorted(arrived) if KIND == "sync" else arrived) == list(range(1000)), True)


async def heartbeat(client):
    """The client tells nobody about heartbeats: two intervals of 3 s have passed after 9 s, and one without a
    heartbeat is cut after 7 s."""
    await client.connect(["/"])
    gone = client.listen("disconnect")
    await asyncio.sleep(9)
    same(drain(gone), [])
    same(await client.call("echo", "still there"), ["still there"])


def drain(queue):
    return [queue.get_nowait() for _ in range(queue.qsize())]


CHECKS = {
    "transport": transport,
    "auth accepted": auth_accepted,
    "auth refused": auth_refused,
    "text": text,
    "unicode": unicode,
    "binary": binary,
    "large": large,
    "ack of the server": ack_of_the_server,
    "ack of the client": ack_of_the_client,
    "rooms": rooms,
    "namespaces": namespaces,
    "kick": kick,
    "burst": burst,
    "answers in order": answers_in_order,
}


async def play(name, check):
    client = drivers.new(KIND, URL, TRANSPORTS)
    error = None
    try:
        await asyncio.wait_for(check(client), 20)
    except Exception as problem:  # whatever it is, it is the outcome of this check
        error = str(problem) or type(problem).__name__
    finally:
        await client.disconnect()
    print(json.dumps({"check": name, "error": error}), flush=True)
    return error is None


async def main():
    # Who cannot connect need not wait in vain for all the rest.
    if not await play("connect", connect):
        return
    beat = asyncio.create_task(play("heartbeat", heartbeat))
    for name, check in CHECKS.items():
        await play(name, check)
    await beat


asyncio.run(main())
# The threaded client may leave threads behind that wait for a timer of theirs.
sys.stdout.flush()
drivers.leave()
