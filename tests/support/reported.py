"""Runs as reports show them: good, failing, invalid, with endless names, of one operation, and huge."""

from dataclasses import replace

import numpy as np
from support.runs import counts, make_measured, make_run, validity_of

from suite.records.detail import Detail
from suite.records.histogram import Histogram
from suite.records.incident import Impact, Incident
from suite.records.run import CheckResult, Judgement, Measured, Run

SECONDS = tuple(float(second) for second in range(-3, 30))


def spread(count, median, seed=1):
    """A histogram of so many times around `median` seconds, with a tail."""
    rng = np.random.default_rng(seed)
    times = rng.lognormal(np.log(median), 0.3, count)
    times[: count // 500] *= 8
    return Histogram.of((times * 1e9).astype(np.int64))


def series(count):
    """A second each, with a stall in the midst."""
    stalled = [10 <= second < 14 for second in SECONDS]
    return {
        "second": SECONDS,
        "completed": tuple(20.0 if stall else float(count) for stall in stalled),
        "failed": tuple(float(count) if stall else 0.0 for stall in stalled),
        "p99": tuple(1.2 if stall else 0.004 for stall in stalled),
        "memory": tuple(8e7 + 1e5 * second for second in SECONDS),
        "cpu": tuple(0.1 if stall else 0.7 for stall in stalled),
    }


def good(**changes) -> Run:
    """An open loop with two operations and a database, that passed."""
    run = make_run()
    times = spread(50_000, 0.002)
    metrics = {
        **run.metrics,
        "memory.idle@database": make_measured("memory.idle", 4e7),
        "memory.peak@database": make_measured("memory.peak", 6e7),
        "generator.cpu_per_operation": make_measured("generator.cpu_per_operation", 1e-5),
    }
    made = {
        "workload": "shop/browse",
        "plan": {"loop": "open", "rate": 3000.0, "seconds": 30.0, "parameters": {"items": 5000}},
        "histograms": {"response": times, "service": times, "response@buy": times, "response@browse": times},
        "operations": {"connect": counts(ok=3), "browse": counts(ok=40_000), "buy": counts(ok=10_000)},
        "outcomes": counts(ok=50_000),
        "metrics": metrics,
        "series": series(1700),
    }
    return replace(run, **{**made, **changes})


def failing() -> Run:
    """A fault on the way, a critical level and a check that were missed, doubts."""
    impact = Impact({"before": {"ok": 600}, "during": {"ok": 30, "timeout": 290}}, 1.2, 1.9, resolution=0.3)
    return good(
        id="fa11ed",
        outcomes=counts(ok=49_000, failed=900, rejected=60, timeout=40),
        incidents=(Incident("blackhole", "database", 10.0, 0, {}, 10.0, 14.0, None, 64, impact),),
        thresholds=(
            Judgement("response.p95", "target", 0.001, 0.0036, passed=False),
            Judgement("response.p95", "critical", 0.003, 0.0036, passed=False),
            Judgement("throughput", "critical", 100.0, 300.0, passed=True),
        ),
        checks=(CheckResult("every order is stored", False, "9,641 of 9,800"),),
        details=(Detail("failed", "reset", "buy", 900, 10.4, "connection reset by peer"),),
        validity=validity_of("doubtful", "only 589 samples"),
    )


def invalid() -> Run:
    """One that nobody can believe."""
    return good(id="1nva11d", validity=validity_of("invalid", "the generator was late", "a core was shared"))


def one() -> Run:
    """A single operation, and nothing asked of it."""
    return make_run(
        id="0ne",
        workload="shop/one",
        rounds=1,
        metrics={"response.mean": make_measured("response.mean", 0.002)},
        histograms={"response": Histogram.of(np.array([2_000_000], np.int64))},
        outcomes=counts(ok=1),
        operations={"turn": counts(ok=1)},
        thresholds=(),
        checks=(),
        series={},
    )


def long_named() -> Run:
    """Names without an end."""
    path = (
        "GET /api/v1/tenants/{tenant}/projects/{project}/environments/{environment}/deployments/" + "x" * 300
    )
    return good(
        id="10n9",
        workload="a-system-with-a-very-long-name/" + "with-segments-" * 30,
        operations={path: counts(ok=5), f"{path}/2": counts(ok=3)},
        checks=(CheckResult("c" * 900, False, "d " * 900),),
        details=(Detail("failed", "X" * 300, path, 3, 1.0, "e" * 9000),),
        branch="feature/" + "b" * 400,
    )


def huge() -> Run:
    """A thousand operations, an hour of seconds, a thousand thresholds, hundreds of faults."""
    seconds = tuple(float(second) for second in range(3600))
    few = spread(200, 0.003)
    names = [f"operation_{number:04}" for number in range(1000)]
    own = {f"own.metric_{number}": Measured("1", "lower", float(number)) for number in range(1000)}
    return good(
        id="40ge",
        operations={name: counts(ok=1000 + number) for number, name in enumerate(names)},
        histograms={"response": spread(50_000, 0.002), **{f"response@{name}": few for name in names}},
        metrics={**good().metrics, **own},
        series={name: tuple(second % 97 + 1 for second in seconds) for name in series(1)}
        | {"second": seconds},
        thresholds=tuple(
            Judgement(name, "critical", 500.0, one.value, one.value < 500) for name, one in own.items()
        ),
        details=tuple(Detail("failed", f"k{number}", "buy", 9, 1.0, "e" * 300) for number in range(500)),
        incidents=tuple(
            Incident("slow", "db", float(at), 0, {}, float(at), at + 3.0, None, 3)
            for at in range(0, 3600, 10)
        ),
    )


RUNS = {
    "good": good,
    "failing": failing,
    "invalid": invalid,
    "one": one,
    "long names": long_named,
    "huge": huge,
}
