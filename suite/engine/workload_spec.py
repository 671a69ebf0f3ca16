"""How a fresh process makes the same workload, and the same systems, as the coordinator has."""

from __future__ import annotations

import copy
from dataclasses import dataclass

from suite.config.catalog import Reference
from suite.config.configured import configured
from suite.config.settings import Settings
from suite.contract.system import System
from suite.contract.workload import Workload

_HANGS = 600.0
"""Seconds without an answer, or to get ready, that are a hang of a system of which nothing is known..."""
_LEAST = 60.0
"""... and these where it is known how long it takes at its usual speed, or more:"""
_OPERATION, _START = 5.0, 1.0
"""so many times what is to be expected. To start it runs what nobody counts, which is less slow."""


@dataclass(frozen=True, slots=True)
class WorkloadSpec:
    """Plain data that leads to a configured workload in any process.

    Its system runs so many times `slower` than usual, and all that waits for it has more patience: as much as
    that, but no longer than tells a hang, where at its usual speed an operation took `longest` seconds and
    its start `starting` (0: not known). Those who load a `still` one do next to nothing by the clock: what an
    object takes that shares a process with them is counted.
    """

    reference: Reference
    settings: Settings
    slower: float = 1.0
    longest: float = 0.0
    starting: float = 0.0
    still: bool = False

    def workload(self) -> Workload:
        """The workload as the settings want it."""
        found = configured(self.reference.load(), self.settings)
        if self.slower != 1.0:
            found.timeout = self._patience(found.timeout, self.longest * _OPERATION)
            found.grace = self._patience(found.grace, self.longest * _OPERATION)
            found.system = copy.copy(found.system)
            found.system.deadline = self._patience(found.system.deadline, self.starting * _START)
        return found

    def _patience(self, usual: float, expected: float) -> float:
        most = max(_LEAST, expected * self.slower) if expected else _HANGS
        return max(usual, min(usual * self.slower, most))


@dataclass(frozen=True, slots=True)
class SystemSpec:
    """Leads to a workload's system, or to one of its helpers by name."""

    spec: WorkloadSpec
    helper: str | None = None

    def __call__(self) -> System:
        workload = self.spec.workload()
        return workload.system if self.helper is None else workload.beside[self.helper]
