"""A small echo service with an awkward grandchild, for tests of the engine."""

import asyncio
import os
import subprocess
import sys

from suite import (
    Component,
    Rejected,
    Server,
    System,
    Threshold,
    User,
    Workload,
    closed_loop,
    open_loop,
    operation,
)


async def serve(system, delay=0.0, grandchild=False):
    """Echo lines; "no" is answered with "rejected"."""
    if grandchild:
        subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=True)

    async def answer(reader, writer):
        while line := await reader.readline():
            if delay:
                await asyncio.sleep(delay)
            writer.write(b"rejected\n" if line == b"no\n" else line)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", system.port)
    async with server:
        await server.serve_forever()


class Line(User):
    async def connect(self, system):
        self.reader, self.writer = await asyncio.open_connection(system.host, system.port)

    async def close(self):
        self.writer.close()

    async def ask(self, line):
        self.writer.write(line)
        answer = await self.reader.readline()
        if not answer:
            raise ConnectionResetError("the server closed the connection")
        return answer


class Talker(Line):
    @operation
    async def echo(self):
        assert await self.ask(b"hello\n") == b"hello\n"


class Refused(Line):
    @operation(weight=3)
    async def yes(self):
        await self.ask(b"yes\n")
        self.keep(self.index)

    @operation(weight=1)
    async def no(self):
        if await self.ask(b"no\n") == b"rejected\n":
            raise Rejected("the server said no")


class Sleeper(User):
    """Hangs in plain code, where no watchdog of the worker can reach."""

    @operation
    def hang(self):
        import time

        time.sleep(600)


class Nothing:
    pass


def echo_server(**parameters):
    return Server(serve, **{"delay": 0.0, "grandchild": False, **parameters})


def kept_equals_answers(system, kept, recording):
    good = recording.of("yes").counts()["ok"]
    assert len(kept) == good, f"{len(kept)} kept, {good} answered"
    return f"{good} of {good}"


echo = Workload(
    "echo/closed",
    echo_server(),
    Talker,
    loop=closed_loop(4, seconds=0.5, warmup=0.1),
    thresholds=[Threshold("response.p50", target="100ms", critical="10s")],
)


def place(system: System) -> dict[str, int]:
    return {"port": system.port}


long = Workload(
    "echo/long", echo_server(grandchild=True), Talker, loop=closed_loop(2, seconds=60), observe=place
)
endless = Workload(
    "echo/endless", echo_server(), Talker, loop=closed_loop(2, seconds=60), quick=closed_loop(2, seconds=60)
)
opened = Workload("echo/open", echo_server(), Talker, loop=open_loop(400, seconds=0.5, warmup=0.1))
mixed = Workload(
    "echo/mixed",
    echo_server(),
    {Talker: 1, Refused: 3},
    loop=closed_loop(4, operations=400),
    checks=[kept_equals_answers],
)
dead = Workload(
    "echo/dead", Server(lambda system: os._exit(7), deadline=20), Talker, loop=closed_loop(1, seconds=1)
)
hanging = Workload(
    "echo/hanging", Component(Nothing), Sleeper, loop=closed_loop(1, seconds=0.2), timeout=0.2, grace=0.2
)
