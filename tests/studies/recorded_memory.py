"""What a round's recording costs in memory, and its analysis beside it: bytes an operation.

    python tests/studies/recorded_memory.py [operations] [closed|open]

Columns are filled as workers do; then the coordinator makes all metrics, evidence and doubts of them, and an
examiner, a process of its own, counts outcomes as a check does. What both have beside the columns is sampled
as PSS, so that pages which they share count once.
"""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import typer

from suite import Component, User, Workload, closed_loop, open_loop, operation
from suite.engine.examine import Question, examine
from suite.engine.worker_plan import FilePlan
from suite.measure.column_file import ColumnFile
from suite.measure.evidence import gather
from suite.measure.recording import from_files
from suite.measure.resources import Resources
from suite.measure.slowest import slowest_rows
from suite.measure.statistics import measure_round
from suite.measure.validity import judge

NAMES = ("read", "write", "connect")
BEGIN = 50 * 10**9
SECONDS = 300
PARTIES = 2


def pss(pid: int | str = "self") -> int:
    """Bytes of a process beside columns, shared pages by its share."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    kinds = ("Pss_Anon:", "Pss_File:")
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(kinds))


@contextmanager
def peak_of(*pids: int | str) -> Iterator[list[int]]:
    """The largest sum that is seen meanwhile."""
    found, over = [sum(map(pss, pids))], threading.Event()

    def look() -> None:
        while not over.wait(0.02):
            try:
                found[0] = max(found[0], sum(map(pss, pids)))
            except OSError:  # one of them has ended
                return

    looking = threading.Thread(target=look)
    looking.start()
    try:
        yield found
    finally:
        over.set()
        looking.join()


def filled(rows: int, *, planned: bool) -> list[ColumnFile]:
    """Two groups' columns of so many operations, 300 s long."""
    random, files = np.random.default_rng(1), []
    for _ in range(PARTIES):
        mine = rows // PARTIES
        file = ColumnFile.create(mine if planned else None)
        for index in range(-(-mine // file.rows)):
            columns = file.reach(index)
            count = min(file.rows, mine - index * file.rows)
            due = BEGIN + (np.arange(count) + index * file.rows) * (SECONDS * 10**9 // mine)
            taken = random.lognormal(11, 1, count).astype(np.int64) + 1
            for name, kind, values in (
                *([("intended", np.int64, due), ("dispatched", np.int64, due + 2_000)] if planned else []),
                ("started", np.int64, due + 3_000),
                ("finished", np.int64, due + 3_000 + taken),
                ("user", np.uint32, np.full(count, 1)),
                ("operation", np.uint16, random.integers(0, 2, count)),
                ("outcome", np.uint8, np.where(random.random(count) < 1e-3, 3, 0)),
            ):
                np.frombuffer(getattr(columns, name), kind)[:count] = values
        files.append(file)
    return files


def recording(files: list[ColumnFile], due: list[int]) -> Any:
    return from_files(
        files, NAMES, by_loop=[True] * len(files), planned=due, begin=BEGIN, end=BEGIN + SECONDS * 10**9
    )


def analysed(files: list[ColumnFile], due: list[int]) -> float:
    """All that a coordinator makes of a recording; seconds of the CPU."""
    begun = time.process_time()
    whole = recording(files, due)
    loop = open_loop(100, SECONDS, users=8) if any(due) else closed_loop(8, seconds=SECONDS)
    found = measure_round(whole, loop=loop, resources=Resources())
    evidence = gather(whole, Resources(), loop=loop, cores=1, metrics=found.metrics)
    judge(whole, evidence, loop=loop, component=False, cores_apart=True, worker_deaths=0)
    slowest_rows(files, due, NAMES, whole.begin, whole.end)
    return time.process_time() - begun


class Caller(User):
    @operation
    def read(self) -> None:
        """Nothing."""


def counted(system: Any, kept: Any, recording: Any) -> str:
    return f"{recording.loop_only().counts()['ok']} of {len(recording.of('read').measured())}"


def examiner(owner: int, plans: list[FilePlan], due: list[int]) -> None:
    """The body of an examiner, which tells when it is ready and then what it came to."""
    workload = Workload(
        "memory/examined", Component(object), Caller, loop=closed_loop(1, seconds=1), checks=[counted]
    )
    with tempfile.NamedTemporaryFile() as kept, asyncio.Runner() as runner:
        question = Question(
            owner, tuple(plans), (-1,) * PARTIES, NAMES, (True,) * PARTIES, tuple(due),
            BEGIN, BEGIN + SECONDS * 10**9, kept.name, 600.0,
        )  # fmt: skip
        typer.echo("ready")
        sys.stdin.readline()
        typer.echo(examine(workload, None, question, runner).checks[0].detail)
        sys.stdin.readline()


def main(rows: int, kind: str) -> int:
    """Print the table; 1 if an operation costs more than 40 bytes in all."""
    first = filled(1000, planned=False)
    analysed(first, [0] * PARTIES)  # what is imported, and held once for all
    for file in first:
        file.close()
    files = filled(rows, planned=kind == "open")
    due = [rows // PARTIES if kind == "open" else 0] * PARTIES
    held = sum(os.fstat(file.descriptor).st_blocks * 512 for file in files)
    before = pss()
    with peak_of("self") as most:
        seconds = analysed(files, due)
    added = most[0] - before
    plans = [value for file in files for value in (file.descriptor, file.rows, file.planned or 0)]
    command = [sys.executable, __file__, "--examine", str(os.getpid()), str(due[0]), *map(str, plans)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdout.readline()
        alone = pss() + pss(child.pid)
        with peak_of("self", child.pid) as both:
            child.stdin.write("\n")
            child.stdin.flush()
            said = child.stdout.readline().strip()
        child.stdin.write("\n")
    examined = both[0] - alone
    for what, size in (("columns", held), ("analysis", added), ("examiner", examined)):
        typer.echo(f"{what:10} {size / 1e6:10,.1f} MB {size / rows:8.2f} B an operation")
    total = (held + max(added, examined)) / rows
    typer.echo(f"at most    {total:.2f} B an operation of {rows:,} ({kind} loop); a check saw {said}")
    typer.echo(f"           {seconds / rows * 1e9:,.0f} ns of the CPU to analyse one; peak of all of it here "
          f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6:.2f} GB")  # fmt: skip
    return int(total > 40)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--examine"]:
        owner, each, *numbers = map(int, sys.argv[2:])
        opened = [FilePlan(a, b, c or None) for a, b, c in zip(*[iter(numbers)] * 3, strict=True)]
        examiner(owner, opened, [each] * PARTIES)
    else:
        sys.exit(main(int(float((sys.argv[1:] or ["5e6"])[0])), (sys.argv[2:] or ["closed"])[0]))
