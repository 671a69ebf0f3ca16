"""A second run of a system that leaks, under memray: which call sites hold what grows."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from suite.engine.progress import Progress
from suite.engine.recipe import Recipe
from suite.errors import StoreError, SystemFailed, WorkerFailed
from suite.leak import LeakVerdict
from suite.leaks.flame import save_flame_graph
from suite.leaks.tracker import Attribution, Mark, attribute, too_big
from suite.leaks.verdict import Step, Window
from suite.leaks.watched import Watched, watched

_WINDOWS = 8
"""Enough for the rule to decide about a call site."""
_WORTH_A_GRAPH = 0.1
"""Of the largest recording's size: helper processes hold next to nothing, and a graph takes seconds."""
_STILL = 0.03  # s around a mark: memray notes the state every 10 ms


@dataclass(frozen=True, slots=True)
class Tracing:
    """How to trace: C stacks too (`native`), recordings of at most `most_bytes`, graphs below `keep`."""

    native: bool
    most_bytes: int
    keep: Path | None


def trace(
    recipe: Recipe, progress: Progress, how: Tracing, taken: Sequence[Step], verdict: LeakVerdict
) -> tuple[Attribution, tuple[str, ...]]:
    """Start the system once more, repeat the warm-up of what was `taken`, and name what grows then.

    Also the paths of flame graphs. A system that dies under memray and recordings that grow too big are
    notes of the Attribution, not errors.
    """
    warm = [step for step in taken if isinstance(step, Window) and step.warming and step.hold <= verdict.held]
    size = verdict.growths[0].operations // 4
    marks: list[Mark] = []
    try:
        with watched(recipe, progress, "trace", native=how.native) as system:
            for step in warm:
                system.take(step)
            marks.append(Mark(_collected(system)))
            for index in range(_WINDOWS):
                words = f"tracing, window {index + 1} of {_WINDOWS}"
                system.take(Window(size, verdict.held, words))
                marks.append(Mark(_collected(system), size))
                if problem := too_big(system.agents.recordings(), how.most_bytes):
                    return Attribution((), None, (problem,)), ()
            system.phase("reading what was recorded")
            problems = system.agents.stop(system.processes())
            recordings = system.agents.recordings()
            roots = _roots(recipe)
            found = attribute(recordings, marks, growth=verdict.bytes_per_operation, roots=roots)
            notes = [*found.notes, *(f"process {pid}: {why}" for pid, why in problems.items())]
            kept: tuple[str, ...] = ()
            if how.keep is not None and found.suspects:
                kept = _kept(recordings, how.keep, notes)
            return replace(found, notes=tuple(notes)), kept
    except (SystemFailed, WorkerFailed) as error:
        words = f"no call site is named: the system failed under memray: {error}"
        return Attribution((), None, (words,)), ()


def _collected(system: Watched) -> float:
    """The wall-clock time of a moment without garbage, still before and after."""
    system.agents.mark(system.processes())
    time.sleep(_STILL)
    at = time.time()
    time.sleep(_STILL)
    return at


def _roots(recipe: Recipe) -> list[Path]:
    """Folders that the files of call sites are told from."""
    file = recipe.reference.file
    return [*([Path(file).parent] if file else []), Path.cwd()]


def _kept(recordings: Mapping[int, Path], keep: Path, notes: list[str]) -> tuple[str, ...]:
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
            notes.append(str(error))
    return tuple(kept)
