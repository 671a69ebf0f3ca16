"""Both sides once more, in turns, under a profiler: what each function costs an operation."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from suite.ab.checkout import Checkout, Name
from suite.ab.sample import ProcessRunner
from suite.ab.spy import RATE, Spies, find_profiler
from suite.ab.task import Task
from suite.compare.profilediff import Difference, Function, Profile, Stack, difference
from suite.errors import SystemFailed
from suite.leaks.site import Sites
from suite.process.notice import NOTICE_VARIABLE, RECORDINGS_VARIABLE
from suite.process.variables import inherited

ProfileKind = Literal["time", "waiting", "memory"]
"""What is profiled: CPU time by py-spy, the same with what waits, or memory at its peak by memray."""

SECONDS = 4.0
_ORDER: tuple[Name, ...] = ("base", "head", "head", "base", "base", "head")
_FRAME = re.compile(r"(.+) \((.*?)(?::\d+)?\)")
_COLUMNS = "suite/measure/columns.py"
"""What a component's worker maps for its measurements is no memory of the system."""
_UNNOTICED = "its Loadledger does not say when load runs, so that it can't be profiled"


def kind_of(metric: str) -> ProfileKind:
    """What a regression of `metric` asks for."""
    return "memory" if metric.startswith("memory.") else "time"


def profile(
    kind: ProfileKind,
    sampler: ProcessRunner,
    sides: Mapping[Name, Checkout],
    task: Task,
    doing: Callable[[Name, int, int], None],
) -> Difference:
    """Run `task` three times per side, four seconds each (memory: if the task is no shorter), and compare
    what the functions cost.

    `doing` is told the side, and the number of runs done and to do. Call it from the main thread. Raises
    what `ProcessRunner.take` does, ConfigurationError without a profiler, SystemFailed where it is refused.
    """
    # A recording of memory grows with time, samples are the better the more there are.
    given = task.given.seconds
    task = task.lasting(min(SECONDS, given) if kind == "memory" and given is not None else SECONDS)
    found: dict[Name, list[Profile]] = {"base": [], "head": []}
    for index, name in enumerate(_ORDER):
        doing(name, index, len(_ORDER))
        sites = Sites([sides[name].folder, sampler.work_tree, Path(__file__).parents[2]])
        if kind == "memory":
            one = _recorded(sampler, sides[name], task, sites)
        else:
            one = _timed(sampler, sides[name], task, sites, idle=kind == "waiting")
        found[name].append(one)
    return difference(found["base"], found["head"])


def collapsed(text: str, sites: Sites) -> dict[Stack, int]:
    """Samples by stack, from py-spy's raw format: frames from the outermost on, and a number."""
    found: dict[Stack, int] = {}
    for line in text.splitlines():
        frames, _, count = line.rpartition(" ")
        stack = tuple(_functions(frames.split(";"), sites))
        if stack:
            found[stack] = found.get(stack, 0) + int(count)
    return found


def _functions(frames: Iterable[str], sites: Sites) -> Iterator[Function]:
    """What is no frame (py-spy's lines on processes, which may hold any text) is left out."""
    for frame in frames:
        match = _FRAME.fullmatch(frame)
        if match:
            yield Function(match[1], sites.place(match[2])[1])


def _timed(sampler: ProcessRunner, side: Checkout, task: Task, sites: Sites, *, idle: bool) -> Profile:
    """Seconds per operation, by stack: on the CPU, or of threads that are `idle` too."""
    notice = sampler.scratch / "notice.json"
    notice.unlink(missing_ok=True)
    spies = Spies(find_profiler(), notice, sampler.scratch, idle=idle)
    with inherited({NOTICE_VARIABLE: str(notice)}), spies:
        run = sampler.take(side, task)
    if spies.refusal:
        raise SystemFailed(spies.refusal)
    if not spies.seconds:
        raise SystemFailed(f"{side.title}: {_UNNOTICED}")
    measured = run.metrics.get("throughput")
    operations = (measured.value or 0.0) * spies.seconds if measured is not None else 0.0
    if not operations:
        raise SystemFailed(f"{side.title}: no operation was completed under the profiler")
    grain = 1 / RATE / operations
    costs: dict[Stack, float] = {}
    for text in spies.outputs():
        for stack, count in collapsed(text, sites).items():
            costs[stack] = costs.get(stack, 0.0) + count * grain
    return Profile(costs, grain)


def _recorded(sampler: ProcessRunner, side: Checkout, task: Task, sites: Sites) -> Profile:
    """Bytes by stack, each process at its own peak."""
    folder = sampler.scratch / "recordings"
    shutil.rmtree(folder, ignore_errors=True)
    with inherited({RECORDINGS_VARIABLE: str(folder)}):
        sampler.take(side, task)
    costs: dict[Stack, float] = {}
    for recording in sorted(folder.glob("memray.*")):
        for stack, size in _peak(recording, sites):
            costs[stack] = costs.get(stack, 0.0) + size
    if not costs:
        raise SystemFailed(f"{side.title}: memray has recorded nothing; {_UNNOTICED}")
    return Profile(costs)


def _peak(recording: Path, sites: Sites) -> Iterator[tuple[Stack, int]]:
    import memray  # takes long to import

    memray.set_log_level(50)  # type: ignore[attr-defined]
    try:
        with memray.FileReader(str(recording)) as reader:
            records: Any = reader.get_high_watermark_allocation_records(merge_threads=True)
            for record in records:
                frames = record.stack_trace()
                if frames and frames[0][1].endswith(_COLUMNS):
                    continue
                stack = tuple(Function(name, sites.place(file)[1]) for name, file, _ in reversed(frames))
                yield stack or (Function("<no Python code>", ""),), record.size
    except (OSError, NotImplementedError):
        return  # of a process that ended before it wrote anything
