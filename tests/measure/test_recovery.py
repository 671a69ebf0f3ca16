"""Recovery and detection against recordings whose truth is known, because a test wrote it."""

import numpy as np
import pytest
from support.moments import noted
from support.recordings import NOTHING
from support.steady import BEGIN, RATE, SECONDS, between, recorded, steady

from suite.measure.phases import CauseTimes, RetryTimes
from suite.measure.recovery import impacts, with_impact
from suite.measure.series import series as series_of
from suite.records.incident import Incident
from suite.records.outcome import Outcome
from suite.records.run import Round

FAULT = Incident("Partition", "system", 10.0, began=10.0, ended=13.0)


def impact(recording, *incidents):
    """The impact of the first of `incidents`, by default of the one fault."""
    found = impacts(recording, incidents or (FAULT,))[0].impact
    assert found is not None
    return found


@pytest.mark.parametrize("back", [13.0, 13.31, 14.5, 20.0, 26.27])
@pytest.mark.parametrize("stray", [0.0, 0.03])
def test_recovery_is_within_one_window_of_the_truth(back, stray):
    for seed in range(5):
        found = impact(steady(between(10.0, back), seed=seed, stray=stray))
        assert found.resolution <= 0.2
        assert not found.recovery_at_least
        assert abs(found.recovery - (back - 13.0)) <= found.resolution
        assert found.service == found.recovery


def test_noise_before_and_after_is_no_lasting_damage():
    late = [impact(steady(between(10.0, 13.0), seed=seed, stray=0.05)) for seed in range(40)]
    assert [one for one in late if one.recovery_at_least or one.recovery > 3 * one.resolution] == []


def test_what_never_comes_back_is_longer_than_was_looked():
    found = impact(steady(between(10.0, 99.0)))
    assert found.recovery_at_least
    assert found.recovery == pytest.approx(17.0, abs=found.resolution)


def test_a_relapse_counts_up_to_its_end_and_one_bad_window_does_not():
    assert impact(steady(lambda due: between(10, 13)(due) | between(15, 16)(due))).recovery == pytest.approx(
        3.0, abs=0.11
    )
    found = impact(steady(between(10, 13)))
    once = impact(steady(lambda due: between(10, 13)(due) | between(20, 20 + found.resolution / 2)(due)))
    assert once.recovery < 2 * found.resolution


def test_half_of_the_operations_are_not_all_of_them():
    """A node of two is back at once, the other one later."""
    found = impact(steady(lambda due: between(10, 13)(due) | (between(13, 18)(due) & (due * RATE % 2 < 1))))
    assert found.recovery == pytest.approx(5.0, abs=found.resolution)


def test_a_backlog_is_told_from_a_slow_service():
    """What waited 3 s is served at 400/s from then on: the line is empty 3 s later, each served at once."""
    due = np.arange(RATE * SECONDS) / RATE
    free, started = 0.0, np.empty_like(due)
    for index, at in enumerate(due):
        begins = max(at, free)
        started[index] = 13.0 if 10.0 <= begins < 13.0 else begins
        free = started[index] + 1 / 400
    found = impact(recorded(due, started + 0.002 - due, np.zeros(len(due)), started))
    assert found.recovery == pytest.approx(3.0, abs=2 * found.resolution)
    assert found.service <= found.resolution
    assert found.detection == pytest.approx(0.005, abs=0.005)  # the first is late, though it ends in 3 s


def test_a_fault_that_nobody_noticed():
    found = impact(steady())
    assert (found.detection, found.recovery, found.recovery_at_least) == (None, 0.0, False)


@pytest.mark.parametrize(("fails_after", "detected"), [(0.0005, 0.0005), (0.5, 0.0045)])
def test_detection_is_when_an_operation_had_failed_or_was_late(fails_after, detected):
    due = np.arange(RATE * SECONDS) / RATE
    failed = between(10, 13)(due)
    found = impact(recorded(due, np.where(failed, fails_after, 0.002), np.where(failed, 3, 0)))
    assert found.detection == pytest.approx(detected, abs=0.001)


def test_detection_of_what_shows_late():
    """A cache answers for two seconds."""
    found = impact(steady(between(12, 13)))
    assert found.detection == pytest.approx(2.0, abs=found.resolution + 0.005)


def test_users_that_hang_begin_nothing_and_that_counts():
    """A closed loop of two users, whose operations hang from 10 s on and time out after 5 s."""
    before, after = np.arange(0, 10, 0.01), np.arange(15, 30, 0.01)
    due = np.concatenate([before, before + 0.001, [9.995, 9.996], after, after + 0.001])
    hung = np.isin(due, [9.995, 9.996])
    found = impact(recorded(due, np.where(hung, 5.0, 0.003), np.where(hung, Outcome.timeout, 0)))
    assert found.recovery == pytest.approx(2.0, abs=found.resolution)
    assert found.outcomes["during"] == {"timeout": 2}
    assert found.detection < 0.05


