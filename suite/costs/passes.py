"""One pass: a fresh system, counted window by window until they agree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from suite.costs.counted_window import CountedWindow, by_clock
from suite.costs.counter import Counter, Counts
from suite.costs.steady import SCHEDULED, agree, steady, value
from suite.costs.windows import CountedWindows, counted
from suite.engine.progress import Progress
from suite.engine.workload_spec import WorkloadSpec
from suite.errors import SuiteError
from suite.measure.unfinished import filled
from suite.records.costs import COSTS, CountedCost, DatabaseStatement
from suite.records.detail import Detail
from suite.records.keeper import Keeper
from suite.records.reason import Figure, Reason
from suite.records.unfinished import Unfinished

_FEWEST, _MOST = 2, 5
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
    rates: Counts = field(default_factory=dict)
    """What the system does by the clock, per second; it is no part of `counts`."""
    threads: Mapping[str, Mapping[int, Sequence[float]]] = field(default_factory=dict)
    """What the threads of each process had of the last window, as far as they are told apart."""
    database: tuple[DatabaseStatement, ...] | None = None
    notes: list[Reason] = field(default_factory=list)
    beside: dict[str, Pass] = field(default_factory=dict)
    """What helpers took meanwhile, by name."""
    kinds: dict[str, Counts] = field(default_factory=dict)
    """Of each operation by itself, per operation; nothing unless that was asked for."""

    def enter(self, windows: Sequence[CountedWindow], held: Sequence[CountedWindow]) -> None:
        """What `windows` counted, without what goes by the clock: that is told from those in which the system
        was `held` up.
        """
        self.rates = by_clock([*windows, *held]) if held else {}
        self.counts = [window.without(self.rates) for window in windows]
        self.seconds = [window.seconds for window in windows]

    def windows(self) -> dict[str, tuple[float, ...]]:
        """Per operation, of all processes, by metric; what a window could not count is left out."""
        every = dict.fromkeys(metric for one in self.counts for metric in one)
        return {
            metric: tuple(sum(one[metric].values()) / self.operations for one in self.counts)
            for metric in every
            if all(one.get(metric) for one in self.counts)
        }

    def unsure(self, metric: str) -> float:
        """What is not known of a window, per operation: how much exactly went by the clock."""
        rate = sum(self.rates.get(metric, {}).values())
        return _UNSURE * rate * max(self.seconds[-2:], default=0.0) / self.operations

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
                    by_clock=sum(self.rates.get(metric, {}).values()),
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
                rates=_only(self.rates, owners, owner),
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

        beside = {metric: sum(parts.values()) for metric, parts in engine.rates.items()}
        return replace(
            self,
            rates={
                metric: {pid: max(rate - beside.get(metric, 0.0), 0.0) for pid, rate in parts.items()}
                for metric, parts in self.rates.items()
            },
            counts=[without(one, self.operations) for one in self.counts],
            kinds={name: without(one, 1) for name, one in self.kinds.items()},
        )


def _only(counts: Counts, owners: Mapping[int, str], owner: str) -> Counts:
    return {
        metric: {pid: count for pid, count in parts.items() if owners.get(pid, "") == owner}
        for metric, parts in counts.items()
    }


@dataclass(slots=True)
class PassKeeper:
    """Who keeps what a pass has by now: `keep` is called before and after each window with what is complete
    of it, `keeper` told of the columns. `unfinished` is the window that runs, or was ended early.
    """

    keep: Callable[[Pass], None] = lambda _found: None
    keeper: Keeper | None = None
    unfinished: Unfinished | None = None

    def take(self, found: Pass, system: CountedWindows) -> CountedWindow:
        """The next window of `found`."""
        number = len(found.counts) + 1
        self.unfinished = Unfinished(Reason("unfinished_count", {"number": number, "source": found.source}))
        self.keep(found)
        try:
            window = system.take(number)
        except SuiteError:
            if (recorded := system.cut_short()) is not None:
                self.unfinished = filled(self.unfinished, recorded)
            raise
        self.unfinished = None
        return window


def count(
    spec: WorkloadSpec,
    progress: Progress,
    counter: Counter,
    *,
    kinds: bool = False,
    every: bool = False,
    engine: Counter | None = None,
    kept: PassKeeper | None = None,
) -> Pass:
    """Count windows of a fresh system until they agree, or there are enough of them.

    Of a mix each of its operations is counted by itself too, if `kinds` are wanted, and `every` helper. Of an
    object its `engine`, a twin of the `counter`, counts what shares its process, which is taken off.
    Raises SystemFailed and WorkerFailed.
    """
    kept = kept or PassKeeper()
    spec = replace(spec, slower=counter.slower, still=True)
    with counted(spec, progress, counter, every=every) as system:
        system.warm()
        system.keeper = kept.keeper
        found = Pass(counter.source, _size(system))
        taken: list[CountedWindow] = []
        held: list[CountedWindow] = []
        while len(taken) < _MOST and system.well == system.operations:
            taken.append(kept.take(found, system))
            found.enter(taken, held)
            found.mix = system.mix
            kept.keep(found)
            if counter.holds and len(taken) == 1 and system.well == system.operations:
                system.keeper = None
                held.append(system.take_held())
                system.keeper = kept.keeper
                found.enter(taken, held)
            if len(taken) >= _FEWEST and found.settled():
                break
        system.keeper = None
        found.mix, found.threads = system.mix, counter.threads
        if kinds and len(found.mix) > 1 and system.well == system.operations:
            for operation in found.mix:
                window = system.take_only(operation)
                found.kinds[operation] = {
                    metric: {pid: count / len(window.spans) for pid, count in parts.items()}
                    for metric, parts in window.without(found.rates).items()
                    if window.spans
                }
        found.bad = system.operations - system.well
        found.details = system.details
        found.longest, found.starting = system.longest, system.starting
        found.database, found.notes = system.served.statements(found.operations), system.served.notes
        if engine is not None and not found.bad:
            found = found.less(_of_engine(system, engine, found.rates))
        if every:
            return found.divided(system.owners, system.workload.beside)
    return found


def _of_engine(system: CountedWindows, counter: Counter, rates: Counts) -> Pass:
    """What operations take that do nothing; the object's `rates` go on meanwhile."""
    found = Pass(counter.source, _size(system))
    system.counter, system.empty = counter, True
    while len(found.counts) < _MOST:
        found.counts.append(system.take(len(found.counts) + 1).without(rates))
        if len(found.counts) >= _FEWEST and found.settled():
            break
    return found


def _size(system: CountedWindows) -> int:
    loop = system.workload.loop
    return loop.operations  # type: ignore[union-attr, return-value]


def doubts(costs: Mapping[str, CountedCost]) -> list[Reason]:
    """What of `costs` can't be relied on, and by how much its windows differ."""
    return [
        Reason("windows_disagree", {"metric": metric, "low": min(cost.windows), "high": max(cost.windows)})
        for metric, cost in costs.items()
        if not cost.steady and metric.partition("@")[0] not in SCHEDULED
    ]
