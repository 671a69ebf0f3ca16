"""A search for leaks on a real system: load it, count, decide, and name what grows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from suite.config.catalog import Reference, reference_to
from suite.config.configured import configured
from suite.config.settings import Settings
from suite.contract.loop import ClosedLoop, Loop
from suite.contract.workload import Workload
from suite.engine.ours import ours
from suite.engine.progress import Progress, Silent
from suite.engine.workload_spec import WorkloadSpec
from suite.errors import ConfigurationError, CutShort, SuiteError
from suite.leaks.counters import LeakCounters
from suite.leaks.probe import LeakProbe, watched
from suite.leaks.tracing import Tracing, trace
from suite.leaks.tracker import Attribution
from suite.leaks.verdict import Marks, Rules, Step, Window, search
from suite.leaks.window_series import WindowSeries
from suite.measure.record_origin import RecordOrigin
from suite.measure.unfinished import filled
from suite.process.guard import interruptible
from suite.records.keeper import Keeper
from suite.records.leak import MEMORY, Growth, LeakSearch, LeakVerdict
from suite.records.reason import Figure, Reason
from suite.records.unfinished import Unfinished

_CAUSE = "cause."
"""Figures of this start say how often operations ended so."""
_USERS = 8
"""Of a loop that has no number of users of its own."""


@dataclass(frozen=True, slots=True)
class LeakSettings:
    """How to look. `requests` are the operations of a window; `ttl` seconds pass idle before a leak is
    accused; `native` traces C stacks too; `attribute` names the call sites of a leak, with recordings
    of at most `most_bytes`."""

    requests: int = 100
    windows: int = 8
    ttl: float = 5.0
    native: bool = False
    attribute: bool = True
    most_bytes: int = 2 * 1000**3


def find_leaks(
    workload: Workload,
    settings: Settings | None = None,
    leak: LeakSettings | None = None,
    *,
    reference: Reference | None = None,
    progress: Progress | None = None,
    keep: Path | None = None,
    keeper: Keeper | None = None,
) -> LeakSearch:
    """Look for growth of `workload`'s system with operations, and name its call sites if there is any.

    Flame graphs of what leaks go below `keep`, if that is given. `keeper` is given the search as far as it is
    before and after each window, and when there is a verdict.

    The workload's loop gives users and think time; it always runs closed, window by window. Call it from
    the main thread. Raises ConfigurationError, and for what ends the search before its time SystemFailed,
    WorkerFailed and Interrupted: as CutShort where there is a window to tell of.
    """
    settings, leak = settings or Settings(), leak or LeakSettings()
    actual = ours(configured(workload, settings), "its memory")
    loop = _windowed(actual.loop, leak.requests)
    spec = WorkloadSpec(
        reference or reference_to(workload),
        settings.with_loop(loop),
    )
    origin = RecordOrigin()
    watcher = progress or Silent()
    plan, found, recordings = _plan(loop, leak, settings, actual), Attribution((), None), tuple[str, ...]()
    verdict: LeakVerdict | None = None

    def record(*, partial: bool = False) -> LeakSearch:
        traced = bool(found.suspects) or found.unattributed is not None
        return LeakSearch(
            **(origin.known() if partial else origin.fields()),
            workload=workload.name,
            partial=partial,
            plan=plan,
            unfinished=look.unfinished,
            verdict=verdict or look.so_far(),
            seconds=look.seconds,
            suspects=found.suspects if traced else None,
            unattributed=found.unattributed,
            recordings=recordings,
            notes=(*look.notes, *found.notes),
        )

    def keep_it() -> None:
        if keeper is not None:
            keeper.keep(record(partial=True))

    look = _Look(spec, leak, watcher, keep_it, keeper)
    try:
        with interruptible():
            verdict = look.verdict()
            keep_it()
            in_memory = any(growth.counter in MEMORY for growth in verdict.growths)
            if verdict.outcome == "unbounded" and leak.attribute and look.python and in_memory:
                how = Tracing(leak.native, leak.most_bytes, keep / origin.id if keep is not None else None)
                found, recordings = trace(spec, watcher, how, look.taken, verdict)
            if verdict.outcome == "unbounded" and not in_memory:
                look.notes.append(Reason("no_memory_grows"))
    except ConfigurationError:
        raise
    except SuiteError as error:
        if not look.marks:
            raise
        raise CutShort(error, record(partial=True)) from error
    return record()


def _windowed(loop: Loop, requests: int) -> ClosedLoop:
    """The closed loop of one window: the workload's own users, as many as have something to do."""
    users = min(loop.users or _USERS, requests)
    think = loop.think if isinstance(loop, ClosedLoop) else 0.0
    return ClosedLoop(users, operations=requests, think=think)


