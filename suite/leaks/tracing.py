"""More runs of a system that leaks, under tracemalloc and memray: which call sites hold what grows."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from suite.engine.progress import Progress
from suite.engine.workload_spec import WorkloadSpec
from suite.errors import StoreError, SystemFailed, WorkerFailed
from suite.leaks.flame import save_flame_graph
from suite.leaks.objects import stacks
from suite.leaks.probe import LeakProbe, watched
from suite.leaks.recorded import Stack
from suite.leaks.rule import FLOORS
from suite.leaks.tracker import Attribution, QuietMoment, attribute, too_big
from suite.leaks.verdict import Step, Window
from suite.records.leak import LeakVerdict
from suite.records.reason import Reason

_WINDOWS, _FEWER = 8, 6
"""Enough for the rule to decide about a call site; fewer where every object is looked at, which takes long
and needs no allowance for growth that comes now and then."""
_WORTH_A_GRAPH = 0.1
"""Of the largest recording's size: helper processes hold next to nothing, and a graph takes seconds."""
_STILL = 0.03  # s around a mark: memray notes the state every 10 ms
_SLOWER = 5.0
"""Times that a system takes longer under a tracer, to start above all."""
_PATIENCE = 60.0
"""Seconds that a mark may take: tracemalloc looks at every object."""


@dataclass(frozen=True, slots=True)
class Tracing:
    """How to trace: C stacks too (`native`), recordings of at most `most_bytes`, graphs below `keep`."""

    native: bool
    most_bytes: int
    keep: Path | None


def trace(
    spec: WorkloadSpec, progress: Progress, how: Tracing, taken: Sequence[Step], verdict: LeakVerdict
) -> tuple[Attribution, tuple[str, ...]]:
    """Start the system once more, repeat the warm-up of what was `taken`, and name what grows then.

    If Python's blocks grew it is started twice: tracemalloc knows best who made them, memray the rest. Also
    the paths of flame graphs. A system that dies meanwhile and recordings that grow too big are notes of
    the Attribution, not errors.
    """
    spec = replace(spec, slower=_SLOWER)
    objects = (verdict.blocks_per_operation or 0.0) > FLOORS["blocks"].per_operation
    course = _Course(taken, verdict, _FEWER if objects else _WINDOWS)
    roots = _roots(spec)
    notes: list[Reason] = []
    made: tuple[Stack, ...] = ()
    known = Attribution((), None)
    if objects:
        made, known = _objects(spec, progress, course, roots, notes)
    kept: tuple[str, ...] = ()
    try:
        with watched(spec, progress, "trace", native=how.native) as system:
            marks = []
            for mark in course.marks(system, "tracing"):
                marks.append(mark)
                if problem := too_big(system.agents.recordings(), how.most_bytes):
                    return replace(known, notes=(*notes, problem)), ()
            system.phase("reading what was recorded")
            problems = system.agents.stop(system.processes())
            recordings = system.agents.recordings()
            found = attribute(recordings, marks, growth=course.growth, roots=roots, objects=made)
            notes += found.notes
            notes += (Reason("no_answer", {"process": pid, "error": why}) for pid, why in problems.items())
            if how.keep is not None and found.suspects:
                kept = _kept(recordings, how.keep, notes)
            return replace(found, notes=tuple(notes)), kept
    except (SystemFailed, WorkerFailed) as error:
        failed = Reason("memray_failed", {"objects": bool(made), "error": str(error)})
        return replace(known, notes=(*notes, failed)), ()


class _Course:
    """The steps of a search that led to its `verdict`, as often as they are wanted: warm-up, windows."""

    def __init__(self, taken: Sequence[Step], verdict: LeakVerdict, count: int) -> None:
        windows = (step for step in taken if isinstance(step, Window) and step.warming)
        self._warm = [step for step in windows if step.hold <= verdict.held]
        self._count = count
        self._held = verdict.held
        self._size = verdict.growths[0].operations // 4
        self.growth = verdict.bytes_per_operation

    def marks(self, system: LeakProbe, words: str) -> Iterator[QuietMoment]:
        """A mark before the first window and after each."""
        for step in self._warm:
            system.take(step)
        yield QuietMoment(_collected(system))
        for index in range(self._count):
            system.take(Window(self._size, self._held, f"{words}, window {index + 1} of {self._count}"))
            yield QuietMoment(_collected(system), self._size)


def _objects(
    spec: WorkloadSpec, progress: Progress, course: _Course, roots: Sequence[Path], notes: list[Reason]
) -> tuple[tuple[Stack, ...], Attribution]:
    """What Python's own allocators made, and what it says if nothing else is known; nothing of either
    where no call site grows."""
    nothing = (), Attribution((), None)
    try:
        with watched(spec, progress, "objects") as system:
            marks = list(course.marks(system, "tracing objects"))
            made = stacks(system.agents.objects(), [mark.at for mark in marks])
    except (SystemFailed, WorkerFailed) as error:
        notes.append(Reason("tracemalloc_failed", {"error": str(error)}))
        return nothing
    found = attribute({}, marks, growth=course.growth, roots=roots, objects=made)
    if not found.suspects:
        notes.append(Reason("no_objects_grow"))
        return nothing
    return made, found


def _collected(system: LeakProbe) -> float:
    """The wall-clock time of a moment without garbage, still before and after."""
    system.agents.mark(system.processes(), _PATIENCE)
    time.sleep(_STILL)
    at = time.time()
    time.sleep(_STILL)
    return at


def _roots(spec: WorkloadSpec) -> list[Path]:
    """Folders that the files of call sites are told from."""
    file = spec.reference.file
    return [*([Path(file).parent] if file else []), Path.cwd()]


def _kept(recordings: Mapping[int, Path], keep: Path, notes: list[Reason]) -> tuple[str, ...]:
    """Flame graphs of the larger recordings."""
    sizes = {pid: recording.stat().st_size for pid, recording in recordings.items()}
    large = [pid for pid, size in sizes.items() if size >= _WORTH_A_GRAPH * max(sizes.values())]
    kept = []
    for pid in sorted(large, key=lambda pid: -sizes[pid]):
        target = keep / f"{pid}.html"
        try:
            save_flame_graph(recordings[pid], target)
            kept.append(str(target))
        except StoreError as error:
            notes.append(Reason.of_text(str(error)))
    return tuple(kept)
