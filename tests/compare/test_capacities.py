"""Intervals of capacities against each other: a change only where they do not touch."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.capacities import make_capacity

from suite.compare.capacities import compare_capacities
from suite.records.capacity import Capacity, Goal, SearchResult
from suite.records.comparison import Change


def capacity(low: float | None, high: float | None, **changes: object) -> Capacity:
    """Found between two loads, without a part for chance."""
    return make_capacity(found=SearchResult("found", low, high, "response.p95", ()), **changes)


def judged(base: Capacity, head: Capacity, **how: object) -> Change:
    [change] = compare_capacities([base], [head], **how).changes  # type: ignore[arg-type]
    return change


@pytest.mark.parametrize(
    ("base", "head", "verdict"),
    [
        ((100, 105), (80, 84), "regression"),
        ((100, 105), (120, 126), "improvement"),
        ((100, 105), (100, 104), "same"),
        ((100, 105), (100, 110), "inconclusive"),
        ((100, 101), (101, 102), "same"),
        ((100, 105), (104, 130), "inconclusive"),
        ((100, 101), (102, 103), "same"),
        ((100, None), (80, 84), "regression"),
        ((100, None), (120, 126), "inconclusive"),
        ((100, 105), (200, None), "improvement"),
        ((100, 105), (None, 80), "regression"),
        ((None, None), (80, 84), "inconclusive"),
    ],
)
def test_intervals_that_do_not_touch_are_a_change(
    base: tuple[float | None, float | None], head: tuple[float | None, float | None], verdict: str
) -> None:
    assert judged(capacity(*base), capacity(*head)).verdict == verdict


def test_a_change_has_its_interval() -> None:
    change = judged(capacity(100, 105), capacity(80, 84))
    assert change.shift is not None
    assert change.shift.low == pytest.approx(80 / 105 - 1)
    assert change.shift.high == pytest.approx(84 / 100 - 1)
    assert (change.metric, change.unit, change.better, change.relative) == ("capacity", "1/s", "higher", True)


def test_a_larger_minimum_effect_asks_for_more() -> None:
    assert judged(capacity(100, 102), capacity(90, 92)).verdict == "regression"
    assert judged(capacity(100, 102), capacity(90, 92), minimums={"capacity": "15%"}).verdict == "same"


def test_chance_widens_an_interval() -> None:
    """766 held, 800 broke, each seen in 2,400 operations."""
    base = make_capacity()
    head = replace(base, found=replace(base.found, low=730.0, high=760.0))
    assert judged(base, base).verdict == "inconclusive"
    assert judged(base, head).verdict == "inconclusive"


def test_several_searches_of_a_side_are_one_interval() -> None:
    base = [capacity(100, 105), capacity(90, 95)]
    found = compare_capacities(base, [capacity(80, 84)])
    assert (found.changes[0].verdict, found.runs) == ("regression", (2, 1))
    assert compare_capacities(base, [capacity(92, 96)]).changes[0].verdict == "inconclusive"


@pytest.mark.parametrize(
    "changes",
    [
        {"environment": {"cores": 2}},
        {"goal": Goal("users")},
        {"goal": Goal("rate", level="target")},
        {"plan": {"loop": "closed"}},
        {"partial": True},
    ],
)
def test_what_was_searched_otherwise_is_left_out(changes: dict[str, object]) -> None:
    found = compare_capacities([capacity(100, 105, **changes)], [capacity(80, 84)])
    assert found.verdict == "inconclusive"
    assert [note.kind for note in found.notes] == ["other_searches"]
    if "environment" in changes:
        found = compare_capacities([capacity(100, 105, **changes)], [capacity(80, 84)], anywhere=True)
        assert found.verdict == "regression"
