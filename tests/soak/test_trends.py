"""Which metrics get worse over the windows of a soak, and until when there is room."""

import math
from dataclasses import replace

import numpy as np
import pytest
from support.soaks import holding, make_window

from suite.errors import ConfigurationError
from suite.records.run import Validity
from suite.records.soak import Holding
from suite.soak.series import all_series, unit_of
from suite.soak.trends import trend

N = 60


def judged(windows, *, closed=True, limits=None):
    """Trends by metric."""
    found = [trend(one) for one in all_series(windows, closed=closed, limits=limits or {})]
    return {one.metric: one for one in found if one is not None}


def held(change, n=N, **more):
    """Windows of a system that holds what `change` says of each."""
    return [holding(make_window(at, **more), **change(at)) for at in range(n)]


def test_a_system_that_only_jitters_drifts_nowhere():
    random = np.random.default_rng(1)
    windows = [
        holding(
            make_window(at, response=0.01 * random.uniform(0.9, 1.1)),
            memory=int(1e8 * random.uniform(0.97, 1.03)),
            descriptors=20 + int(random.integers(-3, 4)),
        )
        for at in range(N)
    ]
    assert {one.course for one in judged(windows).values()} == {"steady"}


def test_a_leak_of_descriptors_drifts_and_the_time_left_is_told():
    found = judged(held(lambda at: {"descriptors": 20 + at, "descriptors_left": 980 - at}))["descriptors"]
    assert found.course == "drifts"
    assert found.slope.estimate == pytest.approx(60)
    assert (found.first, found.last) == (pytest.approx(20), pytest.approx(79))
    assert found.limit == 1000
    assert found.left == pytest.approx((1000 - 79) / 60 * 3600)


@pytest.mark.parametrize("party", ["system", "database"])
def test_memory_drifts_and_is_told_by_its_party(party):
    windows = [
        make_window(at, parties={party: Holding(1, 100_000_000 + at * 100_000)}, memory_left=10**9)
        for at in range(N)
    ]
    name = "memory" if party == "system" else "memory@database"
    found = judged(windows)[name]
    assert (found.course, found.unit) == ("drifts", "B")
    assert found.left == pytest.approx(1e9 / 100_000 * 60)


def test_growth_below_what_counts_is_too_little():
    found = judged(held(lambda at: {"descriptors": 20 + at // 15, "memory": 100_000_000 + at * 1_000}))
    assert (found["memory"].course, found["descriptors"].course) == ("small", "small")


def test_what_fills_and_then_stops_is_no_drift():
    found = judged(held(lambda at: {"memory": int(1e8 + 5e7 * (1 - math.exp(-at / 6))) + at % 3}))["memory"]
    assert found.course in ("stopped", "steady")


def test_levels_are_compared_within_a_segment_for_the_system_is_a_new_one():
    windows = held(lambda at: {"descriptors": 20 + (at % 20) * 2}, n=60)
    windows = [replace(one, segment=one.index // 20) for one in windows]
    found = judged(windows)["descriptors"]
    assert found.course == "drifts"
    assert found.slope.estimate == pytest.approx(120)
    lower = [holding(one, descriptors=100 - one.segment * 30) for one in windows]
    assert judged(lower)["descriptors"].slope.estimate == 0


def test_latency_is_compared_over_all_segments():
    windows = [make_window(at, segment=at // 20, response=0.010 + at * 1e-4) for at in range(N)]
    found = judged(windows)["response.p99"]
    assert found.course == "drifts"
    assert found.slope.estimate > 0


def test_windows_that_can_not_be_believed_say_nothing_of_latency_but_of_what_is_held():
    bad = Validity("invalid")
    windows = held(lambda at: {"descriptors": 20 + at}, validity=bad)
    assert set(judged(windows)) == {
        f"{name}{at}"
        for at in ("", "@workers")
        for name in ("descriptors", "memory", "processes", "sockets", "threads")
    } | {"disk"}
    assert judged(windows)["descriptors"].course == "drifts"


def test_throughput_that_falls_drifts_where_users_wait_for_answers():
    windows = [make_window(at, outcomes={"ok": 1000 - 4 * at}) for at in range(N)]
    assert judged(windows)["throughput"].course == "drifts"
    assert "throughput" not in judged(windows, closed=False)


def test_each_operation_has_its_own_trend_and_failures_too():
    def window(at):
        browse = make_window(at).operations["browse"]
        slow = make_window(
            at, response=0.01 + 0.001 * at, outcomes={"ok": 1000, "failed": 2 * at}
        ).operations["browse"]
        return make_window(at, operations={"browse": browse, "buy": slow})

    found = judged([window(at) for at in range(N)])
    assert found["response.p50@browse"].course == "steady"
    assert found["response.p50@buy"].course == "drifts"
    assert found["failures"].course == "drifts"


def test_percentiles_that_a_window_is_too_short_for_are_left_out():
    found = judged([make_window(at, count=500) for at in range(N)])
    assert "response.p95" in found
    assert "response.p99" not in found
    few = [make_window(at, count=500 if at % 15 == 0 else 1_000) for at in range(N)]
    assert len(judged(few)["response.p99"].values) == 56, "and in one of fifteen they may lack"


def test_disk_and_rows_may_grow_unless_a_limit_is_near():
    windows = held(
        lambda at: {"disk": 10**8 + at * 10**6}, observed={"observed.orders.mean": 0.0}, disk_left=10**12
    )
    windows = [replace(one, observed={"observed.orders.mean": one.index * 10.0}) for one in windows]
    found = judged(windows)
    assert (found["disk"].course, found["observed.orders.mean"].course) == ("told", "told")
    near = [replace(one, disk_left=10**9) for one in windows]
    assert judged(near)["disk"].course == "drifts"
    limited = judged(windows, limits={"observed.orders.mean": 10_000.0, "disk": 1e12})
    assert (limited["disk"].course, limited["observed.orders.mean"].course) == ("drifts", "drifts")
    assert limited["observed.orders.mean"].left == pytest.approx((10_000 - 590) / 10 * 60, rel=0.01)


def test_what_users_pile_up_in_our_workers_is_told_and_no_drift():
    windows = [
        make_window(at, parties={"workers": Holding(1, 50_000_000 + at * 10**6)}, memory_left=10**8)
        for at in range(N)
    ]
    assert judged(windows)["memory@workers"].course == "told"


def test_beyond_a_limit_nothing_is_left():
    found = judged(held(lambda at: {"descriptors": 20 + at}), limits={"descriptors": 50.0})["descriptors"]
    assert found.left == 0.0


def test_too_few_windows_have_no_trend():
    assert judged([make_window(at) for at in range(19)]) == {}


def test_a_limit_has_the_unit_of_its_metric():
    assert [unit_of(name) for name in ("memory@database", "response.p99@buy")] == ["B", "s"]
    assert [unit_of(name) for name in ("failures", "observed.x.mean")] == ["ratio", "1"]
    with pytest.raises(ConfigurationError, match="a soak has no such metric; it has memory, descriptors, "):
        unit_of("memory.peak")
