"""What the fault matrix loads: an echo server that can be held in each phase, with children that are hard to
find. It is run from a copy, in a folder of a cell's own.
"""

import asyncio
import contextlib
import os
import subprocess
import time
from pathlib import Path

from suite import Retry, Server, Threshold, User, Workload, closed_loop, open_loop, operation
from suite.engine import deployment, examining, round_load

FOLDER = Path(os.environ["MATRIX_FOLDER"])
STARTS = FOLDER / "starts"
_MARK = os.environ["MATRIX_MARK"]

_DEADLINE = float(os.environ.get("MATRIX_DEADLINE", "60"))

if "MATRIX_DEADLINE" in os.environ:  # of what takes no time, and two minutes for all checks
    for module in (deployment, examining, round_load):
        vars(module)["STEP_SECONDS"] = _DEADLINE
    examining._EXAMINE_SECONDS = _DEADLINE


def held(phase):
    """Whether it is to be held in this phase now, and says so; "at-PHASE" has who is there.

    The file "hold-PHASE" has the number of the round that is meant, 0 for any.
    """
    try:
        wanted = int((FOLDER / f"hold-{phase}").read_text())
    except (OSError, ValueError):
        return False
    if wanted and STARTS.stat().st_size < wanted:
        return False
    here = FOLDER / f"at-{phase}"
    if not here.exists():
        early = FOLDER / f"early-{os.getpid()}"
        early.write_text(str(os.getpid()))
        early.replace(here)
    return True


def wait(phase):
    """As long as it is held."""
    while held(phase):
        time.sleep(0.01)


async def attend(phase):
    """The same, while others go on."""
    while held(phase):
        await asyncio.sleep(0.01)


def hide(seconds="600"):
    """A child that leaves our session and has no environment: its name alone says whose it is."""
    subprocess.Popen([_MARK, seconds], executable="/bin/sleep", env={}, start_new_session=True)


async def serve(system):
    """Echo lines."""
    with STARTS.open("a") as file:
        file.write(".")
    (FOLDER / "system").write_text(str(os.getpid()))
    hide()
    wait("starting")

    async def answer(reader, writer):
        with contextlib.suppress(OSError):
            while line := await reader.readline():
                writer.write(line)
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", system.port) as server:
        await server.serve_forever()


async def helping(system):
    """A helper that does nothing but listen."""
    (FOLDER / "helper").write_text(str(os.getpid()))
    hide()
    async with await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", system.port) as one:
        await one.serve_forever()


class Talker(User):
    async def connect(self, system):
        if self.index == 0:
            await attend("connecting")
        self.reader, self.writer = await asyncio.open_connection(system.host, system.port)

    async def close(self):
        if self.index == 0:
            await attend("draining")
        self.writer.close()

    @operation
    async def echo(self):
        await attend("running")
        self.writer.write(b"hello\n")
        assert await self.reader.readline() == b"hello\n"


def reached(*_):
    wait("checking")


def made(name, loop):
    return Workload(
        name,
        Server(serve, deadline=_DEADLINE),
        Talker,
        loop=loop,
        beside={"helper": Server(helping, deadline=_DEADLINE)},
        checks=[reached],
        thresholds=[Threshold("response.p95", critical="30s")],
        timeout=min(_DEADLINE, 20.0),
        grace=0.2,
        retry=Retry(1, timeout=min(_DEADLINE, 20.0)),
    )


closed = made("matrix/closed", closed_loop(2, seconds=0.3))
opened = made("matrix/open", open_loop(100, seconds=0.3, users=2))
