"""What the windows of a soak come to, and whether that can be believed."""

from dataclasses import replace

import pytest
from support.soaks import holding, make_head, make_soak, make_window

from suite import Component, Threshold, User, Workload, closed_loop, operation
from suite.records.reason import Reason
from suite.records.run import Failure, Validity
from suite.records.soak import Holding
from suite.soak.summary import summed_up


class Shopper(User):
    @operation
    def browse(self):
        pass


def workload(**more):
    return Workload("shop/browse", Component(list), Shopper, loop=closed_loop(4, seconds=5), **more)


def of(windows, limits=None, **more):
    return summed_up(make_head(), windows, workload(**more), limits=limits or {})


STEADY = [make_window(index) for index in range(30)]


def test_a_steady_hour_passes_with_the_metrics_of_all_windows():
    soak = of(
        STEADY,
        thresholds=[Threshold("response.p99", critical="20ms"), Threshold("memory.peak", critical="1MB")],
    )
    assert (soak.exit_code, soak.validity.verdict) == (0, "valid")
    assert soak.metrics["throughput"].value == pytest.approx(30_000 / 1_800)
    assert soak.metrics["response.p99"].value == pytest.approx(0.0149, rel=0.01)
    judged = {one.metric: one.passed for one in soak.thresholds}
    assert judged == {"response.p99": True, "failures": True}, "and what a soak does not measure is left out"
    limits = {one.metric: one.limit for one in soak.trends}
    assert limits["response.p99"] == 0.02, "the gravest level is how bad it may get"


def test_drift_fails_and_so_does_a_critical_level_and_more_failures_than_one_in_a_hundred():
    leaking = [holding(one, descriptors=20 + one.index) for one in STEADY]
    assert of(leaking).exit_code == 1
    assert of(STEADY, thresholds=[Threshold("response.p99", critical="5ms")]).exit_code == 1
    failing = [make_window(index, outcomes={"ok": 980, "failed": 20}) for index in range(30)]
    assert of(failing).exit_code == 1
    assert of(failing, thresholds=[Threshold("failures", critical="5%")]).exit_code == 0


def test_the_warm_up_is_kept_and_not_judged():
    cold = [make_window(index, warming=True, response=9.0) for index in range(2)]
    soak = of([*cold, *(make_window(index + 2) for index in range(30))])
    assert len(soak.windows) == 32
    assert soak.metrics["response.max"].value < 1
    assert soak.exit_code == 0


def test_too_few_windows_say_nothing():
    soak = of(STEADY[:19])
    assert (soak.exit_code, soak.validity.verdict) == (3, "invalid")
    assert soak.validity.reasons == (Reason("few_windows", {"windows": 19, "wanted": 20}),)
    assert of([]).exit_code == 3


@pytest.mark.parametrize(("bad", "verdict", "code"), [(10, "doubtful", 0), (16, "invalid", 3)])
def test_a_soak_can_be_believed_if_most_of_its_windows_can(bad, verdict, code):
    late = Validity("invalid", (Reason("late_sends", {"lateness_p99": 1.0}),))
    soak = of([replace(one, validity=late if one.index < bad else Validity()) for one in STEADY])
    assert (soak.validity.verdict, soak.exit_code) == (verdict, code)
    (reason,) = soak.validity.reasons
    assert (reason.kind, reason.figures["because"], reason.figures["invalid"]) == (
        "windows_invalid",
        "late_sends",
        bad,
    )


def test_doubts_of_windows_are_told_once_with_how_many_had_them():
    doubt = Validity("doubtful", (Reason("steal", {"share": 0.1}),))
    soak = of([replace(one, validity=doubt if one.index < 7 else Validity()) for one in STEADY])
    assert soak.validity.verdict == "doubtful"
    assert soak.validity.reasons[0].figures == {"share": 0.1, "in_windows": 7, "of_windows": 30}
    assert soak.exit_code == 0


def test_workers_that_grow_and_checks_that_were_not_made_are_told():
    piling = [replace(one, parties={"workers": Holding(1, 50_000_000 + one.index * 10**6)}) for one in STEADY]
    soak = of(piling, checks=[lambda system, kept, recording: "fine"])
    assert [reason.kind for reason in soak.validity.reasons] == ["workers_drift", "checks_left_out"]
    assert (soak.validity.verdict, soak.exit_code) == ("doubtful", 0)


def test_a_system_that_died_outweighs_all():
    soak = summed_up(
        make_head(), STEADY, workload(), limits={}, partial=True, error=Failure("system", "gone")
    )
    assert (soak.exit_code, soak.partial) == (4, True)


def test_what_broke_is_graver_than_what_could_not_be_told():
    assert make_soak().exit_code == 1
    held, load = make_soak().trends
    assert make_soak(validity=Validity("invalid")).exit_code == 1, "a leak is one, whatever the load was like"
    late = replace(make_soak(validity=Validity("invalid")), trends=(replace(load, course="drifts"),))
    assert (held.of_load, late.exit_code) == (False, 3)
    assert make_soak(error=Failure("worker", "gone")).exit_code == 3
