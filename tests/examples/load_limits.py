"""Small servers, each made to be held back by one thing."""

import asyncio
import os
import socketserver
import threading
import time
from collections.abc import Callable
from pathlib import Path

from examples.load_null import Asker

from suite import Rejected, Server, operation


class _Handler(socketserver.BaseRequestHandler):
    server: "_Threaded"

    def handle(self):
        while self.request.recv(1):
            self.server.work()
            self.request.sendall(b".")


class _Threaded(socketserver.ThreadingTCPServer):
    work: Callable[[], object]
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False


def _serve(system, work):
    with _Threaded(("127.0.0.1", system.port), _Handler) as server:
        server.work = work
        server.serve_forever()


def compute(system):
    """Two milliseconds of CPU for each question."""

    def work():
        end = time.thread_time() + 0.002
        while time.thread_time() < end:
            pass

    _serve(system, work)


def one_lock(system):
    """Five milliseconds for each question, behind one lock."""
    lock = threading.Lock()

    def work():
        with lock:
            time.sleep(0.005)

    _serve(system, work)


async def pool_of_two(system):
    """Five milliseconds for each question, on one of two connections."""
    pool = asyncio.Semaphore(2)

    async def answer(reader, writer):
        while await reader.read(1):
            async with pool:
                await asyncio.sleep(0.005)
            writer.write(b".")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", system.port) as server:
        await server.serve_forever()


def synced(system, folder="."):
    """Every question is written down and synchronised before it is answered."""
    path = Path(folder) / "journal"

    def work():
        with path.open("ab", buffering=0) as file:
            for _ in range(5):
                file.write(b"?" * 4096)
                os.fsync(file.fileno())

    _serve(system, work)


async def limited(system):
    """Two at a time; who comes on top of that is told so."""
    inside = 0

    async def answer(reader, writer):
        nonlocal inside
        while await reader.read(1):
            if inside >= 2:
                writer.write(b"!")
                continue
            inside += 1
            await asyncio.sleep(0.005)
            inside -= 1
            writer.write(b".")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", system.port) as server:
        await server.serve_forever()


class Polite(Asker):
    """Knows what "!" means, and takes its time then."""

    @operation
    async def ask(self):
        answer = await self.question()
        if answer == b"!":
            await asyncio.sleep(0.002)
            raise Rejected("two are inside")


def server(serve, **parameters):
    return Server(serve, **parameters)
