"""Servers whose capacity is known: slots that are each busy for a fixed time, and one that does nothing."""

import asyncio

import uvloop

from suite import Server, Threshold, User, Workload, closed_loop, open_loop, operation


class Mirror(asyncio.Protocol):
    """Sends back what it gets, as cheaply as Python can."""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.transport.write(data)


def nothing(system):
    """Answer at once: far cheaper than the asking is for a Caller."""

    async def serving():
        server = await asyncio.get_running_loop().create_server(Mirror, "127.0.0.1", system.port)
        async with server:
            await server.serve_forever()

    uvloop.run(serving())


async def serve(system, slots=8, service=0.01):
    """Answer each line when a slot has worked on it for `service` seconds; one queue before all slots.

    Slots keep to planned time, so a timer that fires late lengthens an answer and takes no capacity.
    """
    loop = asyncio.get_running_loop()
    free = [0.0] * slots

    async def answer(reader, writer):
        while line := await reader.readline():
            first = min(range(slots), key=free.__getitem__)
            done = free[first] = max(free[first], loop.time()) + service
            await asyncio.sleep(done - loop.time())
            writer.write(line)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", system.port, backlog=1000)
    async with server:
        await server.serve_forever()


class Caller(User):
    async def connect(self, system):
        self.reader, self.writer = await asyncio.open_connection(system.host, system.port)

    async def close(self):
        self.writer.close()

    @operation
    async def call(self):
        self.writer.write(b"hello\n")
        if not await self.reader.readline():
            raise ConnectionResetError("the server closed the connection")


server = Server(serve, slots=8, service=0.01)
limits = [Threshold("response.p95", target="50ms", critical="100ms")]

slots = Workload(
    "slots/open", server, Caller, loop=open_loop(100, seconds=2, arrivals="poisson"), thresholds=limits
)
turns = Workload("slots/closed", server, Caller, loop=closed_loop(4, seconds=2), thresholds=limits)
null = Workload(
    "slots/null", Server(nothing), Caller, loop=open_loop(4000, seconds=1), thresholds=limits, grace=0.5
)
