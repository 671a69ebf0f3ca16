"""The vision workloads under the engine: sound parts pass, broken ones fail."""

import pytest
from support.broken_vision import (
    BlackRig,
    FindsTheWorst,
    ForgetsMembers,
    GrowingRig,
    KnowsEverybody,
    RepeatingRig,
    SameFrameRig,
    ShuffledRig,
    with_system,
)
from support.variants import exhaustive, nightly

from suite import Workload, closed_loop
from suite.config.settings import Settings
from suite.engine.coordinator import run
from suite.reference.vision import workloads
from suite.reference.vision.rig import CameraRig
from suite.reference.vision.shared_rig import SharedRig

pytestmark = pytest.mark.usefixtures("rounds_once")

ALL = [
    "match-10", "match-100", "match-500", "match-10000", "match-100000", "match-batch", "match-top",
    "household", "cosine", "frame-buffer", "frame-buffer-four", "frame-add", "shared-frames",
    "pipeline", "clips", "clips-base", "memory-stress",
]  # fmt: skip
SMALL = {"frames": 200}
LOOP = closed_loop(operations=400, warmup=200)


def once(workload, **changes):
    return run(workload, Settings(rounds=1, quick=True, **changes))


def failed(result):
    """Checks and limits of memory that don't hold; times are for the load tests."""
    checks = {check.name for check in result.checks if not check.passed}
    critical = [
        judged for judged in result.thresholds if judged.level == "critical" and judged.passed is False
    ]
    return checks | {judged.metric for judged in critical if judged.metric.startswith("memory.")}


def test_all_workloads_are_there():
    found = [w for w in vars(workloads).values() if isinstance(w, Workload)]
    assert {w.name for w in found} == {f"vision/{name}" for name in ALL}
    assert all(w.description for w in found)


@pytest.mark.parametrize(
    "name",
    [nightly("match_10"), nightly("match_100"), "match_500"]
    + [exhaustive(name) for name in ("match_batch", "match_top", "cosine")],
)
def test_matching_finds_everyone(name):
    result = once(getattr(workloads, name), operations=2_000)
    assert not failed(result)
    assert result.outcomes["ok"] == 2_000
    if name == "match_500":
        assert 0 < result.metrics["match.over_product"].value < 100


@pytest.mark.exhaustive
def test_members_come_and_go():
    result = once(workloads.household, operations=300, values={"members": 50, "dimension": 64})
    assert not failed(result)
    assert result.outcomes["ok"] == 300


@pytest.mark.exhaustive
def test_many_are_kept_in_a_cache_and_cost_what_they_are(tmp_path, monkeypatch):
    monkeypatch.setenv("LOADLEDGER_CACHE", str(tmp_path))
    for _ in range(2):
        result = once(workloads.match_10000, operations=30, values={"members": 6_000, "dimension": 64})
        assert not failed(result) - {"memory.per_embedding"}
        assert result.metrics["household.load"].value > 0
    assert len(list(tmp_path.iterdir())) == 1
    assert 64 * 4 * 0.9 < result.metrics["memory.per_embedding"].value < 64 * 4 * 4


@pytest.mark.exhaustive
def test_the_household_is_a_parameter():
    result = once(workloads.match_10, operations=1_000, values={"members": 33, "dimension": 64})
    assert not failed(result)


def test_a_full_buffer_costs_what_its_frames_do():
    result = once(with_system(workloads.frame_buffer, CameraRig, LOOP, **SMALL))
    assert not failed(result)
    assert result.metrics["memory.growth"].value > 0.95 * 200 * 100_000
    for name in ("memory.overhead", "memory.overhead_filled"):
        assert 0.95 < result.metrics[name].value < 1.1


@pytest.mark.exhaustive
def test_four_cameras_share_the_frames():
    loop = closed_loop(users=4, operations=400, warmup=400)
    result = once(with_system(workloads.frame_buffer_four, CameraRig, loop, frames=100))
    assert not failed(result)
    assert result.metrics["memory.per_camera"].value == pytest.approx(100 * 100_000, rel=0.1)


@pytest.mark.exhaustive
def test_processes_look_at_frames_where_they_are():
    small = {"budget": 2_000_000, "smallest": 20_000, "largest": 40_000}
    result = once(with_system(workloads.shared_frames, SharedRig, closed_loop(operations=300), **small))
    assert not failed(result)
    assert result.outcomes["ok"] == 300
    assert 0.9 < result.metrics["memory.overhead"].value < 1.5
    assert 0 < result.operations["hand-over"]["ok"] <= 600
    assert result.metrics["hand-over.over_bare"].value > 0.0


@pytest.mark.exhaustive
def test_cameras_do_not_wait():
    result = once(workloads.pipeline, values={"width": 96, "height": 72, "cameras": 2})
    assert not failed(result)
    assert result.outcomes["ok"] + result.outcomes["rejected"] == 5 * 240
    assert result.metrics["frames.dropped"].value == pytest.approx(
        result.outcomes["rejected"] / 1200, abs=0.1
    )


@pytest.mark.exhaustive
def test_a_short_run_judges_no_overhead():
    result = once(workloads.frame_buffer, operations=50)
    assert result.metrics["memory.overhead"].value is None
    assert not failed(result)


@pytest.mark.exhaustive
def test_adding_frames_counts_each():
    result = once(workloads.frame_add, operations=2_500)
    assert not failed(result)
    assert result.outcomes["ok"] == 2_500


@pytest.mark.parametrize("broken", [FindsTheWorst, exhaustive(KnowsEverybody), exhaustive(ForgetsMembers)])
def test_a_broken_matcher_fails_the_run(broken):
    result = once(with_system(workloads.match_100, broken, closed_loop(operations=2_000)))
    assert "everyone recognised" in failed(result)
    assert result.exit_code == 1


@pytest.mark.parametrize(
    ("broken", "shown_by"),
    [
        exhaustive(RepeatingRig, {"frames are distinct", "memory is real", "last frames in order"}),
        exhaustive(SameFrameRig, {"frames are distinct"}),
        exhaustive(GrowingRig, {"last frames in order", "memory.overhead"}),
        exhaustive(ShuffledRig, {"last frames in order"}),
        (BlackRig, {"frames are incompressible"}),
    ],
)
def test_a_broken_buffer_fails_the_run(broken, shown_by):
    result = once(with_system(workloads.frame_buffer, broken, LOOP, **SMALL))
    assert shown_by <= failed(result)
    assert result.exit_code == 1
