"""A Run from several rounds."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from support.recordings import NOTHING, measured, recording_of

from suite import Component, Metric, Threshold, User, Workload, closed_loop, operation
from suite.measure.combine import combine
from suite.measure.resources import Resources, Usage
from suite.records.detail import Detail
from suite.records.histogram import Histogram
from suite.records.outcome import Outcome
from suite.records.party_output import PartyOutput
from suite.records.reason import Reason
from suite.records.run import CheckResult, Failure, Round, Validity


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


def test_a_run_in_which_nothing_was_recorded_says_why_it_has_no_value():
    run = run_of([measured(recording_of(np.zeros(0, np.int64)))])
    assert run.metrics["throughput"].value is None
    assert run.metrics["throughput"].note == "no time was measured"


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


@pytest.mark.parametrize(
    ("outcomes", "thresholds", "code"),
    [
        ([Outcome.failed, Outcome.timeout], (), 1),
        ([Outcome.failed, Outcome.ok], (), 0),
        ([Outcome.rejected, Outcome.failed], (), 0),
        ([Outcome.failed], (Threshold("failures", critical=1.0),), 0),
        ([], (), 0),
    ],
)
def test_a_run_in_which_nothing_succeeded_does_not_pass(outcomes, thresholds, code):
    """Against a server that answers 500 to everything CI was green."""
    rows = recording_of(np.full(len(outcomes), 1000), outcome=np.array(outcomes))
    run = run_of([measured(rows)], *thresholds)
    assert run.exit_code == code
    told = CheckResult("an operation succeeds", passed=False, detail="none of 2 did")
    assert run.checks == ((told,) if code else ())


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
