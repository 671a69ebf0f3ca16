"""Call sites whose memory grows with operations, from recordings of memray and what tracemalloc saw.

A process of the system is recorded from its start on, for what was there before a recording can't be told
from a leak. What each call stack holds at quiet marks is judged by the same rule as the counters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from suite.leaks.ranking import FLOOR, Ranking
from suite.leaks.recorded import Recorded, Stack
from suite.leaks.recordings import read_all
from suite.leaks.site import Sites
from suite.records.leak import LeakSuspect
from suite.records.reason import Reason

_ENOUGH = 5
"""Marks without which recordings that break off say nothing: the rule wants four windows."""


@dataclass(frozen=True, slots=True)
class QuietMoment:
    """A quiet moment: `at` in seconds of `time.time()`, `operations` since the mark before.

    It should stay quiet for some 20 ms afterwards: memray notes the state every 10 ms.
    """

    at: float
    operations: int = 0


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who holds what grows: `suspects` by growth, and the bytes per operation that are none of any call
    site that is known (None: unknown). `notes` say what could not be read."""

    suspects: tuple[LeakSuspect, ...]
    unattributed: float | None
    notes: tuple[Reason, ...] = ()


def attribute(
    recordings: Mapping[int, Path],
    marks: Sequence[QuietMoment],
    *,
    growth: float | None,
    roots: Sequence[Path] = (),
    objects: Sequence[Stack] = (),
) -> Attribution:
    """The call sites that grow from mark to mark, all processes (`recordings` by pid) together.

    `growth` are the bytes per operation that the counters saw. Files of call sites are told from `roots`.
    With `objects`, of as many marks, what Python's own allocators made is theirs to tell.
    A recording that can't be used is a note, and so is one that breaks off before the last mark.
    """
    notes: list[Reason] = []
    processes = _readable(recordings, [mark.at for mark in marks], notes)
    count = max((process.covered for process in processes.values()), default=0)
    if count < min(_ENOUGH, len(marks)):
        if processes:
            notes.append(Reason("recordings_useless"))
        if not objects:
            return Attribution((), None, tuple(notes))
        processes, count = {}, len(marks)
    if count < len(marks):
        notes.append(Reason("recordings_short", {"windows": count - 1, "of": len(marks) - 1}))
    broken = [pid for pid, process in processes.items() if process.covered < count and process.stacks]
    if broken:
        notes.append(Reason("recordings_cut", {"recordings": len(broken), "process": broken[0]}))
    found = Ranking(Sites(roots), [mark.operations for mark in marks[1:count]])
    for process in processes.values():
        for stack in process.until(count).stacks:
            if not (objects and stack.pythonic):
                found.add(stack)
    for stack in Recorded(tuple(objects), len(marks)).until(count).stacks:
        found.add(stack)
    if found.nameless >= FLOOR.per_operation:
        notes.append(Reason("nameless_growth", {"bytes": found.nameless}))
    suspects = found.suspects()
    if suspects:
        notes += found.falls()
    unattributed = None if growth is None else max(0.0, growth - found.explained)
    return Attribution(suspects, unattributed, tuple(notes))


def too_big(recordings: Mapping[int, Path], limit_bytes: int) -> Reason | None:
    """What to say if the `recordings` take more disk than `limit_bytes`, None while they don't."""
    size = 0
    for path in recordings.values():
        try:
            size += path.stat().st_size
        except OSError:
            continue  # not there yet
    if size <= limit_bytes:
        return None
    return Reason("recording_stopped", {"processes": len(recordings), "bytes": size, "limit": limit_bytes})


def _readable(
    recordings: Mapping[int, Path], moments: Sequence[float], notes: list[Reason]
) -> dict[int, Recorded]:
    processes = {}
    for pid, found in read_all(recordings, moments).items():
        if isinstance(found, str):
            notes.append(Reason("recording_unreadable", {"process": pid, "error": found}))
        else:
            processes[pid] = found
    return processes
