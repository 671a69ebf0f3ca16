"""The system of a round and its helpers: started in order, ended together."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from pathlib import Path

from suite.contract.fault import SYSTEM
from suite.contract.system import Placement, System
from suite.contract.workload import Workload
from suite.engine.timeline import FaultTimeline
from suite.engine.workload_spec import SystemSpec, WorkloadSpec
from suite.errors import SystemFailed
from suite.process.background import Background
from suite.process.injection import Injection


class Parties:
    """All of `workload` that is no user, each in a folder of its own in `directory`, on `cores`.

    What is started within `agents()` has an agent: the system alone, or where `every` is wanted its helpers
    too, as far as something may run inside of them.
    """

    def __init__(
        self,
        spec: WorkloadSpec,
        workload: Workload,
        directory: Path,
        cores: frozenset[int] | None,
        timeline: FaultTimeline,
        agents: Callable[[], AbstractContextManager[Injection]],
        *,
        every: bool = False,
    ) -> None:
        self._spec, self._workload = spec, workload
        self._directory, self._cores = directory, cores
        self._timeline, self._agents, self._every = timeline, agents, every
        self._started: list[System] = []

    def start(self, stack: contextlib.ExitStack) -> Injection:
        """Start helpers and then the system, which is told where they are; `stack` ends them the other way
        round. What needs nobody else begins at once.
        """
        system, helpers = self._workload.system, self._workload.beside
        stack.callback(stop_together, helpers.values())
        stack.callback(system.stop)
        for name, helper in helpers.items():
            with self._around(helper):
                helper.begin(self._place(name))
        with self._agents():
            system.begin(self._place(None))
        for name, helper in helpers.items():
            with self._around(helper):
                self._start(helper, name)
        stack.callback(setattr, system, "beside", system.beside)
        system.beside = self._timeline.routed(system.beside)
        injection = stack.enter_context(self._agents())
        self._start(system, None)
        return injection

    def check(self) -> None:
        """Raise SystemFailed if one that was started has ended, but by a fault."""
        for system in self._started:
            if (failure := system.failure()) and not self._timeline.excuses(system):
                what = "the system" if system is self._workload.system else "a helper of the system"
                raise SystemFailed(f"{what} died: {failure}")

    def _around(self, helper: System) -> AbstractContextManager[object]:
        return self._agents() if self._every and helper.inside else contextlib.nullcontext()

    def _start(self, system: System, helper: str | None) -> None:
        place = self._place(helper)
        system.start(place)
        self._started.append(system)
        self._timeline.join(helper or SYSTEM, system, place)

    def _place(self, helper: str | None) -> Placement:
        file = self._spec.reference.file
        return Placement(
            self._directory / (f"beside-{helper}" if helper else "system"),
            self._cores,
            Path(file).absolute().parent if file else None,
            SystemSpec(self._spec, helper),
        )


def stop_together(systems: Collection[System]) -> None:
    """Stop all at the same time. Raises what the first of them raises, once all have been stopped."""
    with contextlib.ExitStack() as stopped:
        for system in systems:
            stopped.callback(Background(system.stop).result)
