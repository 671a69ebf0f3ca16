"""A component that leaves cycles, a server that does, and one whose Python can't be asked."""

import asyncio
import gc

from suite import Command, Component, Server, User, Workload, closed_loop, operation
from suite.clients import Http


class Cycles:
    def __init__(self, per_call=200):
        self.per_call = per_call

    def make(self):
        for _ in range(self.per_call):
            ring = []
            ring.append(ring)


class Maker(User):
    def connect(self, system):
        self.cycles = system

    @operation
    def make(self):
        self.cycles.make()


async def serve(system, per_call=200):
    cycles = Cycles(per_call)

    async def answer(reader, writer):
        while await reader.readline():
            cycles.make()
            gc.collect(0)
            writer.write(b".")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", system.port) as server:
        await server.serve_forever()


class Asker(User):
    async def connect(self, system):
        self.reader, self.writer = await asyncio.open_connection(system.host, system.port)

    async def close(self):
        self.writer.close()

    @operation
    async def ask(self):
        self.writer.write(b"\n")
        await self.reader.readexactly(1)


class Getter(User):
    async def connect(self, system):
        self.http = await Http.connect(system.url)

    @operation
    async def get(self):
        await self.http.get("/", expect=200)


_LOOP = closed_loop(1, operations=300)

component = Workload("garbage/component", Component(Cycles), Maker, loop=_LOOP)
server = Workload("garbage/server", Server(serve), Asker, loop=_LOOP)
heavy = Workload("garbage/heavy", Server(serve, per_call=50_000), Asker, loop=_LOOP)
silent = Workload(
    "garbage/silent",
    Command("{python} -I -m http.server {port} --bind 127.0.0.1 --directory {directory}"),
    Getter,
    loop=closed_loop(1, operations=20),
)
