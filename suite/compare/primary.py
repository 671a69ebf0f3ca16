"""Which metrics decide, and whether two sides may be compared by them."""

from __future__ import annotations

from collections.abc import Sequence

from suite.compare.failing import FAILURES
from suite.compare.likeness import Unlike, likeness
from suite.compare.minimum import Overrides, minimum
from suite.compare.sequential import MOST_METRICS
from suite.contract.remote import Remote
from suite.contract.workload import Workload
from suite.errors import ConfigurationError
from suite.measure.distribution import GATE
from suite.records.reason import Reason
from suite.records.run import Run

_FOR_P99 = GATE * 100
"""So many operations a round, and a p99 is worth deciding on."""


def check_metrics(names: Sequence[str], minimums: Overrides, workload: Workload) -> None:
    """Raise ConfigurationError for more metrics than may decide, those that can't, and bad minimums.

    And for a system of which no commit would be measured.
    """
    if isinstance(workload.system, Remote):
        raise ConfigurationError(f"{workload.name} runs elsewhere: it is the same for both commits")
    if len(names) > MOST_METRICS:
        raise ConfigurationError(
            f"at most {MOST_METRICS} metrics can decide, not {len(names)}; name fewer with --metric"
        )
    for name in names:
        metric = workload.metric(name)
        if metric is None:
            raise ConfigurationError(f"{workload.name} has no metric {name!r}; see: suite run --json")
        if metric.better == "none":
            raise ConfigurationError(
                f"{name} can't decide: neither way is better; name another with --metric"
            )
    for name in minimums:
        metric = workload.metric(name)
        if metric is None or (names and name not in names):
            raise ConfigurationError(f"--allow {name}: that metric does not decide on {workload.name}")
        minimum(name, metric.unit, minimums)


def primary_metrics(base: Run, head: Run) -> tuple[str, ...]:
    """Time per operation (of an open loop CPU per operation), p99 or else p50, the peak of memory.

    Chosen by the first pair, before any values are compared; what it has no value for is left out.
    """
    closed = base.plan.get("loop") == "closed"
    operations = min(run.outcomes.get("ok", 0) for run in (base, head))
    wanted = (
        "time_per_operation" if closed else "cpu.per_operation",
        "response.p99" if operations >= _FOR_P99 else "response.p50",
        "memory.peak",
    )
    found = tuple(name for name in wanted if all(_has(name, run) for run in (base, head)))
    return found or wanted


def gate_metrics(base: Run, head: Run) -> tuple[str, ...]:
    """What a gate judges unless it is told: the primary metrics, failures, and what has thresholds.

    The fewer, the sharper: all of them share one error.
    """
    judged = (one.metric for run in (base, head) for one in run.thresholds)
    names = dict.fromkeys((*primary_metrics(base, head), FAILURES, *judged))
    known = {**base.metrics, **head.metrics}
    return tuple(name for name in names if name in known and known[name].better != "none")


def alike(base: Run, head: Run) -> tuple[Reason, ...]:
    """Differences that a reader must know. Raises Unlike for sides that carry another load."""
    found = likeness(base, head)
    faults = [*found.never, *found.refused]
    if faults:
        raise Unlike(base.workload, faults)
    return tuple(note for note in found.notes if note.kind != "uncommitted")


def _has(name: str, run: Run) -> bool:
    measured = run.metrics.get(name)
    return measured is not None and measured.value is not None
