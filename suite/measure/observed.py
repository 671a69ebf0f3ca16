"""From the readings of a round to metrics and series: what gauges stood at, what counters grew by."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from suite.contract.observe import OBSERVED, Observe
from suite.measure.exposition import MOST_NAMES
from suite.measure.reconciling import misgiving, reconcile
from suite.measure.system_reading import SystemReading
from suite.records.observation import Observation
from suite.records.reason import Reason

_MOST_CELLS = 200_000
"""Figures of a source that are kept over time; of more, every second reading is left out."""
_NO_READING = "it was not read within the measured part"
_SEVERAL = "several processes answer in turns, each with counters of its own"
_RESTARTED = "its counter fell: what was counted before that is not known whole"
_OF_A_NEW_START = ("observed_restart", "unreconciled")
_NEW = 0.5
"""What a counter may have left when it begins anew, of what it had; more is another one's."""
_Times = npt.NDArray[np.int64]


@dataclass(slots=True)
class Observed:
    """What a round has of it: metrics by name, those that are lower bounds, why there is no value, series,
    reasons for doubt, and such that rule the round out.
    """

    metrics: dict[str, float | None] = field(default_factory=dict)
    at_least: set[str] = field(default_factory=set)
    notes: dict[str, str] = field(default_factory=dict)
    observations: list[Observation] = field(default_factory=list)
    doubts: list[Reason] = field(default_factory=list)
    faults: list[Reason] = field(default_factory=list)


def observed(
    observes: Sequence[Observe],
    readings: Sequence[SystemReading],
    begin: int,
    end: int,
    wanted: Collection[str] = (),
    sent: tuple[int, int] | None = None,
    *,
    killed: bool = False,
) -> Observed:
    """Metrics over the measured part from `begin` to `end`, and series with what is before and after.

    Of a gauge the mean and the largest of the readings; of a counter what it grew by, between readings by
    interpolation. Names that only look like a counter's are a gauge's if they fall. `wanted` are kept
    first where there are more names than are kept. `sent` are the requests that were answered, and those
    that were not, see `reconcile`; None if nobody can tell. A system that is `killed` on purpose is not
    doubted for starting anew.
    """
    result = Observed()
    for index, source in enumerate(observes):
        mine = [one for one in readings if one.source == index]
        _observe(result, source, _shown(mine), begin, end, wanted)
        if source.requests and sent is not None:
            _reconcile(result, source, index, readings, sent)
    if killed:
        result.doubts = [doubt for doubt in result.doubts if doubt.kind not in _OF_A_NEW_START]
    return result


def in_turns(readings: Sequence[SystemReading], columns: Mapping[str, Sequence[float | None]]) -> bool:
    """Whether several processes answer: one that had been followed by another comes again, or a counter
    falls to a value that is no new beginning.
    """
    seen = [one.found.process for one in readings if one.found and one.found.process is not None]
    changes = [now for before, now in pairwise(seen) if now != before]
    if len(changes) > len(set(changes)) or (changes and seen[0] in changes):
        return True
    return any(now > _NEW * before for column in columns.values() for before, now in _falls(column))


