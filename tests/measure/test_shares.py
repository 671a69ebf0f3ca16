"""What several parties measured at the same time is one round."""

import numpy as np

from suite.contract.loop import closed_loop
from suite.measure.shares import joined_round
from suite.measure.tally import OperationTally, Tally
from suite.records.detail import Detail
from suite.records.evidence import Evidence
from suite.records.histogram import Histogram
from suite.records.observation import Observation
from suite.records.reason import Reason
from suite.records.run import Round, Validity

TIMES = Histogram.of(np.full(1000, 3_000_000, np.int64))
TALLY = Tally({"look": OperationTally({"ok": 1000}, TIMES)})
SYSTEM = Round(
    0, {"memory.peak": 9e6}, sums={"cpu.system": 0.5}, evidence=Evidence(system_cpu=0.4, delivered=0.0)
)
LOOP = closed_loop(4, seconds=1)
DOUBTFUL = Validity("doubtful", (Reason("steal", {"share": 0.2}),))


def worker(**fields):
    sums, evidence = {"cpu.workers": 0.25}, Evidence(worker_cpu=(0.25,), worker_delay=(0.0,), delivered=50.0)
    return Round(0, {"memory.peak": None}, sums=sums, evidence=evidence, **fields)


def test_figures_of_parties_stand_side_by_side():
    found = joined_round({"system": SYSTEM, "a": worker(), "b": worker()}, TALLY, 10.0, loop=LOOP)
    assert found.metrics["throughput"] == 100.0
    assert found.metrics["response.p99"] == TIMES.percentile(0.99)[0]
    assert found.metrics["memory.peak"] == 9e6
    assert found.metrics["generator.cpu_per_operation"] == 0.5 / 1000
    assert found.metrics["cpu.per_operation"] == 0.5 / 1000
    assert found.evidence.worker_cpu == (0.25, 0.25)
    assert found.evidence.delivered == 100.0
    assert found.evidence.system_cpu == 0.4
    assert found.validity == Validity()


def test_what_the_system_said_of_itself_is_that_of_the_party_that_heard_it():
    said = Observation("/metrics", (0.0,), {"pool_waits_total": (3.0,)})
    heard = Round(
        0,
        {"observed.pool_waits_total": 3.0},
        at_least=frozenset({"observed.pool_waits_total"}),
        evidence=Evidence(system_cpu=0.4),
        observed=(said,),
    )
    found = joined_round({"a": worker(), "system": heard}, TALLY, 1.0, loop=LOOP)
    assert found.observed == (said,)
    assert found.metrics["observed.pool_waits_total"] == 3.0
    assert "observed.pool_waits_total" in found.at_least


def test_a_doubt_says_whose_it_is():
    found = joined_round({"a": worker(validity=DOUBTFUL), "b": worker()}, TALLY, 1.0, loop=LOOP)
    assert found.validity.verdict == "doubtful"
    assert found.validity.reasons == (Reason("steal", {"share": 0.2}).about(party="a"),)
    assert joined_round({"a": worker(validity=DOUBTFUL)}, TALLY, 1.0, loop=LOOP).validity == DOUBTFUL


def test_what_is_lost_rules_the_round_out():
    found = joined_round(
        {"a": worker()}, TALLY, 1.0, loop=LOOP, doubts=[Reason("worker_died", {"workers": 1})]
    )
    assert found.validity.verdict == "invalid"
    assert [reason.kind for reason in found.validity.reasons] == ["worker_died"]


def test_what_one_was_stopped_for_stopped_the_round():
    why = Reason("target_failing", {"failed": 5, "ended": 6, "seconds": 10.0})
    found = joined_round({"a": worker(), "b": worker(stopped=why)}, TALLY, 1.0, loop=LOOP)
    assert found.stopped == why


def test_details_and_statuses_add_up():
    parts = [
        worker(details=(Detail("failed", "reset", "look", 2, at, "gone"),), statuses={"look": {"200": 5}})
        for at in (3.0, 1.0)
    ]
    found = joined_round({"a": parts[0], "b": parts[1]}, TALLY, 1.0, loop=LOOP)
    assert [(detail.count, detail.first) for detail in found.details] == [(4, 1.0)]
    assert found.statuses == {"look": {"200": 10}}


def test_a_share_without_samples_says_nothing_of_the_others():
    empty = Round(0, validity=Validity("invalid", (Reason("no_samples"),)))
    assert joined_round({"system": empty, "a": worker()}, TALLY, 1.0, loop=LOOP).validity == Validity()
    nothing = joined_round({"a": empty}, Tally(), 1.0, loop=LOOP)
    assert nothing.validity == Validity("invalid", (Reason("no_samples"),))
