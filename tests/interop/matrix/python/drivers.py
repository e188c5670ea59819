"""The threaded and the asyncio client of python-socketio behind one interface of coroutines."""

import asyncio
import os
import urllib.parse
from importlib.metadata import version

import socketio

# Version 3 of python-engineio speaks Engine.IO 3, the later ones Engine.IO 4.
EIO = 3 if version("python-engineio").startswith("3.") else 4
CONNECT_WAIT = 5


def new(kind, url, transports):
    return (Threaded if kind == "sync" else Asyncio)(url, transports)


def leave():
    os._exit(0)


class Driver:
    eio = EIO
    ConnectionError = socketio.exceptions.ConnectionError

    def __init__(self, url, transports):
        self.url, self.transports = url, transports
        self.loop = asyncio.get_running_loop()
        self.client = self.make()

    def arguments(self, namespaces, token):
        """Version 4 knows no auth payload: its token goes into the query of the handshake."""
        options = {"namespaces": namespaces, "transports": self.transports}
        if EIO == 4:
            options |= {"wait_timeout": CONNECT_WAIT, "auth": token and {"token": token}}
        query = f"?{urllib.parse.urlencode({'token': token})}" if token and EIO == 3 else ""
        return self.url + query, options

    def listen(self, event, namespace="/"):
        """A queue of the arguments of every `event`."""
        queue = asyncio.Queue()
        self.client.on(event, self.handler(lambda args: queue.put_nowait(list(args))), namespace=namespace)
        return queue

    async def emit(self, event, *args, namespace="/"):
        await self.run(self.client.emit, event, args or None, namespace=namespace)

    async def call(self, event, *args, namespace="/"):
        back = await self.run(self.client.call, event, args or None, namespace=namespace, timeout=10)
        return list(back) if isinstance(back, tuple) else [back]

    async def connect(self, namespaces, token=None):
        url, options = self.arguments(namespaces, token)
        joined = {name: self.listen("connect", name) for name in namespaces}
        await self.run(self.client.connect, url, **options)
        for queue in joined.values():
            await asyncio.wait_for(queue.get(), CONNECT_WAIT)

    async def disconnect(self):
        await self.run(self.client.disconnect)


class Asyncio(Driver):
    def make(self):
        return socketio.AsyncClient(reconnection=False)

    async def run(self, method, *args, **options):
        return await method(*args, **options)

    def handler(self, heard):
        async def handle(*args):
            heard(args)

        return handle

    def answer(self, event, function):
        async def handle(*args):
            return function(*args)

        self.client.on(event, handle)


class Threaded(Driver):
    def make(self):
        return socketio.Client(reconnection=False)

    async def run(self, method, *args, **options):
        return await asyncio.to_thread(method, *args, **options)

    def handler(self, heard):
        return lambda *args: self.loop.call_soon_threadsafe(heard, args)

    def answer(self, event, function):
        self.client.on(event, function)