def test_outcomes_before_during_and_after():
    found = impact(steady(between(10, 14)))
    assert {phase: sum(counts.values()) for phase, counts in found.outcomes.items()} == {
        "before": 2000, "during": 600, "after": 3400,
    }  # fmt: skip
    assert found.outcomes["during"] == {"failed": 600}
    assert found.outcomes["after"] == {"ok": 3200, "failed": 200}
    assert found.p99 is None
    assert found.slowest is None


def test_response_times_during_a_fault():
    due = np.arange(1000 * SECONDS) / 1000
    taken = np.where(between(10, 13)(due), 0.2, 0.002)
    found = impact(recorded(due, taken, np.zeros(len(due))))
    assert (found.p99, found.slowest) == pytest.approx((0.2, 0.2))


def test_two_faults_are_judged_each_by_itself():
    second = Incident("Reset", "system", 20.0, began=20.0, ended=20.5)
    recording = steady(lambda due: between(10, 15)(due) | between(20, 23)(due))
    one, other = (each.impact for each in impacts(recording, (FAULT, second)))
    assert one.recovery == pytest.approx(2.0, abs=one.resolution)
    assert other.recovery == pytest.approx(2.5, abs=other.resolution)
    assert other.outcomes["before"]["failed"] == 400
    never = impacts(steady(between(10, 30)), (FAULT, second))[0].impact
    assert never.recovery_at_least
    assert never.recovery == pytest.approx(7.0, abs=never.resolution)


@pytest.mark.parametrize(
    ("incidents", "why"),
    [
        ((FAULT, Incident("Latency", "system", 12, began=12.0, ended=15.0)), "other_fault"),
        ((Incident("Kill", "system", 10, began=10.0),), "not_over"),
        ((Incident("Reset", "system", 29, began=29.0, ended=31.0),), "not_over"),
        ((Incident("Reset", "system", 0, began=0.05, ended=1.0),), "few_before"),
    ],
)
def test_what_can_not_be_told_is_said(incidents, why):
    found = impact(steady(between(10, 13)), *incidents)
    assert found.untold == why
    assert found.recovery is None
    assert found.outcomes


def test_a_fault_that_was_not_made_has_no_impact():
    (one,) = impacts(steady(), (Incident("Reset", "system", 99),))
    assert one.impact is None


def test_the_worst_of_several_are_metrics():
    second = Incident("Reset", "system", 20.0, began=20.0, ended=21.0)
    recording = steady(lambda due: between(10, 15)(due) | between(20, 30)(due))
    result = with_impact(Round(0, metrics={"failures": 0.1}), recording, (FAULT, second))
    assert result.metrics["failures"] == 0.1
    assert result.metrics["recovery.time"] == pytest.approx(9.0, abs=0.11)
    assert result.metrics["recovery.detection"] < 0.01
    assert result.at_least == {"recovery.time", "recovery.service"}
    assert [one.kind for one in result.incidents] == ["Partition", "Reset"]
    untold = with_impact(Round(0), recording, (Incident("Kill", "system", 10, began=10.0),))
    assert untold.metrics["recovery.time"] is None
    assert "recovery.time" in untold.notes
    plain = Round(0)
    assert with_impact(plain, recording, ()) is plain


def test_retries_and_causes_are_told_by_phase():
    recording = steady(between(10.0, 13.0))
    causes = [CauseTimes("failed", "reset", *(BEGIN + np.array([[10, 11, 20], [11, 12, 21]]) * 10**9))]
    begun, again = BEGIN + np.array([[9.9, 11, 12, 12.9], [11.0, 11.5, 12.5, 14.0]]) * 10**9
    retries = RetryTimes(begun.astype(np.int64), again.astype(np.int64))
    (one,) = impacts(recording, (FAULT,), noted(causes, retries))
    assert one.impact.causes == {"during": {"failed: reset": 2}, "after": {"failed: reset": 1}}
    assert one.impact.retries == {"before": 0, "during": 3, "after": 1}
    assert one.impact.amplification == {
        "before": 1 + 1 / (10 * RATE),
        "during": 1 + 3 / (3 * RATE),
        "after": 1.0,
    }
    assert one.impact.slowest is None
    assert 0 < one.impact.longest < 0.01  # of all that failed, too
    plain = impacts(recording, (FAULT,))[0].impact
    assert (plain.causes, plain.retries, plain.amplification) == ({}, {}, {})


def test_what_failed_and_was_tried_again_stands_on_one_axis_with_the_fault():
    recording = steady(between(10.0, 12.0))
    plain = Round(0, series=series_of(recording, NOTHING))
    again = BEGIN + np.array([10, 10, 29], np.int64) * 10**9
    retries = RetryTimes(again - 1, again)
    series = with_impact(plain, recording, (FAULT,), noted((), retries)).series
    assert sum(series["failed"]) == 2 * RATE
    assert series["failed"][10:12] == pytest.approx((RATE, RATE), abs=2)
    assert (series["retries"][10], series["retries"][29], sum(series["retries"])) == (2, 1, 3)
    assert "retries" not in with_impact(plain, steady(), (FAULT,)).series
