"""Changes that came together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from suite.ledger.detections import CommitRange, Detected
from suite.ledger.events import events
from suite.ledger.timeline_reader import Quantity, Timeline
from suite.stats.changepoint import ChangePoint, Detection

LINE = Timeline("shop/browse", "m", "l", 99, 99.0)


def found(metric: str, *ranges: tuple[int, int, int], change: float = 0.3) -> Detected:
    points = tuple(
        ChangePoint(at, low, high, 1.0, 1 + change, change, change, change, 1e-6, "confirmed", "worse")
        for low, at, high in ranges
    )
    places = tuple(CommitRange(f"c{at}", float(at), f"c{low - 1}", f"c{high}") for low, at, high in ranges)
    return Detected(Quantity(metric, "s", "lower"), Detection(points), places, None)


def told(*some: Detected) -> list[tuple[str, list[str]]]:
    made = events([(LINE, some)])
    return [(event.commit, sorted(one.quantity.metric for one in event.moved)) for event in made]


def test_metrics_that_moved_at_one_commit_are_one_event() -> None:
    assert told(found("a", (10, 10, 10)), found("b", (9, 11, 12)), found("c", (30, 30, 30))) == [
        ("c30", ["c"]),
        ("c10", ["a", "b"]),
    ]


def test_the_surest_place_names_the_event() -> None:
    assert told(found("a", (5, 9, 15)), found("b", (12, 12, 12))) == [("c12", ["a", "b"])]


def test_ranges_that_share_no_commit_are_apart() -> None:
    assert len(told(found("a", (5, 6, 10)), found("b", (9, 10, 20)), found("c", (11, 15, 30)))) == 2


def test_workloads_that_moved_at_one_commit_are_one_event() -> None:
    other = Timeline("shop/buy", "m", "l", 99, 99.0)
    [event] = events([(LINE, [found("a", (10, 10, 10))]), (other, [found("a", (10, 10, 10))])])
    assert {one.line.workload for one in event.moved} == {"shop/browse", "shop/buy"}


def test_what_is_small_alerts_nobody() -> None:
    assert not events([(LINE, [found("a", (3, 3, 3), change=0.01)])])[0].alert


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_nothing_is_lost_and_groups_share_a_commit(some: list[tuple[int, int, int]]) -> None:
    ranges = [(low, low + up, low + up + more) for low, up, more in some]
    made = events([(LINE, [found(f"m{at}", one) for at, one in enumerate(ranges)])])
    assert sum(len(event.moved) for event in made) == len(ranges)
    for event in made:
        points = [one.point for one in event.moved]
        if len({one.place.commit for one in event.moved}) > 1:
            assert event.commit in {one.place.commit for one in event.moved}
            assert points[0].latest - points[0].earliest == min(p.latest - p.earliest for p in points)
