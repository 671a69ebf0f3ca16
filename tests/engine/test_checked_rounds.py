"""Rounds whose checks and rows say something of the system."""

import os
import signal
import time
from pathlib import Path

import pytest
from examples.load_counter import Clicker, Counter
from examples.load_echo import Talker, echo_server, mixed

from suite import Component, Row, Threshold, Workload, closed_loop
from suite.config.settings import Settings
from suite.engine.coordinator import run

pytestmark = pytest.mark.usefixtures("rounds_once")

ONE = Settings(rounds=1)


def breaks(system, kept, recording):
    raise KeyError("lost")


def says_no(system, kept, recording):
    assert False, "one is missing"  # noqa: B011, PT015


def test_a_check_that_finds_something_or_breaks_fails_the_run():
    checks, loop = [breaks, says_no], closed_loop(operations=10)
    result = run(Workload("a/c", Component(Counter, step=1), Clicker, loop=loop, checks=checks), ONE)
    assert result.exit_code == 1
    broke, missing = result.checks
    assert (broke.passed, missing.passed) == (False, False)
    assert "the check itself broke" in broke.detail
    assert "one is missing" in missing.detail


def starves(system, kept, recording):
    raise MemoryError


def is_killed(system, kept, recording):
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize("check", [starves, is_killed])
def test_a_check_that_our_own_process_could_not_make_is_no_regression(check, monkeypatch):
    """It said that the system was wrong, exit code 1."""
    monkeypatch.setattr("suite.engine.coordinator._REPEATS", 0)
    loop = closed_loop(1, operations=10)
    result = run(Workload("a/c", echo_server(), Talker, loop=loop, checks=[check]), ONE)
    assert result.exit_code == 3
    assert not result.checks
    assert result.outcomes["ok"] == 10
    assert "unexamined" in [reason.kind for reason in result.validity.reasons]


def stamped_elsewhere(system):
    now = time.monotonic_ns()
    return [Row("delivered", now, now + 1_000, now + 5_000_000 + i) for i in range(300)]


def test_collected_rows_have_metrics_of_their_own_and_stay_out_of_the_totals():
    result = run(
        Workload(
            "a/rows", Component(Counter, step=1), Clicker, loop=closed_loop(operations=10),
            collect=stamped_elsewhere, thresholds=[Threshold("response.p95@delivered", critical="1s")],
        ),
        ONE,
    )  # fmt: skip
    assert result.outcomes["ok"] == 10
    assert result.operations["delivered"]["ok"] == 300
    assert result.metrics["response.p50@delivered"].value == pytest.approx(0.005, rel=0.01)
    assert result.exit_code in (0, 3)


def _lose_what_was_kept(system):
    (Path(system.directory).parent / "kept.jsonl").unlink()
    return []


def test_checks_that_can_not_see_what_was_kept_fail():
    """A check once saw 0 of 114,100 kept values, for the file was gone, and passed."""
    workload = mixed.copy()
    workload.collect = _lose_what_was_kept
    result = run(workload, ONE)
    assert [(check.name, check.passed) for check in result.checks] == [("kept values", False)]
    assert "nothing was checked" in result.checks[0].detail
    assert result.exit_code == 1
