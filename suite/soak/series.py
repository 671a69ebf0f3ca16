"""The metrics of a soak over its windows: what is looked at for a trend."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from suite.contract.metric import QUANTILES
from suite.contract.observe import OBSERVED
from suite.errors import ConfigurationError
from suite.measure.distribution import percentile
from suite.measure.tally import OperationTally
from suite.records.better import Better
from suite.records.outcome import NOT_GOOD, OUTCOMES
from suite.records.soak import Holding, SoakWindow, WindowOperation

WORKERS, MEAN = "workers", ".mean"
_POINTS = {"p50": 0.05, "p95": 0.10, "p99": 0.10}
_TIME_FLOOR = 50e-6
_THROUGHPUT, _RATE_FLOOR = 0.05, 0.1
_FAILURES = 0.01
HELD = {
    "memory": ("B", 0.01, 500e3),
    "descriptors": ("1", 0.02, 5.0),
    "sockets": ("1", 0.02, 5.0),
    "threads": ("1", 0.02, 5.0),
    "processes": ("1", 0.02, 3.0),
    "disk": ("B", 0.05, 10e6),
}
_OBSERVED = 0.05
_MOST_KNOWN = 0.9
"""Of the windows: where more have too few operations for a percentile, those may be the slow ones."""
_KEPT = ("disk",)
"""What a system may well pile up, until there is no more room."""
_NO_LIMITS: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class SoakSeries:
    """One metric over the windows that know it.

    A worsening counts from a `share` of the first level on, or a `floor` if that is more. Levels are compared
    within a segment where a fresh system begins `anew`. `piles` is what may grow as long as there is room.
    `limit` is where it must not get.
    """

    metric: str
    unit: str
    better: Better
    windows: tuple[SoakWindow, ...]
    values: tuple[float, ...]
    share: float
    floor: float
    anew: bool = False
    piles: bool = False
    limit: float | None = None


def all_series(
    windows: Sequence[SoakWindow], *, closed: bool, limits: Mapping[str, float] = _NO_LIMITS
) -> Iterator[SoakSeries]:
    """Every series that most windows have a value of, or is a matter of one party or place that says it.

    `windows` are those that count; of load only those that can be believed are taken. `limits` are given by
    metric.
    """
    believed = [window for window in windows if window.validity.verdict != "invalid"]
    yield from _of_load(believed, closed=closed, limits=limits)
    parties = dict.fromkeys(name for window in windows for name in window.parties)
    for party in parties:
        at = "" if party == "system" else f"@{party}"
        for name, (unit, share, floor) in HELD.items():
            known = [(window, _held(window, party, name)) for window in windows]
            limit = limits.get(name + at)
            piles = party == WORKERS or (name in _KEPT and limit is None)
            yield _series(
                name + at, unit, "lower", known, share, floor,
                anew=True, piles=piles, limit=_room(windows, party, name) if limit is None else limit,
            )  # fmt: skip
    for name in dict.fromkeys(name for window in windows for name in window.observed):
        if name.endswith(MEAN):
            known = [(window, window.observed.get(name)) for window in windows]
            limit = limits.get(name)
            yield _series(
                name, "1", "lower", known, _OBSERVED, 1.0, anew=True, piles=limit is None, limit=limit
            )


def unit_of(metric: str) -> str:
    """The unit of a metric that a soak may have. Raises ConfigurationError for another."""
    base = metric.partition("@")[0]
    units = {name: unit for name, (unit, _, _) in HELD.items()}
    units |= {f"response.{point}": "s" for point in _POINTS} | {"failures": "ratio", "throughput": "1/s"}
    if base in units:
        return units[base]
    if base.startswith(OBSERVED) and base.endswith(MEAN):
        return "1"
    known = ", ".join(units)
    raise ConfigurationError(f"a soak has no such metric; it has {known}, and {OBSERVED}NAME{MEAN}")


def tallies(operations: Mapping[str, WindowOperation]) -> dict[str, OperationTally]:
    """What operations of a window came to, so that it adds up."""
    return {
        name: OperationTally(one.outcomes, one.response_times, one.service_times)
        for name, one in operations.items()
    }


def _of_load(
    windows: Sequence[SoakWindow], *, closed: bool, limits: Mapping[str, float]
) -> Iterator[SoakSeries]:
    names = sorted({name for window in windows for name in window.operations})
    found = [_figures(window, names if len(names) > 1 else ()) for window in windows]
    for at in ("", *(f"@{name}" for name in names if len(names) > 1)):
        for point, share in _POINTS.items():
            name = f"response.{point}{at}"
            known = [(window, one[name]) for window, one in zip(windows, found, strict=True)]
            if sum(value is not None for _, value in known) >= _MOST_KNOWN * len(known):
                yield _series(name, "s", "lower", known, share, _TIME_FLOOR, limit=limits.get(name))
    known = [(window, one["failures"]) for window, one in zip(windows, found, strict=True)]
    yield _series("failures", "ratio", "lower", known, 0.0, _FAILURES, limit=limits.get("failures"))
    if closed:
        known = [(window, one["throughput"]) for window, one in zip(windows, found, strict=True)]
        limit = limits.get("throughput")
        yield _series("throughput", "1/s", "higher", known, _THROUGHPUT, _RATE_FLOOR, limit=limit)


def _figures(window: SoakWindow, names: Sequence[str]) -> dict[str, float | None]:
    """What operations came to in a window: in all, and by these names."""
    by_name = tallies(window.operations)
    total = OperationTally.merged(by_name.values())
    nothing = OperationTally.merged(())
    figures: dict[str, float | None] = {
        "failures": _failures(total),
        "throughput": total.outcomes.get("ok", 0) / window.seconds,
    }
    for at, one in (("", total), *((f"@{name}", by_name.get(name, nothing)) for name in names)):
        for point in _POINTS:
            figures[f"response.{point}{at}"] = percentile(one.response, QUANTILES[point]).value
    return figures


def _series(
    metric: str,
    unit: str,
    better: Better,
    known: Sequence[tuple[SoakWindow, float | None]],
    share: float,
    floor: float,
    *,
    anew: bool = False,
    piles: bool = False,
    limit: float | None = None,
) -> SoakSeries:
    there = [(window, value) for window, value in known if value is not None]
    return SoakSeries(
        metric,
        unit,
        better,
        tuple(window for window, _ in there),
        tuple(float(value) for _, value in there),
        share,
        floor,
        anew,
        piles,
        limit,
    )


def _failures(one: OperationTally) -> float | None:
    due = sum(one.outcomes.values())
    return sum(one.outcomes.get(OUTCOMES[bad], 0) for bad in NOT_GOOD) / due if due else None


def _held(window: SoakWindow, party: str, name: str) -> float | None:
    value: int | None = getattr(window.parties.get(party, Holding()), name)
    return value


def _room(windows: Sequence[SoakWindow], party: str, name: str) -> float | None:
    """What it may get to as things stood in the last window; None where nothing tells."""
    last = windows[-1]
    held = last.parties.get(party, Holding())
    left = {
        "memory": last.memory_left,
        "disk": last.disk_left,
        "descriptors": held.descriptors_left,
        "sockets": held.descriptors_left,
    }.get(name)
    level = _held(last, party, name)
    return None if left is None or level is None else level + left
