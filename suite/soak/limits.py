"""What the metrics of a soak must not get to, by metric in its base unit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from suite.contract.component import Component
from suite.contract.observe import OBSERVED
from suite.contract.workload import Workload
from suite.errors import ConfigurationError
from suite.records.level import LEVELS
from suite.soak.series import HELD, WORKERS


def threshold_limits(workload: Workload) -> dict[str, float]:
    """The gravest level of each threshold: how bad a metric may get."""
    limits: dict[str, float] = {}
    for threshold in workload.thresholds:
        metric = workload.metric(threshold.metric)
        if metric is not None:
            levels = threshold.limits(metric)
            limits[threshold.metric] = next(levels[level] for level in reversed(LEVELS) if level in levels)
    return limits


def check_limits(limits: Mapping[str, float], workload: Workload) -> None:
    """Raise ConfigurationError, with all faults, for limits of what the workload does not have."""
    if faults := [f"--limit {name}: {fault}" for name in limits for fault in _faults(name, workload)]:
        raise ConfigurationError.of(faults)


def _faults(metric: str, workload: Workload) -> Iterator[str]:
    base, _, at = metric.partition("@")
    if base.startswith(OBSERVED):
        if not workload.observe:
            yield f"{workload.name} has no observe=, so nothing is read of what the system says"
        return
    known: Sequence[str] = ()
    if base.startswith("response."):
        known = workload.operation_names()
    elif base in HELD:
        known = (*workload.beside, *(() if isinstance(workload.system, Component) else (WORKERS,)))
    if at and at not in known:
        yield f"there is no {at!r}; there is {' and '.join([base, *(f'{base}@{one}' for one in known)])}"
