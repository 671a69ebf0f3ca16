"""What to do about a Run, as far as its own figures say it: pure rules over what was measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from suite.measure.pools import pools
from suite.records.reason import Figure, Reason
from suite.records.run import Run

_FAR = 5.0
"""Times the median from which on a p99 is far above it."""
_EXPLAINED = 0.5
"""Share of the way from median to p99 that a pause must take to be what it is about."""
_BLOCKED = 0.3
_PUT_OFF = (0.039, 0.050)
"""Seconds for which Linux puts an acknowledgement off at least (40 ms), and what an answer takes on top."""
_BESIDE = ((0.030, 0.039), (0.050, 0.064))
"""Times as far apart, before and after: where it is for that, hardly an operation takes as long."""
_OFTEN, _HARDLY = 0.1, 0.25
"""Share of the operations that take as long, and of as many those before and after."""
_EACH = (0.5, 4.0)
"""Of each of them, acknowledgements put off; more are put off whatever an operation takes."""
_SEVERAL = 1.5
"""Operations served at a time: fewer are one after another."""
_LIMITS = {"association-limit": "allow_associations"}
"""Causes of refusals, and what to do about them."""
_ASIDE = ("in_rounds", "of_rounds")


def advise(run: Run) -> tuple[Reason, ...]:
    """What could be done, by kind, each with the figures that led to it; what counts most comes first.

    Of a Run that its generator held back that alone: nothing else can be said of its system.
    """
    held = run.limiter
    if run.error is not None:
        return ()
    found = list(_LIMITERS.get(held.kind, _nothing)(run, _figures(held))) if held is not None else []
    if held is not None and held.kind == "generator":
        return tuple(found)
    for rule in (_pools, _refused, _put_off, _tail, _throttled, _samples, _growth):
        found += rule(run)
    return tuple(found)


def _figures(reason: Reason) -> dict[str, Figure]:
    return {name: figure for name, figure in reason.figures.items() if name not in _ASIDE}


def _nothing(_run: Run, _figures: Mapping[str, Figure]) -> Iterator[Reason]:
    yield from ()


def _generator(run: Run, figures: Mapping[str, Figure]) -> Iterator[Reason]:
    workers, cores = run.plan.get("workers"), run.environment.get("affinity")
    if figures.get("operation"):
        yield Reason("unblock_loop", figures)
    elif isinstance(workers, int) and isinstance(cores, int) and workers + 1 < cores:
        yield Reason("add_workers", {"workers": workers, "cores": cores, **_worker(figures)})
    else:
        yield Reason("load_from_elsewhere", {"workers": workers, "cores": cores, **_worker(figures)})


def _worker(figures: Mapping[str, Figure]) -> dict[str, Figure]:
    return {name: figures[name] for name in ("cpu", "delivered", "dispatched") if name in figures}


def _wait(_run: Run, figures: Mapping[str, Figure]) -> Iterator[Reason]:
    if "pool" in figures or figures.get("behind") == "pool":
        return
    at_once = figures.get("at_once")
    if figures.get("behind") == "lock" or "locked" in figures:
        yield Reason("hold_lock_shorter", figures)
    elif isinstance(at_once, float) and at_once < _SEVERAL:
        yield Reason("serve_several", figures)


def _cpu(run: Run, figures: Mapping[str, Figure]) -> Iterator[Reason]:
    each = _value(run, "cpu.per_operation")
    cores = figures.get("cores")
    if ("thread" in figures and isinstance(cores, int) and cores > 1) or "process" in figures:
        yield Reason("add_processes", {"each": each, **figures})
    elif each is not None:
        yield Reason("spend_less_cpu", {"each": each, **figures})


def _disk(run: Run, figures: Mapping[str, Figure]) -> Iterator[Reason]:
    yield Reason("synchronise_less", {"throughput": _value(run, "throughput"), **figures})


def _backlog(_run: Run, figures: Mapping[str, Figure]) -> Iterator[Reason]:
    yield Reason("widen_backlog", figures)


_LIMITERS: Mapping[str, Callable[[Run, Mapping[str, Figure]], Iterator[Reason]]] = {
    "generator": _generator,
    "wait": _wait,
    "cpu": _cpu,
    "disk": _disk,
    "backlog": _backlog,
}


def _pools(run: Run) -> Iterator[Reason]:
    """Each pool that operations waited for, or that ran out."""
    rounds = [one for one in run.evidence if one is not None]
    for pool in pools({name: measured.value for name, measured in run.metrics.items()}):
        if pool.timeouts or any(pool.holds_back(one) for one in rounds):
            yield Reason("widen_pool", pool.figures())


def _refused(run: Run) -> Iterator[Reason]:
    """A limit that said no, unless the workload tries just that."""
    counts: dict[str, int] = {}
    for detail in run.details:
        if detail.kind in _LIMITS and "limit.excess" not in run.metrics:
            counts[detail.kind] = counts.get(detail.kind, 0) + detail.count
    for kind, count in counts.items():
        yield Reason(_LIMITS[kind], {"refused": count})


def _put_off(run: Run) -> Iterator[Reason]:
    """Many that took as long as an acknowledgement is put off, few a little less or more, and about as many
    acknowledgements that were: Nagle waited. Our clients never do; it is the system that waits.
    """
    histogram = run.histograms.get("service")
    delayed = sum(one.delayed_acks or 0 for one in run.evidence if one is not None)
    if histogram is None or not delayed:
        return
    buckets = list(histogram.buckets())
    late, before, after = (
        sum(count for value, count in buckets if low <= value < high) for low, high in (_PUT_OFF, *_BESIDE)
    )
    alone = max(before, after) <= _HARDLY * late
    if late >= _OFTEN * histogram.count and alone and _EACH[0] * late <= delayed <= _EACH[1] * late:
        yield Reason("write_at_once", {"late": late, "count": histogram.count, "delayed": delayed})


def _tail(run: Run) -> Iterator[Reason]:
    """A p99 far above the median, and what took as long: a pause of the collector, or a disk."""
    median, high = _value(run, "response.p50"), _value(run, "response.p99")
    if median is None or high is None or high < _FAR * median:
        return
    figures: dict[str, Figure] = {"p50": median, "p99": high}
    pause = _value(run, "gc.pause.max")
    if pause is not None and pause >= _EXPLAINED * (high - median):
        full = _value(run, "gc.collections.2") or 0.0
        yield Reason("calm_collector", {**figures, "pause": pause, "full": full})
    blocked = [one.threads_blocked for one in run.evidence if one is not None and one.threads_blocked]
    held_by_disk = run.limiter is not None and run.limiter.kind == "disk"
    if blocked and max(blocked) >= _BLOCKED and not held_by_disk:
        yield Reason("take_disk_off_the_way", {**figures, "threads": max(blocked)})


def _throttled(run: Run) -> Iterator[Reason]:
    for reason in run.validity.reasons:
        if reason.kind == "throttled":
            yield Reason("raise_cpu_limit", _figures(reason))


def _samples(run: Run) -> Iterator[Reason]:
    """How long the percentile that was asked for would take; --quick is short on purpose."""
    if run.plan.get("quick"):
        return
    for reason in run.validity.reasons:
        samples, wanted = reason.figures.get("n"), reason.figures.get("wanted")
        if reason.kind == "few_samples" and isinstance(samples, int) and isinstance(wanted, int) and samples:
            yield Reason("run_longer", {**_figures(reason), "times": wanted / samples})


def _growth(run: Run) -> Iterator[Reason]:
    """Memory that is above its limit: whether it is a leak is for another command to say."""
    for judged in run.thresholds:
        if judged.metric.startswith("memory.growth") and judged.passed is False:
            figures: dict[str, Figure] = {"growth": _value(run, "memory.growth"), "limit": judged.limit}
            yield Reason("search_for_leaks", {**figures, "workload": run.workload})
            return


def _value(run: Run, name: str) -> float | None:
    measured = run.metrics.get(name)
    return None if measured is None else measured.value
