"""How a fresh process makes the same workload, and the same systems, as the coordinator has."""

from __future__ import annotations

import copy
from dataclasses import dataclass

from suite.config.catalog import Reference
from suite.config.configured import configured
from suite.config.settings import Settings
from suite.contract.system import System
from suite.contract.workload import Workload
from suite.engine.hollow import hollow

_HANGS = 600.0
"""Seconds without an answer, or to get ready, that are a hang however slow a system runs..."""
_TIMES = 5.0
"""... unless an operation takes a part of that by itself."""


@dataclass(frozen=True, slots=True)
class WorkloadSpec:
    """Plain data that leads to a configured workload in any process.

    Its system runs so many times `slower` than usual, and all that waits for it has more patience: as much as
    that, but no longer than tells a hang, where an operation took `longest` seconds at its usual speed.
    Operations of a `hollow` one do nothing. Those who load a `still` one do next to nothing by the clock:
    what an object takes that shares a process with them is counted.
    """

    reference: Reference
    settings: Settings
    slower: float = 1.0
    longest: float = 0.0
    hollow: bool = False
    still: bool = False

    def workload(self) -> Workload:
        """The workload as the settings want it."""
        found = configured(self.reference.load(), self.settings)
        if self.slower != 1.0:
            found.timeout = self._patience(found.timeout, self.longest)
            found.grace = self._patience(found.grace, self.longest)
            found.system = copy.copy(found.system)
            found.system.deadline = self._patience(found.system.deadline, 0.0)
        return hollow(found) if self.hollow else found

    def _patience(self, usual: float, longest: float) -> float:
        most = max(_HANGS, _TIMES * longest * self.slower)
        return max(usual, min(usual * self.slower, most))


@dataclass(frozen=True, slots=True)
class SystemSpec:
    """Leads to a workload's system, or to one of its helpers by name."""

    spec: WorkloadSpec
    helper: str | None = None

    def __call__(self) -> System:
        workload = self.spec.workload()
        return workload.system if self.helper is None else workload.beside[self.helper]
