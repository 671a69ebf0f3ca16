"""Counting a fresh system, window by window, until they agree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from suite.costs.clock_work import Clock
from suite.costs.counted_window import CountedWindow
from suite.costs.counter import Counter
from suite.costs.passes import Pass
from suite.costs.windows import CountedWindows, counted
from suite.engine.progress import Progress
from suite.engine.workload_spec import WorkloadSpec
from suite.errors import SuiteError
from suite.measure.unfinished import filled
from suite.records.keeper import Keeper
from suite.records.reason import Reason
from suite.records.unfinished import Unfinished

_FEWEST, _MOST = 2, 5
_IDLE = 2.0
"""Seconds in which the clock is looked at alone."""


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
        held: CountedWindow | None = None
        idle: CountedWindow | None = None
        while len(taken) < _MOST and system.well == system.operations:
            taken.append(kept.take(found, system))
            found.enter(taken, held, idle)
            found.mix = system.mix
            kept.keep(found)
            if counter.holds and len(taken) == 1 and system.well == system.operations:
                system.keeper = None
                held, idle = system.take_held(), system.take_idle(_IDLE)
                found.enter(taken, held, idle)
                system.keeper = kept.keeper
            if len(taken) >= _FEWEST and found.settled():
                break
        system.keeper = None
        found.mix, found.threads = system.mix, counter.threads
        if kinds and len(found.mix) > 1 and system.well == system.operations:
            for operation in found.mix:
                window = system.take_only(operation)
                found.kinds[operation] = {
                    metric: {pid: count / len(window.spans) for pid, count in parts.items()}
                    for metric, parts in window.without(found.clock).items()
                    if window.spans
                }
        found.bad = system.operations - system.well
        found.details = system.details
        found.longest, found.starting = system.longest, system.starting
        found.database, found.notes = system.served.statements(found.operations), system.served.notes
        if engine is not None and not found.bad:
            found = found.less(_of_engine(system, engine, found.clock))
        if every:
            return found.divided(system.owners, system.workload.beside)
    return found


def _of_engine(system: CountedWindows, counter: Counter, clock: Clock) -> Pass:
    """What operations take that do nothing; what the object does by the `clock` goes on meanwhile."""
    found = Pass(counter.source, _size(system))
    system.counter, system.empty = counter, True
    while len(found.counts) < _MOST:
        found.counts.append(system.take(len(found.counts) + 1).without(clock))
        if len(found.counts) >= _FEWEST and found.settled():
            break
    return found


def _size(system: CountedWindows) -> int:
    loop = system.workload.loop
    return loop.operations  # type: ignore[union-attr, return-value]
