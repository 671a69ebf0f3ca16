"""asv entry points: measure(), leaks() and costs().

Today's benchmarks meet yesterday's suite: `measure`, `leaks` and `costs` are all that they may call, and
their signatures are frozen. The base classes come along for benchmarks of anybody's.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from suite.errors import SuiteError
from suite.integrations.asv_classes import Benchmark, Costs, Leaks, Limited, Load, tracked

if TYPE_CHECKING:
    from suite.config.catalog import CatalogEntry
    from suite.integrations.asv_rounds import AsvRun
    from suite.records.run import Measured, Run

__all__ = ["Benchmark", "Costs", "Leaks", "Limited", "Load", "costs", "leaks", "measure", "tracked"]

ROUNDS = 10
"""asv's test can't call any difference real below about ten samples a side."""

_NAN = float("nan")
_SEARCHES = 2
_COUNTED = 30
"""Operations of a window: counts need no more."""
_TTL = 1.0
"""Seconds that our own systems may keep things."""

Samples = dict[str, Any]


def measure(name: str) -> dict[str, Samples]:
    """Run the workload called `name` in ten short rounds; per metric what asv stores for a `track_*`.

    Each value is `{"samples": [one per round], "number": 1}`; where a round is too short for a percentile
    it is the one of all rounds together. Rounds that can't be believed are left out; of a measurement that is
    left with less than half of them, and of a metric without a value, it is nan, and "why" says why. Empty
    if this commit has no such workload. A system or worker that dies, a check that fails or a fault of ours
    raises: a benchmark that fails must fail loudly.
    """
    found = _found(name)
    if found is None:
        return {}
    # asv imports this once per number that it stores: what only the load needs is imported here.
    from suite.integrations.asv_journal import journalled
    from suite.integrations.asv_rounds import run_for_asv

    with _quiet(), journalled("run") as keeper:
        result = run_for_asv(found, int(os.environ.get("LOADLEDGER_ASV_ROUNDS", ROUNDS)), keeper)
    failed = _failed_checks(result.run)
    if result.run.error is not None or failed:
        said = [result.run.error.message] if result.run.error is not None else failed
        raise SuiteError(f"{name}: " + "; ".join(said))
    if not result.invalid:
        return _samples(result.run)
    return _samples(result.run, believed=result.believed, why=_left_out(result))


def leaks(name: str) -> dict[str, Samples]:
    """Look for leaks of the workload called `name`: bytes that an operation leaves, as `measure` tells it.

    0.0 where nothing leaks, nan where two searches can't tell. Empty if this commit has no such workload.
    """
    from suite.integrations.asv_journal import journalled
    from suite.leaks.session import LeakSettings, find_leaks

    found = _found(name)
    if found is None:
        return {}
    how = LeakSettings(ttl=_TTL, attribute=False)
    for _ in range(_SEARCHES):
        with _quiet(), journalled("leaks") as keeper:
            verdict = find_leaks(found.workload, leak=how, reference=found.reference, keeper=keeper).verdict
        if verdict.outcome not in ("sporadic", "unsettled") and verdict.bytes_per_operation is not None:
            return {"leak.bytes_per_operation": {"samples": [verdict.bytes_per_operation], "number": 1}}
    why = f"a search for leaks could not tell: {verdict.outcome}"
    return {"leak.bytes_per_operation": {"samples": [_NAN], "number": 1, "why": why}}


def costs(name: str) -> dict[str, Samples]:
    """Count what an operation of the workload called `name` takes: per cost its last two windows.

    nan where it could not be counted. Empty if this commit has no such workload. Operations that fail raise.
    """
    from suite.costs.cost_settings import CostSettings
    from suite.costs.session import count_costs
    from suite.integrations.asv_journal import journalled

    found = _found(name)
    if found is None:
        return {}
    with _quiet(), journalled("costs") as keeper:
        bill = count_costs(
            found.workload, how=CostSettings(_COUNTED), reference=found.reference, keeper=keeper
        )
    if bill.exit_code:
        raise SuiteError(f"{name}: operations failed while they were counted")
    from suite.report.reasons.wording import words

    return {
        metric: {"samples": [*cost.windows[-2:]] or [_NAN], "number": 1}
        | ({} if cost.why is None else {"why": f"it could not be counted: {words(cost.why)}"})
        for metric, cost in bill.costs.items()
    }


def _found(name: str) -> CatalogEntry | None:
    """An installed workload, or one of a file: `load_shop.py::shop/browse`."""
    from suite.config.catalog import installed, select

    if "::" in name:
        return select([name])[0]
    return next((found for found in installed() if found.workload.name == name), None)


def _failed_checks(result: Run) -> list[str]:
    return [f"{check.name}: {check.detail}" for check in result.checks if not check.passed]


def _left_out(result: AsvRun) -> str:
    from suite.report.reasons.wording import words

    many = f"{result.invalid} of the rounds could not be believed"
    return many if result.why is None else f"{many}, the first because {words(result.why)}"


def _samples(result: Run, *, believed: bool = True, why: str = "") -> dict[str, Samples]:
    return {
        metric: {"samples": _values(measured) if believed else [_NAN], "number": 1}
        | ({"why": why} if why else {})
        for metric, measured in result.metrics.items()
        if measured.better != "higher"
    }


def _values(measured: Measured) -> list[float]:
    """Those of the rounds, if each has one, else that of all of them together."""
    values = [value for value in measured.values if value is not None]
    if values and len(values) == len(measured.values):
        return values
    return [_NAN if measured.value is None else measured.value]


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Asv reads our stdout to its end: what we start must not hold it open, nor write to it."""
    null = os.open(os.devnull, os.O_RDWR)
    saved = [os.dup(0), os.dup(1)]
    try:
        for descriptor in (0, 1):
            os.dup2(null, descriptor)
        yield
    finally:
        for descriptor, copy in enumerate(saved):
            os.dup2(copy, descriptor)
            os.close(copy)
        os.close(null)