def _observe(
    result: Observed,
    source: Observe,
    readings: Sequence[SystemReading],
    begin: int,
    end: int,
    wanted: Collection[str],
) -> None:
    good = [one for one in readings if one.found is not None]
    names, left_out = _names(good, wanted)
    columns = {name: tuple(one.found.values.get(name) for one in good if one.found) for name in names}
    known = {name for one in good if one.found for name in one.found.counters}
    presumed = {name for one in good if one.found for name in one.found.presumed}
    rising = {name for name in presumed if name in columns and not any(_falls(columns[name]))}
    counters = {name for name in names if name in known or name in rising}
    times = np.array([one.at for one in good], np.int64)
    within = np.array([one.asked <= end and one.at >= begin for one in good], np.bool_)
    several = in_turns(good, {name: columns[name] for name in names if name in known})
    restarted = not several and any(any(_falls(columns[name])) for name in counters)
    if restarted:
        result.doubts.append(Reason("observed_restart", {"source": source.name}))
    for name in names:
        if name in counters:
            _count(result, name, times, columns[name], begin, end, several=several)
        else:
            _gauge(result, name, columns[name], within)
    keep = slice(None, None, 1 + len(names) * len(good) // _MOST_CELLS)
    failures: dict[str, int] = {}
    for one in readings:
        if one.failure:
            failures[one.failure] = failures.get(one.failure, 0) + 1
    result.observations.append(
        Observation(
            source.name,
            tuple(round((one.at - begin) / 1e9, 3) for one in good[keep]),
            {name: column[keep] for name, column in columns.items()},
            tuple(name for name in names if name in counters),
            failures,
            left_out,
            several,
        )
    )


def _reconcile(
    result: Observed, source: Observe, index: int, readings: Sequence[SystemReading], sent: tuple[int, int]
) -> None:
    count = reconcile(source, index, readings, *sent)
    if isinstance(count, Reason):
        result.doubts.append(count)
        return
    result.observations[-1] = replace(result.observations[-1], requests=count)
    if found := misgiving(count):
        verdict, reason = found
        (result.faults if verdict == "invalid" else result.doubts).append(reason)


def _shown(readings: Sequence[SystemReading]) -> list[SystemReading]:
    """The last one before the load, those beside it, and the last one after."""
    before = [one for one in readings if one.when == "before"]
    after = [one for one in readings if one.when == "after"]
    return [*before[-1:], *(one for one in readings if one.when == "beside"), *after[-1:]]


def _names(readings: Sequence[SystemReading], wanted: Collection[str]) -> tuple[list[str], int]:
    """Names to keep, in order, and how many are too many."""
    found = {name for one in readings if one.found for name in one.found.values}
    ordered = sorted(found, key=lambda name: (name not in wanted, name))
    left_out = max((one.found.left_out for one in readings if one.found), default=0)
    return sorted(ordered[:MOST_NAMES]), left_out + max(len(ordered) - MOST_NAMES, 0)


def _falls(column: Sequence[float | None]) -> Iterator[tuple[float, float]]:
    """The values before and after each time that it fell."""
    known = [value for value in column if value is not None]
    return ((before, now) for before, now in pairwise(known) if now < before)


def _gauge(
    result: Observed, name: str, column: Sequence[float | None], within: npt.NDArray[np.bool_]
) -> None:
    values = [value for value, here in zip(column, within, strict=True) if here and value is not None]
    mean, most = f"{OBSERVED}{name}.mean", f"{OBSERVED}{name}.max"
    if values:
        result.metrics |= {mean: sum(values) / len(values), most: max(values)}
    else:
        result.metrics |= {mean: None, most: None}
        result.notes |= {mean: _NO_READING, most: _NO_READING}


def _count(
    result: Observed,
    name: str,
    times: _Times,
    column: Sequence[float | None],
    begin: int,
    end: int,
    *,
    several: bool,
) -> None:
    total, rate = OBSERVED + name, f"{OBSERVED}{name}.rate"
    known = [(at, value) for at, value in zip(times, column, strict=True) if value is not None]
    if several or len(known) < 2 or known[0][0] > begin or known[-1][0] < end:
        result.metrics |= {total: None, rate: None}
        why = _SEVERAL if several else _NO_READING
        result.notes |= {total: why, rate: why}
        return
    values = [value for _, value in known]
    steps = [now - before if now >= before else now for before, now in pairwise(values)]
    grown = np.concatenate([[0.0], np.cumsum(steps)])
    first, last = np.interp([begin, end], [at for at, _ in known], grown)
    result.metrics |= {total: float(last - first), rate: float(last - first) / max(end - begin, 1) * 1e9}
    if any(_falls(column)):
        result.at_least |= {total, rate}
        result.notes |= {total: _RESTARTED, rate: _RESTARTED}
