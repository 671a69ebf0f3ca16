"""One pass: what windows of a fresh system counted, and what that comes to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from suite.costs.clock_work import Clock
from suite.costs.counted_window import CountedWindow, by_clock
from suite.costs.counter import Counts
from suite.costs.steady import SCHEDULED, agree, steady, value
from suite.records.costs import COSTS, CountedCost, DatabaseStatement
from suite.records.detail import Detail
from suite.records.reason import Figure, Reason

_Part = TypeVar("_Part")
_UNSURE = 0.1
"""A share of what goes by the clock: while there is much to do it comes late."""


@dataclass(slots=True)
class Pass:
    """What windows of `operations` each counted.

    `mix` is how often each operation ran in a window, `bad` how many of all did not end well, `details` why,
    `longest` how many seconds one took at most, `starting` how many the system took to be there.
    """

    source: str
    operations: int
    counts: list[Counts] = field(default_factory=list)
    mix: Mapping[str, int] = field(default_factory=dict)
    bad: int = 0
    details: tuple[Detail, ...] = ()
    longest: float = 0.0
    starting: float = 0.0
    seconds: list[float] = field(default_factory=list)
    """How long each window was."""
    clock: Clock = field(default_factory=dict)
    """What the system does by the clock; it is no part of `counts`."""
    threads: Mapping[str, Mapping[int, Sequence[float]]] = field(default_factory=dict)
    """What the threads of each process had of the last window, as far as they are told apart."""
    database: tuple[DatabaseStatement, ...] | None = None
    notes: list[Reason] = field(default_factory=list)
    beside: dict[str, Pass] = field(default_factory=dict)
    """What helpers took meanwhile, by name."""
    kinds: dict[str, Counts] = field(default_factory=dict)
    """Of each operation by itself, per operation; nothing unless that was asked for."""

    def enter(
        self, windows: Sequence[CountedWindow], held: CountedWindow | None, idle: CountedWindow | None
    ) -> None:
        """What `windows` counted, without what goes by the clock: that is told from those in which the system
        was `held` up, or `idle`.
        """
        self.clock = by_clock([windows[0], held, *windows[1:]], idle) if held is not None else {}
        self.counts = [window.without(self.clock) for window in windows]
        self.seconds = [window.seconds for window in windows]

    def windows(self) -> dict[str, tuple[float, ...]]:
        """Per operation, of all processes, by metric; what a window could not count is left out."""
        every = dict.fromkeys(metric for one in self.counts for metric in one)
        return {
            metric: tuple(sum(one[metric].values()) / self.operations for one in self.counts)
            for metric in every
            if all(one.get(metric) for one in self.counts)
        }

    @property
    def ticks(self) -> bool:
        """Whether anything goes by the clock."""
        return any(work.rate for parts in self.clock.values() for work in parts.values())

    def unsure(self, metric: str) -> float:
        """What is not known of a window, per operation: how much exactly went by the clock."""
        seconds = max(self.seconds[-2:], default=0.0)
        return _UNSURE * self._by_clock(metric, seconds) / self.operations

    def _by_clock(self, metric: str, seconds: float) -> float:
        return sum(work.within(seconds) for work in self.clock.get(metric, {}).values())

    def settled(self) -> bool:
        """Whether enough was counted: the last two windows agree in all that the system decides."""
        return all(
            steady(metric, values, self.unsure(metric))
            for metric, values in self.windows().items()
            if metric not in SCHEDULED
        )

    def processes(self, metric: str) -> tuple[float, ...]:
        """Per operation, in the last window, of each process that had any part in it, the oldest first."""
        parts = self._parts(metric)
        return tuple(parts[pid] / self.operations for pid in sorted(parts) if parts[pid])

    def shares(self, metric: str) -> tuple[tuple[float, ...], ...]:
        """Of each of `processes`, what its threads had of that, where they are told apart."""
        parts, threads = self._parts(metric), self.threads.get(metric, {})
        return tuple(
            tuple(parts[pid] / self.operations * own / sum(threads[pid]) for own in threads[pid] if own)
            for pid in sorted(parts)
            if parts[pid] and sum(threads.get(pid, ()))
        )

    def _parts(self, metric: str) -> Mapping[int, float]:
        return self.counts[-1].get(metric, {}) if self.counts else {}

    def costs(self, missing: Reason, metrics: tuple[str, ...]) -> dict[str, CountedCost]:
        """What was counted of `metrics`; what was not is not known because of what is `missing`."""
        windows = self.windows()
        found = {}
        for metric in metrics:
            cost = CountedCost(COSTS[metric], self.source, why=missing)
            if values := windows.get(metric):
                same = steady(metric, values, self.unsure(metric))
                parts = self.processes(metric)
                cost = replace(
                    cost,
                    value=value(values),
                    windows=values,
                    processes=parts,
                    threads=self.shares(metric),
                    steady=same,
                    why=None,
                    by_clock=sum(work.rate for work in self.clock.get(metric, {}).values()),
                )
            found[metric] = cost
            for operation, counts in self.kinds.items():
                if shares := counts.get(metric):
                    own = sum(shares.values())
                    found[f"{metric}@{operation}"] = CountedCost(COSTS[metric], self.source, own, (own,))
        return found

    def unlike(self) -> list[Reason]:
        """What operations take by themselves should add up to what their mix takes: where it does not."""
        total = sum(self.mix.values())
        found = []
        for metric, values in self.windows().items():
            own = [(count, self.kinds.get(name, {}).get(metric)) for name, count in self.mix.items()]
            if metric in SCHEDULED or not self.kinds or not all(parts for _, parts in own):
                continue
            added = sum(count * sum(parts.values()) for count, parts in own if parts) / total
            mixed = value(values)
            if mixed is not None and not agree(metric, added, mixed):
                figures: dict[str, Figure] = {"metric": metric, "added": added, "mixed": mixed}
                found.append(Reason("operations_do_not_add_up", figures))
        return found

    def divided(self, owners: Mapping[int, str], names: Iterable[str]) -> Pass:
        """What the system takes, and `beside` it helpers of these names: the `owners` of their processes."""

        def of(owner: str) -> Pass:
            return replace(
                self,
                counts=[_only(one, owners, owner) for one in self.counts],
                clock=_only(self.clock, owners, owner),
                kinds={} if owner else {name: _only(one, owners, "") for name, one in self.kinds.items()},
            )

        return replace(of(""), beside={name: of(name) for name in names})

    def less(self, engine: Pass) -> Pass:
        """What is left without what the engine takes, which shares a process with the system."""
        own = engine.windows()
        shared = {metric: value(values) or 0.0 for metric, values in own.items()}

        def without(counts: Counts, operations: int) -> Counts:
            return {
                metric: {
                    pid: max(count - shared.get(metric, 0.0) * operations, 0.0)
                    for pid, count in parts.items()
                }
                for metric, parts in counts.items()
            }

        return replace(
            self,
            counts=[without(one, self.operations) for one in self.counts],
            kinds={name: without(one, 1) for name, one in self.kinds.items()},
        )


def _only(
    every: Mapping[str, Mapping[int, _Part]], owners: Mapping[int, str], owner: str
) -> dict[str, dict[int, _Part]]:
    return {
        metric: {pid: part for pid, part in parts.items() if owners.get(pid, "") == owner}
        for metric, parts in every.items()
    }


def doubts(costs: Mapping[str, CountedCost]) -> list[Reason]:
    """What of `costs` can't be relied on, and by how much its windows differ."""
    return [
        Reason("windows_disagree", {"metric": metric, "low": min(cost.windows), "high": max(cost.windows)})
        for metric, cost in costs.items()
        if not cost.steady and metric.partition("@")[0] not in SCHEDULED
    ]
