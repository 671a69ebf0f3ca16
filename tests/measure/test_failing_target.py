"""Somebody else's system is left alone when it fails for long."""

from __future__ import annotations

import numpy as np
import pytest
from measure.test_lost_thresholds import rows

from suite.measure.failing_target import FailingTarget
from suite.measure.tally import OperationTally, Tally
from suite.records.histogram import Histogram
from suite.records.outcome import Outcome
from suite.records.reason import Reason

SECOND = 10**9


def looks(*shares, each=10):
    """Seconds until it is left alone, while each second that share of operations fails; None: it never is."""
    target = FailingTarget()
    for second, share in enumerate(shares):
        bad = round(share * each)
        reason = target.look(second * SECOND, [rows([Outcome.failed] * bad + [Outcome.ok] * (each - bad))])
        if reason is not None:
            return second, reason.figures
    return None


def test_half_of_all_for_ten_seconds_is_enough():
    assert looks(*[0.0] * 5, *[0.5] * 20) == (15, {"failed": 55, "ended": 110, "seconds": 10.0})


@pytest.mark.parametrize("shares", [[0.4] * 60, [1.0] * 9 + [0.0] + [1.0] * 9, [0.0] * 60])
def test_less_or_shorter_is_not(shares):
    assert looks(*shares) is None


def test_what_is_counted_already_says_the_same():
    target = FailingTarget()
    times = Histogram.of(np.array([1_000]))
    tally = Tally({"buy": OperationTally({"ok": 1, "failed": 2, "timeout": 1, "rejected": 1}, times)})
    found = [target.tallied(second * SECOND, tally) for second in range(11)]
    assert found[:10] == [None] * 10
    assert found[10] == Reason("target_failing", {"failed": 33, "ended": 55, "seconds": 10.0})


def test_refusals_are_no_failures():
    target = FailingTarget()
    found = [target.look(second * SECOND, [rows([Outcome.rejected] * 10)]) for second in range(60)]
    assert found == [None] * 60


def test_a_second_in_which_nothing_ends_is_no_recovery():
    target, found = FailingTarget(), []
    for second in range(30):
        ended = [Outcome.timeout] * 3 if second % 5 == 0 else []
        found.append(target.look(second * SECOND, [rows(ended)] if ended else []))
    assert next(second for second, reason in enumerate(found) if reason) == 10
