"""Rounds for asv: enough samples for what is tracked, within minutes; none that can't be believed."""

import pytest
from support.runs import counts, make_histogram, make_run, validity_of

from suite import Component, User, Workload, closed_loop, open_loop, operation
from suite.config.catalog import installed
from suite.config.configured import configured
from suite.contract.loop import ClosedLoop
from suite.integrations.asv_rounds import settings_for_asv, without_invalid
from suite.measure.combine import combine
from suite.measure.distribution import points
from suite.records.provenance import provenance_of
from suite.records.run import CheckResult, Failure, Round
from suite.report.reasons.wording import words

ENOUGH_FOR_P99 = 1_000


class Idler(User):
    @operation
    def idle(self): ...


def workload(loop, quick=None):
    return Workload("idle/ly", Component(dict), Idler, loop=loop, quick=quick)


@pytest.mark.parametrize(
    ("loop", "quick", "expected"),
    [
        (closed_loop(seconds=9, warmup=1), None, closed_loop(seconds=1, warmup=0.2)),
        (closed_loop(seconds=9), closed_loop(seconds=0.3), closed_loop(seconds=0.3)),
        (
            closed_loop(seconds=9),
            closed_loop(operations=9_000, warmup=7),
            closed_loop(operations=1_050, warmup=7),
        ),
        (closed_loop(seconds=9), closed_loop(operations=90), closed_loop(operations=90)),
        (closed_loop(operations=90_000), closed_loop(operations=9_000), closed_loop(operations=9_000)),
        (open_loop(5, 9, warmup=1), open_loop(5, 3), open_loop(5, 1)),
        (open_loop(210, 9), open_loop(210, 4), open_loop(210, 2.5)),
        (open_loop(1_050, 9), None, open_loop(1_050, 1)),
    ],
)
def test_what_is_timed_in_full_takes_a_second_or_what_a_p99_wants(loop, quick, expected):
    made = workload(loop, quick)
    settings = settings_for_asv(made, 4)
    assert configured(made, settings).loop == expected
    assert (settings.round_count(), settings.quick) == (4, True)


def test_what_is_slow_in_the_gateway_is_counted_so_that_any_machine_has_a_p99():
    """p99 of these was nan in all commits: a second of them has too few samples."""
    found = {one.workload.name: one.workload for one in installed()}
    for name in ("receive", "receive-512k", "receive-concurrent", "forward"):
        one = found[f"dicom/{name}"]
        loop = configured(one, settings_for_asv(one, 1)).loop
        assert isinstance(loop, ClosedLoop)
        assert loop.total >= ENOUGH_FOR_P99


def round_of(index, *milliseconds, verdict="valid", **more):
    histogram = make_histogram(*milliseconds)
    return Round(
        index,
        metrics={name: point.value for name, point in points("response", histogram)},
        histograms={"response": histogram},
        outcomes={"": counts(ok=len(milliseconds))},
        validity=validity_of(verdict, "late"),
        **more,
    )


def summed_up(rounds):
    made = workload(closed_loop(seconds=1))
    known = provenance_of(make_run())
    provenance = {name: known[name] for name in known.keys() - {"workload", "partial"}}
    result = combine(made, rounds, **provenance)
    return without_invalid(made, result, rounds)


def test_rounds_that_can_not_be_believed_are_left_out_of_every_number():
    found = summed_up([round_of(0, 1, 1), round_of(1, 900, 900, verdict="invalid"), round_of(2, 3, 3)])
    assert (found.believed, found.invalid, found.run.rounds) == (True, 1, 2)
    assert found.run.metrics["response.max"].value < 0.1
    assert len(found.run.metrics["response.max"].values) == 2
    assert found.run.validity.verdict != "invalid"
    assert words(found.why) == "late"


def test_of_too_few_rounds_that_can_be_believed_there_is_no_number():
    found = summed_up([round_of(0, 1), *(round_of(n, 1, verdict="invalid") for n in (1, 2))])
    assert (found.believed, found.invalid) == (False, 2)


def test_a_check_that_failed_in_a_round_that_is_left_out_still_fails():
    failed = CheckResult("all there", passed=False)
    rounds = [round_of(0, 1), round_of(1, 1), round_of(2, 1, verdict="invalid", checks=(failed,))]
    assert summed_up(rounds).run.checks == (failed,)


def test_what_died_is_no_invalid_round():
    dead = Round(1, failure=Failure("system", "gone"), validity=validity_of("invalid", "died"))
    found = summed_up([round_of(0, 1), dead])
    assert (found.believed, found.invalid, found.run.error.kind) == (True, 0, "system")
