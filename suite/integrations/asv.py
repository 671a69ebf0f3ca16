"""asv entry points: measure() and leaks().

Today's benchmarks meet yesterday's suite: `measure` and `leaks` are all that they may call, and their
signatures are frozen. The base classes come along for benchmarks of anybody's.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from suite.errors import SuiteError
from suite.integrations.asv_classes import Benchmark, Leaks, Limited, Load, tracked

if TYPE_CHECKING:
    from suite.config.catalog import CatalogEntry
    from suite.records.run import Measured, Run

__all__ = ["Benchmark", "Leaks", "Limited", "Load", "leaks", "measure", "tracked"]

ROUNDS = 10
"""asv's test can't call any difference real below about ten samples a side."""

_SECONDS = 1.0
"""A round's measured part at most: all benchmarks of a commit must fit into minutes."""

_NAN = float("nan")
_TTL = 1.0
"""Seconds that our own systems may keep things."""

Samples = dict[str, Any]


def measure(name: str) -> dict[str, Samples]:
    """Run the workload called `name` in ten short rounds; per metric what asv stores for a `track_*`.

    Each value is `{"samples": [one per round], "number": 1}`; where single rounds are too short for a
    percentile it is the one of all rounds together. A metric of an invalid measurement, or one without a
    value, has nan. Empty if this commit has no such workload. A system or worker that dies, a check that
    fails or a fault of ours raises: a benchmark that fails must fail loudly.
    """
    # asv imports this once per number that it stores: what only the load needs is imported here.
    from suite.config.settings import Settings, configured
    from suite.engine.coordinator import run

    found = _found(name)
    if found is None:
        return {}
    settings = Settings(rounds=int(os.environ.get("LOADLEDGER_ASV_ROUNDS", ROUNDS)), quick=True)
    if (configured(found.workload, settings).loop.seconds or 0.0) > _SECONDS:
        settings = settings.merged(seconds=_SECONDS)
    with _quiet():
        result = run(found.workload, settings, reference=found.reference)
    failed = _failed_checks(result)
    if result.error is not None or failed:
        said = [result.error.message] if result.error is not None else failed
        raise SuiteError(f"{name}: " + "; ".join(said))
    return _samples(result)


def leaks(name: str) -> dict[str, Samples]:
    """Look for leaks of the workload called `name`: bytes that an operation leaves, as `measure` tells it.

    0.0 where nothing leaks, nan where it can't be told. Empty if this commit has no such workload.
    """
    from suite.leaks.session import LeakSettings, find_leaks

    found = _found(name)
    if found is None:
        return {}
    with _quiet():
        how = LeakSettings(ttl=_TTL, attribute=False)
        verdict = find_leaks(found.workload, leak=how, reference=found.reference).verdict
    told = verdict.outcome not in ("sporadic", "unsettled") and verdict.bytes_per_operation is not None
    value = verdict.bytes_per_operation if told else float("nan")
    return {"leak.bytes_per_operation": {"samples": [value], "number": 1}}


def _found(name: str) -> CatalogEntry | None:
    """An installed workload, or one of a file: `load_shop.py::shop/browse`."""
    from suite.config.catalog import installed, select

    if "::" in name:
        return select([name])[0]
    return next((found for found in installed() if found.workload.name == name), None)


def _failed_checks(result: Run) -> list[str]:
    return [f"{check.name}: {check.detail}" for check in result.checks if not check.passed]


def _samples(result: Run) -> dict[str, Samples]:
    invalid = result.validity.verdict == "invalid"
    return {
        metric: {
            "samples": [_NAN]
            if invalid
            else [_NAN if value is None else value for value in _values(measured)],
            "number": 1,
        }
        for metric, measured in result.metrics.items()
        if measured.better != "higher"
    }


def _values(measured: Measured) -> Sequence[float | None]:
    """Those of the rounds, if any has one, else that of all of them together."""
    return measured.values if any(value is not None for value in measured.values) else [measured.value]


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
