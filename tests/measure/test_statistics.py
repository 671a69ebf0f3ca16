"""Metrics of a round, and a Run from several."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from suite import Component, Metric, Threshold, User, Workload, closed_loop, open_loop, operation
from suite.contract.metric import STANDARD
from suite.measure.combine import combine
from suite.measure.ratios import ratio
from suite.measure.resources import Resources, Usage
from suite.measure.series import series
from suite.measure.statistics import measure_round
from suite.records.detail import Detail
from suite.records.histogram import Histogram
from suite.records.outcome import Outcome
from suite.records.party_output import PartyOutput
from suite.records.reason import Reason
from suite.records.recording import Recording
from suite.records.row import Row
from suite.records.run import CheckResult, Failure, Round, Validity

SECOND = 10**9
START = 50 * SECOND


def recording_of(
    response: np.ndarray, *, rate: float = 100.0, outcome: int | np.ndarray = 0, late: int = 0, names=("a",)
) -> Recording:
    """Rows due evenly from START, each `response` ns long, dispatched `late` ns after plan."""
    count = len(response)
    intended = START + (np.arange(count) * SECOND / rate).astype(np.int64)
    return Recording(
        names,
        (np.arange(count) % len(names)).astype(np.uint16),
        np.broadcast_to(np.asarray(outcome, np.uint8), count).copy(),
        intended,
        intended + late,
        intended + late,
        intended + response,
        np.ones(count, np.bool_),
        START,
        START + int(count * SECOND / rate),
    )


class Someone(User):
    @operation
    def work(self) -> None: ...


def workload(*thresholds: Threshold, metrics: tuple[Metric, ...] = ()) -> Workload:
    return Workload(
        "some/work", Component(dict), Someone, loop=closed_loop(1, operations=1), thresholds=thresholds,
        metrics=metrics,
    )  # fmt: skip


def run_of(rounds: list[Round], *thresholds: Threshold, metrics: tuple[Metric, ...] = ()):
    return combine(
        workload(*thresholds, metrics=metrics), rounds, id="1", started="2024-05-01T10:11:12+00:00",
        commit=None, branch=None, environment={}, plan={},
    )  # fmt: skip


LOOP = open_loop(100, 4)
NOTHING = Resources.absent("not sampled")


def measured(recording: Recording, **more) -> Round:
    return measure_round(recording, **{"loop": LOOP, "resources": NOTHING, **more})


def test_an_open_loops_round():
    response = np.arange(1, 401, dtype=np.int64) * 1000
    one = measured(recording_of(response, late=100))
    assert one.metrics["response.p95"] == 380e-6
    assert one.metrics["response.min"] == 1e-6
    assert one.metrics["service.max"] == pytest.approx(399.9e-6)
    assert one.metrics["response.p99"] is None
    assert one.notes["response.p99"] == "needs 1,000 samples, has 400"
    assert one.metrics["offered"] == 100
    assert one.metrics["throughput"] == 100
    assert one.metrics["time_per_operation"] == 0.01
    assert one.metrics["lateness.p50"] == 100e-9
    assert one.metrics["memory.idle"] is None
    assert one.notes["memory.idle"] == "not sampled"
    untold = {name for name in STANDARD if name.startswith(("gc.", "first.", "gap."))}
    untold -= {"gc.pause.per_operation"}
    told_if_asked = {"limit.excess", "limit.shortfall", "retry.amplification", "good"}
    assert set(one.metrics) == set(STANDARD) - told_if_asked - untold
    assert all(name in one.notes for name, value in one.metrics.items() if value is None)


def test_attempts_to_an_operation_are_counted_in_all_and_for_each():
    recording = recording_of(np.full(50, 1000))
    one = measure_round(
        recording,
        loop=closed_loop(1, seconds=1),
        resources=Resources(),
        attempts={"buy": (40, 60), "browse": (10, 10)},
    )
    assert one.metrics["retry.amplification"] == 70 / 50
    assert one.metrics["retry.amplification@buy"] == 1.5
    assert one.metrics["retry.amplification@browse"] == 1
    merged = ratio("retry.amplification", [one.sums, {"tried": 50, "attempts": 50}])
    assert merged is not None
    assert merged.value == 1.2


def test_a_closed_loop_plans_nothing():
    one = measured(recording_of(np.full(50, 1000)), loop=closed_loop(1, seconds=1))
    for name in ("offered", "lateness.p50", "lateness.p99"):
        assert one.metrics[name] is None
        assert one.notes[name] == "closed loop: nothing is planned"


def test_outcomes_make_ratios_and_lower_bounds():
    outcome = np.zeros(100, np.uint8)
    outcome[:4] = [Outcome.rejected, Outcome.failed, Outcome.timeout, Outcome.dropped]
    response = np.full(100, 1_000_000)
    response[2] = 30 * SECOND
    one = measured(recording_of(response, outcome=outcome))
    assert one.metrics["failures"] == 0.03
    assert one.metrics["rejected"] == 0.01
    assert one.metrics["dropped"] == 0.01
    assert one.metrics["response.max"] == 30
    assert one.at_least == {"response.max", "service.max"}
    assert one.outcomes[""]["ok"] == 96
    assert one.histograms["response"].count == 98  # without rejected and failed
    assert one.metrics["throughput"] == 96


def test_warm_up_and_late_ends_stay_out():
    recording = recording_of(np.full(400, SECOND // 2))
    one = measured(replace(recording, begin=START + SECOND, end=START + 3 * SECOND))
    assert one.outcomes[""]["ok"] == 300
    # due from second 1 on and finished by second 3, half a second each
    assert one.metrics["throughput"] == pytest.approx(151 / 2, abs=1)


def test_operations_are_measured_apart_and_collected_rows_have_their_own_span():
    recording = recording_of(np.full(400, 1000), names=("browse", "buy", "connect"))
    at = [START + i * 1000 for i in range(1, 101)]
    recording = recording.with_rows([Row("arrival", each, each, each + 500) for each in at])
    one = measured(recording, collected=("arrival",))
    assert one.metrics["throughput@browse"] == pytest.approx(100 / 3, rel=0.01)
    assert one.metrics["throughput@arrival"] == pytest.approx(100 / (99_500e-9))
    assert one.metrics["response.p90@arrival"] == 500e-9
    assert one.outcomes["arrival"]["ok"] == 100
    assert one.outcomes[""]["ok"] == 400
    assert "response@buy" in one.histograms
    assert measured(recording_of(np.full(400, 1000))).metrics.keys().isdisjoint({"response.p50@a"})


def test_nothing_recorded_gives_notes_not_errors():
    one = measured(recording_of(np.zeros(0, np.int64)))
    assert one.metrics["response.p50"] is None
    assert one.metrics["failures"] is None
    assert one.notes["failures"] == "nothing was due"
    run = run_of([one])
    assert run.metrics["throughput"].value is None
    assert run.metrics["throughput"].note == "no time was measured"


def test_resources_become_metrics():
    system = Usage(idle=1000, peak=5000, after=1800, cpu=2.0, notes={"peak": "of 2 processes"})
    resources = Resources(
        4.0, groups={"system": system, "workers": Usage(cpu=1.0), "db": Usage(idle=7, cpu=4.0)}
    )
    one = measured(recording_of(np.full(400, 1000)), resources=resources, own={"fps": 30.0, "stalls": None})
    assert one.metrics["memory.growth"] == 800
    assert one.metrics["memory.growth_per_operation"] == 2
    assert one.metrics["cpu.per_operation"] == pytest.approx(2 / 400, rel=0.01)
    assert one.metrics["generator.cpu_per_operation"] == pytest.approx(1 / 400, rel=0.01)
    assert one.metrics["cpu.utilization"] == 0.5
    assert one.metrics["cpu.utilization@db"] == 1.0
    assert one.metrics["memory.idle@db"] == 7
    assert one.notes["memory.peak"] == "of 2 processes"
    assert one.metrics["fps"] == 30
    assert one.notes["stalls"] == "not measured"


def test_a_run_merges_what_no_round_could_show():
    rng = np.random.default_rng(3)
    rounds = [measured(recording_of(rng.integers(1000, 10**6, 400))) for _ in range(3)]
    run = run_of(rounds)
    p99 = run.metrics["response.p99"]
    whole = Histogram.merged(one.histograms["response"] for one in rounds)
    assert p99.values == (None, None, None)
    assert p99.value == whole.percentile(0.99)[0]
    assert p99.note is None
    assert run.metrics["response.max"].value == max(one.metrics["response.max"] for one in rounds)
    assert run.metrics["throughput"].value == pytest.approx(100, rel=0.01)
    assert run.outcomes["ok"] == 1200
    assert run.operations == {"a": {**dict.fromkeys(run.outcomes, 0), "ok": 1200}}
    assert run.verdict == "pass"


def test_cpu_of_rounds_that_could_not_be_read_is_left_out():
    usage = Resources(4.0, groups={"system": Usage(cpu=2.0)})
    rounds = [measured(recording_of(np.full(400, 1000)), resources=r) for r in (usage, NOTHING)]
    assert run_of(rounds).metrics["cpu.per_operation"].value == pytest.approx(2 / 400, rel=0.01)


def test_thresholds_judge_the_merged_value():
    one = measured(recording_of(np.full(400, 1_000_000)))
    run = run_of(
        [one], Threshold("response.p95", target="1us", warning="1s"), Threshold("response.p99", critical=1)
    )
    assert [(j.level, j.passed) for j in run.thresholds] == [
        ("target", False),
        ("warning", True),
        ("critical", None),
    ]
    assert run.validity == Validity(
        "doubtful",
        (
            Reason("few_samples", {"metric": "response.p95", "n": 400, "wanted": 2000}),
            Reason("few_samples", {"metric": "response.p99", "n": 400, "wanted": 10_000}),
        ),
    )
    assert run.exit_code == 3


def test_a_lower_bound_passes_no_level():
    outcome = np.zeros(400, np.uint8)
    outcome[100:] = Outcome.timeout
    run = run_of(
        [measured(recording_of(np.full(400, 10**6), outcome=outcome))],
        Threshold("response.p95", critical="1s"),
    )
    (judged,) = run.thresholds
    assert judged.value == pytest.approx(1e-3)
    assert judged.passed is False


def test_own_metrics_combine_as_they_say():
    own = Metric("fps", "1/s", "higher", read=lambda system, kept, recording: 1.0, combine="min")
    rounds = [measured(recording_of(np.full(40, 1000)), own={"fps": value}) for value in (3.0, None, 2.0)]
    fps = run_of(rounds, metrics=(own,)).metrics["fps"]
    assert (fps.value, fps.values, fps.better) == (2.0, (3.0, None, 2.0), "higher")


def test_of_rounds_that_planned_nothing_one_is_a_round_and_all_are_none():
    """A Poisson round without an arrival aborted the Run, and the good rounds were lost."""
    empty = Validity("doubtful", (Reason("nothing_planned"),))
    good = Round(0, metrics={"throughput": 2.0}, sums={"completed": 4.0, "seconds": 2.0})
    bare = Round(1, metrics={"throughput": 0.0}, sums={"completed": 0.0, "seconds": 2.0}, validity=empty)
    mixed = run_of([good, bare])
    assert (mixed.validity.verdict, mixed.metrics["throughput"].value) == ("doubtful", 1.0)
    assert run_of([bare, bare]).validity.verdict == "invalid"


def test_a_run_has_the_output_of_the_first_round_in_which_something_failed():
    well = measured(recording_of(np.full(400, 1000)))
    first, second = (replace(well, outputs=(PartyOutput("system", text),)) for text in ("first", "second"))
    assert run_of([well, first, second]).outputs == first.outputs
    assert run_of([well, well]).outputs == ()


def test_a_failed_round_gives_no_values_but_its_details():
    good = replace(measured(recording_of(np.full(400, 1000))), checks=(CheckResult("stored", True, "400"),))
    detail = Detail("failed", "reset", "a", 2, 1.5, "first")
    bad = Round(
        1,
        {"throughput": 1.0},
        details=(detail, replace(detail, first=0.5, example="earlier")),
        checks=(CheckResult("stored", False, "3 of 4"),),
        validity=Validity("invalid", (Reason("worker_died", {"workers": 1}),)),
        failure=Failure("worker", "killed"),
    )
    last = replace(
        good, validity=Validity("doubtful", (Reason("worker_died", {"workers": 7}), Reason("steal")))
    )
    run = run_of([good, bad, last])
    assert run.metrics["throughput"].value == pytest.approx(100, rel=0.01)
    assert run.metrics["throughput"].values[1] == 1.0
    assert run.details == (Detail("failed", "reset", "a", 4, 0.5, "earlier"),)
    assert run.checks == (CheckResult("stored", False, "3 of 4"),)
    assert run.validity == Validity(
        "invalid",
        (
            Reason("worker_died", {"workers": 1, "in_rounds": 2, "of_rounds": 3}),
            Reason("steal", {"in_rounds": 1, "of_rounds": 3}),
        ),
    )
    assert run.error == Failure("worker", "killed")
    system = replace(bad, failure=Failure("system", "gone"))
    assert run_of([bad, system]).error == Failure("system", "gone")
    assert run_of([]).outcomes["ok"] == 0


def test_series_of_short_and_long_rounds():
    usage = Usage(
        times=np.array([START, START + 2 * SECOND]),
        memory=np.array([100.0, 300.0]),
        cpu_total=np.array([0.0, 1.0]),
    )
    recording = recording_of(np.full(4000, 10**6), rate=2000)
    columns = series(recording, Resources(2.0, groups={"system": usage}))
    assert columns["second"] == (0.0, 0.4, 0.8, 1.2, 1.6)
    assert sum(columns["completed"]) == pytest.approx(4000, abs=3)
    assert columns["p99"] == (0.001, 0.001, 0.001, 0.001, None)  # the last has no thousand of its own
    assert columns["memory"] == pytest.approx((140, 180, 220, 260, 300))
    assert columns["cpu"] == pytest.approx((0.5,) * 5)
    warm = series(replace(recording, begin=START + SECOND), NOTHING)
    assert warm["second"][0] == -1.0
    assert {len(column) for column in warm.values()} == {len(warm["second"])}
    assert warm["memory"] == (None,) * len(warm["second"])
