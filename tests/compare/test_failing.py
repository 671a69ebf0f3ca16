"""Failures decide too, and nothing is better while they rise."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.runs import make_measured, make_run

from suite.compare.compare import compare
from suite.compare.failing import beside, fails
from suite.records.comparison import Change, Shift, Verdict
from suite.records.reason import Reason
from suite.records.run import Run

WHY = Reason("clear_change")
FASTER = Change("response.p95", "s", "lower", 1.0, 0.5, "improvement", WHY, Shift(-0.5, -0.6, -0.4))
SMALLER = Change("memory.peak", "B", "lower", 1e9, 1e9, "same", WHY, Shift(0.0, -0.01, 0.01))
ASKED = ["response.p95", "memory.peak"]


def failures(verdict: Verdict, low: float, estimate: float, base: float = 0.0) -> Change:
    shift = Shift(estimate, low, 2 * estimate)
    return Change(
        "failures",
        "ratio",
        "lower",
        base,
        base + estimate,
        verdict,
        WHY,
        shift,
        relative=False,
        minimum=0.001,
    )


@pytest.mark.parametrize(
    ("change", "verdicts"),
    [
        (failures("regression", 0.1, 0.2), ["inconclusive", "same", "regression"]),
        (failures("inconclusive", 0.001, 0.02), ["inconclusive", "same"]),  # not proven, hardly a doubt
        (failures("inconclusive", -0.01, 0.02), ["improvement", "same"]),
        (failures("inconclusive", 0.0001, 0.0005), ["improvement", "same"]),  # less than counts
        (failures("same", -0.0001, 0.0), ["improvement", "same", "same"]),
        (failures("improvement", -0.3, -0.2, base=0.2), ["improvement", "same", "improvement"]),
    ],
)
def test_nothing_is_better_while_more_fails(change: Change, verdicts: list[Verdict]) -> None:
    found = beside([FASTER, SMALLER, change], ASKED)
    assert [one.verdict for one in found] == verdicts
    if verdicts[0] == "inconclusive":
        assert found[0].reason == Reason("failures_rise", {"base": change.base, "head": change.head})


def test_failures_that_were_asked_for_stay_even_if_unclear() -> None:
    change = failures("inconclusive", -0.01, 0.02)
    assert beside([FASTER, change], ["response.p95", "failures"]) == (FASTER, change)
    assert beside([FASTER], ASKED) == (FASTER,)


def side(commit: str, first: int, p95: float, failed: float, count: int = 8) -> list[Run]:
    return [
        make_run(
            id=f"{commit}{i}",
            commit=commit * 40,
            started=f"2024-05-01T{first + i:02}:11:12+00:00",
            thresholds=(),
            histograms={},
            metrics={
                "response.p95": make_measured("response.p95", p95 * (1 + i % 3 / 500)),
                "failures": make_measured("failures", failed),
            },
        )
        for i in range(count)
    ]


def test_a_comparison_of_one_metric_judges_failures_too() -> None:
    """Failing slow requests fast looked like an improvement."""
    base = side("a", 0, 1.0, 0.0)
    found = compare(base, side("b", 10, 0.5, 0.1, count=3), metrics=["response.p95"])
    assert [(one.metric, one.verdict) for one in found.changes] == [
        ("response.p95", "inconclusive"), ("failures", "regression"),
    ]  # fmt: skip
    assert found.verdict == "regression"
    better = compare(base, side("b", 10, 0.5, 0.0, count=3), metrics=["response.p95"])
    assert [(one.metric, one.verdict) for one in better.changes] == [("response.p95", "improvement")]


def test_failures_of_both_sides_alike_are_noted_and_decide_nothing() -> None:
    noisy = [
        replace(run, metrics={**run.metrics, "failures": make_measured("failures", 0.05 + 0.01 * (i % 3))})
        for i, run in enumerate([*side("a", 0, 1.0, 0.0), *side("b", 10, 0.5, 0.0)])
    ]
    found = compare(noisy[:8], noisy[8:], metrics=["response.p95"])
    assert found.verdict == "improvement"
    assert [reason.kind for reason in found.notes if reason.kind == "failures"] == ["failures"]
    assert fails(noisy[:8], [])
    assert not fails(side("a", 0, 1.0, 0.0), [])
