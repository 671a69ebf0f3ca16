"""A server that does as little as a server can, and users that ask as cheaply as users can."""

import asyncio
import os
from pathlib import Path

from suite import Server, User, operation


class _Answer(asyncio.Protocol):
    def connection_made(self, transport):
        self.write = transport.write

    def data_received(self, data):
        self.write(b".")


async def serve(system, pid_file=""):
    """Answer one byte to whatever is asked; `pid_file` tells who does."""
    if pid_file:
        Path(pid_file).write_text(str(os.getpid()))
    server = await asyncio.get_running_loop().create_server(_Answer, "127.0.0.1", system.port)
    async with server:
        await server.serve_forever()


class _Question(asyncio.Protocol):
    def __init__(self):
        self.answered = None

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.answered.set_result(data)


class Asker(User):
    async def connect(self, system):
        self.loop = asyncio.get_running_loop()
        self.transport, self.line = await self.loop.create_connection(_Question, system.host, system.port)

    async def close(self):
        self.transport.close()

    async def question(self):
        self.line.answered = self.loop.create_future()
        self.transport.write(b"?")
        return await self.line.answered

    @operation
    async def ask(self):
        await self.question()


def null_server(**parameters):
    return Server(serve, **{"pid_file": "", **parameters})
