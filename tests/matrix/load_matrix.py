"""What the fault matrix loads: an echo server that can be held in each phase, with children that are hard to
find; and an app in two workers, beside helpers that hide. It is run from a copy, in a folder of a cell's own.
"""

import asyncio
import contextlib
import os
import sys

from phases_matrix import Phases

from suite import Command, Retry, Server, Threshold, User, Workload, closed_loop, open_loop, operation
from suite.clients import Http
from suite.engine import deployment, examining, round_load

_FOLDER, _MARK = os.environ["MATRIX_FOLDER"], os.environ["MATRIX_MARK"]
PHASES = Phases(_FOLDER, _MARK)

_DEADLINE = float(os.environ.get("MATRIX_DEADLINE", "60"))

if "MATRIX_DEADLINE" in os.environ:  # of what takes no time, and two minutes for all checks
    for module in (deployment, examining, round_load):
        vars(module)["STEP_SECONDS"] = _DEADLINE
    examining._EXAMINE_SECONDS = _DEADLINE


async def serve(system):
    """Echo lines."""
    PHASES.begin_round()
    PHASES.note("system", os.getpid())
    PHASES.hide()
    PHASES.wait("starting")

    async def answer(reader, writer):
        with contextlib.suppress(OSError):
            while line := await reader.readline():
                writer.write(line)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", system.port) as server:
        await server.serve_forever()


async def helping(system):
    """A helper that does nothing but listen."""
    PHASES.note("helper", os.getpid())
    PHASES.hide()
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", system.port) as one:
        await one.serve_forever()


class Talker(User):
    async def connect(self, system):
        if self.index == 0:
            await PHASES.attend("connecting")
        self.reader, self.writer = await asyncio.open_connection(system.host, system.port)

    async def close(self):
        if self.index == 0:
            await PHASES.attend("draining")
        self.writer.close()

    @operation
    async def echo(self):
        await PHASES.attend("running")
        self.writer.write(b"hello\n")
        assert await self.reader.readline() == b"hello\n"


class Visitor(User):
    async def connect(self, system):
        if self.index == 0:
            await PHASES.attend("connecting")
        self.http = await Http.connect(system.url)

    async def close(self):
        if self.index == 0:
            await PHASES.attend("draining")
        await self.http.close()

    @operation
    async def visit(self):
        await PHASES.attend("running")
        await self.http.get("/", expect=200)


def reached(*_):
    PHASES.wait("checking")


def made(name, loop, system=None, user=Talker, **beside):
    return Workload(
        name,
        system or Server(serve, deadline=_DEADLINE),
        user,
        loop=loop,
        beside=beside or {"helper": Server(helping, deadline=_DEADLINE)},
        checks=[reached],
        thresholds=[Threshold("response.p95", critical="30s")],
        timeout=min(_DEADLINE, 20.0),
        grace=0.2,
        retry=Retry(1, timeout=min(_DEADLINE, 20.0)),
    )


def helper(*how):
    """One in an environment of nothing."""
    words = ["env", "-i", sys.executable, "helper_matrix.py", _FOLDER, _MARK, "{port}", *how]
    return Command(words, deadline=_DEADLINE)


closed = made("matrix/closed", closed_loop(2, seconds=0.3))
opened = made("matrix/open", open_loop(100, seconds=0.3, users=2))
forking = made(
    "matrix/forking",
    closed_loop(2, seconds=0.3),
    Command("uvicorn app_matrix:app --workers 2 --port {port}", ready="/", deadline=_DEADLINE),
    Visitor,
    helper=helper(),
    daemon=helper("daemon"),
)
