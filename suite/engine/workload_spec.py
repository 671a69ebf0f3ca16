"""How a fresh process makes the same workload, and the same systems, as the coordinator has."""

from __future__ import annotations

from dataclasses import dataclass

from suite.config.catalog import Reference
from suite.config.settings import Settings, configured
from suite.contract.system import System
from suite.contract.workload import Workload


@dataclass(frozen=True, slots=True)
class WorkloadSpec:
    """Plain data that leads to a configured workload in any process."""

    reference: Reference
    settings: Settings

    def workload(self) -> Workload:
        """The workload as the settings want it."""
        return configured(self.reference.load(), self.settings)


@dataclass(frozen=True, slots=True)
class SystemSpec:
    """Leads to a workload's system, or to one of its helpers by name."""

    spec: WorkloadSpec
    helper: str | None = None

    def __call__(self) -> System:
        workload = self.spec.workload()
        return workload.system if self.helper is None else workload.beside[self.helper]