def _plan(loop: ClosedLoop, leak: LeakSettings, settings: Settings, workload: Workload) -> dict[str, Any]:
    how = {name: value for name, value in asdict(leak).items() if name != "attribute"}
    return {
        "loop": "closed",
        "users": loop.users,
        **how,
        "workers": settings.workers,
        "seed": settings.seed,
        "parameters": workload.plain_parameters(),
    }


class _Look:
    """The search itself. `taken` are its steps with a mark after each, `python` whether any process told from
    inside. `keep` is called before and after each window, of whose columns `keeper` is told; `unfinished` is
    one that runs, or was ended early.
    """

    def __init__(
        self,
        spec: WorkloadSpec,
        leak: LeakSettings,
        progress: Progress,
        keep: Callable[[], None],
        keeper: Keeper | None,
    ) -> None:
        self._spec = spec
        self._rules = Rules(requests=leak.requests, windows=leak.windows, ttl=leak.ttl)
        self._progress = progress
        self._keep = keep
        self._keeper = keeper
        self.unfinished: Unfinished | None = None
        self.taken: list[Step] = []
        self.marks: list[Marks] = []
        self.seconds = 0.0
        self.notes: list[Reason] = []
        self.python = False

    def verdict(self) -> LeakVerdict:
        course = search(self._rules)
        with watched(self._spec, self._progress, "counters") as system:
            counters = LeakCounters(system.agents)
            system.keeper = self._keeper
            try:
                step = next(course)
                while True:
                    self._take(system, step)
                    self.taken.append(step)
                    self.marks.append(counters.read(system.processes()))
                    self.seconds = system.seconds
                    self._keep()
                    step = course.send(self.marks[-1])
            except StopIteration as end:
                verdict: LeakVerdict = end.value
            self.python = counters.python
            self.seconds = system.seconds
            self.notes += [*counters.notes.values(), *_failures(system)]
        return verdict

    def _take(self, system: LeakProbe, step: Step) -> None:
        if isinstance(step, Window) and step.operations:
            number = 1 + sum(isinstance(one, Window) and one.operations > 0 for one in self.taken)
            self.unfinished = Unfinished(Reason("unfinished_window", {"number": number}))
            self._keep()
        try:
            system.take(step)
        except SuiteError:
            if self.unfinished is not None and (recorded := system.cut_short()) is not None:
                self.unfinished = filled(self.unfinished, recorded)
            raise
        self.unfinished = None

    def so_far(self) -> LeakVerdict:
        """Of a search without one: how far it looked, and what its last windows of one length counted."""
        windows = [
            step.operations if isinstance(step, Window) else 0 for step in self.taken[: len(self.marks)]
        ]
        first = len(windows) - 1
        while first > 0 and windows[first - 1] == windows[-1] > 0:
            first -= 1
        marks = self.marks[max(first - 1, 0) :]
        growths = tuple[Growth, ...]()
        if windows[-1] and len(marks) > 1 and all(marks):
            series = WindowSeries(marks, windows[-1])
            growths = series.growths(series.risen() or series.a_sum())
        why = Reason("search_cut_short", {"windows": sum(map(bool, windows))})
        return LeakVerdict("unsettled", sum(windows), growths=growths, reasons=(why,))


def _failures(system: LeakProbe) -> Iterator[Reason]:
    """What to say of operations that did not end well: they may leave more or less than others."""
    bad = system.operations - system.well
    if bad:
        worst = [detail for detail in system.details[:3] if detail.outcome != "rejected"]
        causes: dict[str, Figure] = {f"{_CAUSE}{detail.kind}": detail.count for detail in worst}
        yield Reason("bad_operations", {"bad": bad, "operations": system.operations, **causes})
