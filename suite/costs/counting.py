"""Counting a fresh system, window by window, until they agree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

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
        own: list[CountedWindow] = []
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
            if engine is not None and len(taken) == 1 and system.well == system.operations:
                system.keeper = None
                own = _of_engine(system, engine)
                system.keeper = kept.keeper
            if len(taken) >= _FEWEST and _left(found, own).settled():
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
        found = _left(found, own)
        if every:
            return found.divided(system.owners, system.workload.beside)
    return found


def _of_engine(system: CountedWindows, engine: Counter) -> list[CountedWindow]:
    """Windows of operations that do nothing, until they agree."""
    objects, mix = system.counter, system.mix
    found = Pass(engine.source, _size(system))
    windows: list[CountedWindow] = []
    system.counter, system.empty = engine, True
    while len(windows) < _MOST:
        windows.append(system.take(len(windows) + 1))
        system.served.forget()
        found.enter(windows, None, None)
        if len(windows) >= _FEWEST and found.settled():
            break
    system.counter, system.empty, system.mix = objects, False, mix
    return windows


def _left(found: Pass, own: Sequence[CountedWindow]) -> Pass:
    """What is left of what was counted without what the engine takes, whose windows are its `own`; what the
    object does by the clock goes on in those.
    """
    if not own:
        return found
    counts = [window.without(found.clock) for window in own]
    return found.less(replace(found, counts=counts, kinds={}))


def _size(system: CountedWindows) -> int:
    loop = system.workload.loop
    return loop.operations  # type: ignore[union-attr, return-value]
