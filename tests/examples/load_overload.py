"""Two servers that do one thing at a time, and clients that try again, for tests of `suite recover`.

`queues` lets all that come wait, and serves those too whose clients have given up: what is tried again feeds
its queue. With four attempts it stays overloaded from about a quarter of its capacity on. `sheds` says no to
whom it would have to let wait.
"""

import asyncio

from suite import Rejected, Retry, Server, User, Workload, open_loop, operation


async def one_by_one(system, service, most):
    """Answer lines in order, each after `service` seconds; with `most` waiting say no at once (0: never)."""
    waiting = asyncio.Queue()

    async def work():
        due = 0.0
        clock = asyncio.get_running_loop().time
        while True:
            if waiting.empty():
                due = 0.0
            writer = await waiting.get()
            due = (due or clock()) + service  # what a sleep is late the next one makes up for
            await asyncio.sleep(due - clock())
            if not writer.is_closing():
                writer.write(b"done\n")

    async def talk(reader, writer):
        while await reader.readline():
            if most and waiting.qsize() >= most:
                writer.write(b"no\n")
            else:
                waiting.put_nowait(writer)
        writer.close()

    task = asyncio.create_task(work())
    async with await asyncio.start_server(talk, system.host, system.port, backlog=4096) as server:
        await server.serve_forever()
    task.cancel()


class Caller(User):
    """A line at a time over a connection."""

    async def connect(self, system):
        self.reader, self.writer = await asyncio.open_connection(system.host, system.port)

    async def close(self):
        self.writer.close()

    @operation
    async def call(self):
        self.writer.write(b"please\n")
        answer = await self.reader.readline()
        if answer == b"no\n":
            raise Rejected("too many wait")
        if answer != b"done\n":
            raise ConnectionError("no answer")


def _workload(name, most):
    return Workload(
        name,
        Server(one_by_one, service=0.005, most=most),
        Caller,
        loop=open_loop(50, seconds=2),
        retry=Retry(4, timeout="150ms", backoff="20ms"),
        timeout="5s",
        grace="200ms",
    )


queues = _workload("overload/queues", 0)
sheds = _workload("overload/sheds", 8)
