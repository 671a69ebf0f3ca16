"""A small HTTP service and its users: the same requests for our engine and for Locust's own clients."""

import asyncio
import os

from suite import Server, User, Workload, closed_loop, operation
from suite.clients import Http

PAUSE = float(os.environ.get("PAUSE", "0.005"))
ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{"items": []}'
MISSING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


class Answers(asyncio.Protocol):
    """Answers every GET; of /gone that there is nothing."""

    def connection_made(self, transport):
        self.transport = transport
        self.rest = b""

    def data_received(self, data):
        *heads, self.rest = (self.rest + data).split(b"\r\n\r\n")
        for head in heads:
            self.transport.write(MISSING if head.startswith(b"GET /gone") else ANSWER)


async def serve(system):
    """Listen until told to end."""
    server = await asyncio.get_running_loop().create_server(Answers, "127.0.0.1", system.port)
    async with server:
        await server.serve_forever()


class Browser(User):
    """Asks again and again."""

    async def connect(self, system):
        self.http = await Http.connect(system.url)

    @operation(tags={"read"})
    async def items(self):
        await self.http.get("/items", expect=200)


items = Workload("items/browse", Server(serve), Browser, loop=closed_loop(8, seconds=3, think=PAUSE))
