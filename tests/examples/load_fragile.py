"""A shop with three helpers, each of which it minds badly in a way of its own, to be tried with faults.

`weak` connects to its database once and never again, asks for prices without a time-out, and forgets mail
that could not be delivered. `sound` does none of that.
"""

import asyncio
from collections import deque
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from suite import Server, User, Workload, open_loop, operation
from suite.clients import Http

_PATIENCE = 0.15


async def database(system):
    """Answers each line, on connections that stay."""

    async def talk(reader, writer):
        while line := await reader.readline():
            writer.write(b"stored " + line)
        writer.close()

    await (await asyncio.start_server(talk, system.host, system.port)).serve_forever()


async def prices(system):
    """Answers a line on each connection."""

    async def talk(reader, writer):
        writer.write(b"7\n" if await reader.readline() else b"")
        writer.close()

    await (await asyncio.start_server(talk, system.host, system.port)).serve_forever()


def mail(system):
    """Takes a POST for each mail and keeps it, over its own death too."""
    kept = Path(system.directory, "mail")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with kept.open("a") as file:
                file.write(body.decode() + "\n")
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def do_GET(self):
            body = kept.read_bytes() if kept.exists() else b""
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    ThreadingHTTPServer((system.host, system.port), Handler).serve_forever()


class Shop:
    """What both shops have in common; each order is a line, answered by a line."""

    def __init__(self, system, weak):
        self.beside = system.beside
        self.weak = weak
        self.stored = None
        self.lock = asyncio.Lock()
        self.posts = deque()
        self.news = asyncio.Event()

    def bounded(self):
        return asyncio.timeout(None if self.weak else _PATIENCE)

    async def store(self, line):
        async with self.bounded(), self.lock:
            if self.stored is None:
                there = self.beside["database"]
                self.stored = await asyncio.open_connection(there.host, there.port)
            reader, writer = self.stored
            try:
                if writer.is_closing():
                    raise ConnectionResetError("the database is gone")
                writer.write(line)
                if not await reader.readline():
                    raise ConnectionResetError("the database is gone")
            except (OSError, asyncio.CancelledError):
                if not self.weak:
                    writer.close()
                    self.stored = None
                raise

    async def price(self):
        there = self.beside["prices"]
        async with self.bounded():
            reader, writer = await asyncio.open_connection(there.host, there.port)
            try:
                writer.write(b"what\n")
                if not await reader.readline():
                    raise ConnectionResetError("no price")
            finally:
                writer.close()

    async def deliver(self):
        """Mail goes out behind the answer: what can't be delivered is tried again, or forgotten."""
        while True:
            while not self.posts:
                self.news.clear()
                await self.news.wait()
            body = self.posts[0]
            there = self.beside["mail"]
            try:
                async with asyncio.timeout(_PATIENCE):
                    reader, writer = await asyncio.open_connection(there.host, there.port)
                    head = b"POST / HTTP/1.1\r\nHost: mail\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
                    writer.write(head % len(body) + body)
                    arrived = b"200" in await reader.readline()
                    writer.close()
            except (OSError, TimeoutError):
                arrived = False
            if arrived or self.weak:
                self.posts.popleft()
            else:
                await asyncio.sleep(0.02)

    async def talk(self, reader, writer):
        while line := await reader.readline():
            try:
                await self.price()
                await self.store(line)
                self.posts.append(line.strip())
                self.news.set()
                writer.write(b"ok\n")
            except (OSError, TimeoutError) as error:
                writer.write(b"failed %s\n" % type(error).__name__.encode())
        writer.close()


async def shop(system, weak):
    """Serve orders."""
    kept = Shop(system, weak)
    task = asyncio.create_task(kept.deliver())
    server = await asyncio.start_server(kept.talk, system.host, system.port)
    async with server:
        await server.serve_forever()
    task.cancel()


class Buyer(User):
    """Orders over a connection of its own."""

    async def connect(self, system):
        self.reader, self.writer = await asyncio.open_connection(system.host, system.port)
        self.orders = 0

    async def close(self):
        self.writer.close()

    @operation
    async def order(self):
        self.orders += 1
        name = f"{self.index}-{self.orders}"
        self.writer.write(name.encode() + b"\n")
        answer = await self.reader.readline()
        if answer != b"ok\n":
            raise ConnectionError(answer.decode().strip() or "no answer")
        self.keep(name)


async def all_mail_is_there(system, kept, recording):
    """Every order that was answered has its mail, a moment later at the latest."""
    there = system.beside["mail"]
    async with await Http.connect(f"http://{there.host}:{there.port}") as http:
        for _ in range(50):
            found = set((await http.get("/", expect=200)).text.split())
            if not (missing := set(kept) - found):
                break
            await asyncio.sleep(0.02)
    assert not missing, f"{len(missing)} of {len(kept)} are not there"
    return f"{len(kept)} of {len(kept)}"


def _workload(name, *, weak):
    return Workload(
        name,
        Server(shop, weak=weak),
        Buyer,
        loop=open_loop(100, seconds=5, users=20),
        beside={"database": Server(database), "prices": Server(prices), "mail": Server(mail)},
        checks=[all_mail_is_there],
        timeout="5s",
        grace="200ms",
    )


weak = _workload("fragile/weak", weak=True)
sound = _workload("fragile/sound", weak=False)
