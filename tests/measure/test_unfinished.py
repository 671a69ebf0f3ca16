"""A Run whose command was killed gets what its last round had recorded."""

from dataclasses import replace

from support.runs import counts, make_run

from suite.measure.unfinished import with_last
from suite.records.detail import Detail
from suite.records.reason import Reason
from suite.records.run import Failure, Round, Validity

CUT = Validity("invalid", (Reason("cut_short", {"seconds": 1.5, "operations": 12}),))
LAST = Round(
    2,
    metrics={"response.mean": 0.5},
    outcomes={"": counts(ok=10, failed=2)},
    details=(Detail("failed", "reset", "store", 2, 0.5, "reset by peer"),),
    validity=CUT,
    failure=Failure("interrupted", "the command ended in this round"),
)


def test_counts_of_the_last_round_are_added_and_figures_are_those_of_whole_ones() -> None:
    run = replace(make_run(), partial=True, error=LAST.failure)
    found = with_last(run, LAST)
    assert found.outcomes["ok"] == run.outcomes["ok"] + 10
    assert found.outcomes["failed"] == run.outcomes["failed"] + 2
    assert ("reset", 2) in [(one.kind, one.count) for one in found.details]
    mean = found.metrics["response.mean"]
    assert mean.value == run.metrics["response.mean"].value
    assert mean.values == (*run.metrics["response.mean"].values[:-1], 0.5)
    assert found.validity.verdict == "invalid"
    assert CUT.reasons[0] in found.validity.reasons
    assert (found.id, found.partial, found.exit_code) == (run.id, True, 130)


def test_the_only_round_is_the_run() -> None:
    run = replace(make_run(), rounds=1, metrics={}, partial=True, error=LAST.failure)
    found = with_last(run, LAST)
    assert (found.id, found.started, found.plan) == (run.id, run.started, run.plan)
    assert (found.rounds, found.partial, found.validity) == (1, True, CUT)
    assert found.outcomes["ok"] == 10
    assert found.metrics["response.mean"].values == (0.5,)
