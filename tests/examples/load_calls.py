"""Calls with weights, tags and think time, of which a limit rejects some."""

import asyncio

from suite import Rejected, Server, Threshold, User, Workload, closed_loop, open_loop, operation


async def serve(system):
    """Answer lines; "no" is answered with "rejected"."""

    async def answer(reader, writer):
        while line := await reader.readline():
            writer.write(b"rejected\n" if line == b"no\n" else line)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", system.port) as server:
        await server.serve_forever()


class Caller(User):
    """Looks often, changes now and then."""

    async def connect(self, system):
        self.reader, self.writer = await asyncio.open_connection(system.host, system.port)

    async def close(self):
        self.writer.close()

    async def ask(self, line):
        self.writer.write(line)
        return await self.reader.readline()

    @operation(weight=3, tags={"read"})
    async def look(self):
        assert await self.ask(b"yes\n") == b"yes\n"

    @operation(weight=1, tags={"write"})
    async def change(self):
        if await self.ask(b"no\n") == b"rejected\n":
            raise Rejected("the server said no")

    @operation(weight=1, tags={"broken"})
    async def fall(self):
        raise RuntimeError("fell over")


def every_look_was_answered(system, kept, recording):
    looks = recording.of("look").counts()
    assert not looks["failed"]
    return f"{looks['ok']} looks"


calls = Workload(
    "calls/mixed",
    Server(serve),
    Caller,
    loop=closed_loop(4, seconds=1, think=0.01),
    thresholds=[Threshold("response.p50", critical="10s")],
    checks=[every_look_was_answered],
)
planned = Workload("calls/planned", Server(serve), Caller, loop=open_loop(200, seconds=2))
