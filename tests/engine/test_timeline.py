"""Faults on a timeline, in rounds with real processes: each comes, goes and is stamped."""

import pytest
from examples.load_faulty import faulty, lost, revived, stays_dead

from suite.config.settings import Settings
from suite.engine.coordinator import run

pytestmark = pytest.mark.usefixtures("rounds_once")

ONE = Settings(rounds=1)


@pytest.fixture(scope="module")
def result():
    """A round with four faults: between parties and of processes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("suite.engine.coordinator._REPEATS", 0)
        return run(faulty, ONE)


def test_every_fault_is_made_in_order_and_stamped(result):
    assert result.error is None, result.error
    assert (
        result.plan["faults"][1]
        == "Latency of behind at 0.5 s for 0.2 s way=both share=1.0 delay=0.03 jitter=0.0"
    )
    assert [(one.kind, one.party) for one in result.incidents] == [
        ("Partition", "system"), ("Latency", "behind"), ("Pause", "system"), ("Kill", "behind"),
    ]  # fmt: skip
    for one in result.incidents:
        assert one.planned <= one.began < one.ended, one
        assert one.struck > 0, one
    for together in (result.incidents[:2], result.incidents[2:]):  # in the proxy, and in the coordinator
        stamps = [moment for one in together for moment in (one.began, one.ended)]
        assert stamps == sorted(stamps)


def test_what_was_killed_is_back_as_soon_as_it_is_dead_with_what_it_had_on_disk(result):
    killed = result.incidents[-1]
    assert killed.ended < killed.ready
    (check,) = result.checks
    assert check.passed, check
    assert check.detail == "starts 2"


def test_no_user_can_tell_more_than_that_some_operations_failed(result):
    assert result.outcomes["ok"] > 0
    assert result.outcomes["failed"] > 0  # while the helper was dead
    assert result.metrics["memory.idle@behind"].value > 0
    assert not any("proxy" in name for name in result.metrics)


def test_what_operations_ended_of_is_told_by_fault_and_how_often_they_were_tried(result):
    killed = result.incidents[-1].impact
    failed = sum(count for name, count in killed.causes["during"].items() if name.startswith("failed: "))
    assert failed == killed.outcomes["during"]["failed"] > 0
    assert killed.retries["during"] > 0
    assert killed.amplification["during"] > 1
    assert (
        sum(result.series["retries"]) >= sum(result.series["failed"]) > 0
    )  # what failed had been tried twice


def test_nobody_dies_of_a_helper_that_was_killed_for_good():
    ended = run(lost, ONE)
    assert ended.error is None
    (killed,) = ended.incidents
    assert killed.ended is killed.ready is None
    assert ended.outcomes["failed"] > 0


def test_what_does_not_come_back_ends_the_round():
    ended = run(stays_dead, ONE)
    assert ended.exit_code == 4
    assert "behind, killed on purpose, did not come back" in ended.error.message
    assert "I was there before" in ended.error.message


def test_a_probe_that_waits_while_a_party_comes_back_holds_up_nothing():
    """The round stood still for as long as its `deadline=`, and other faults came late."""
    ended = run(revived, ONE)
    assert ended.error is None, ended.error
    killed, paused = ended.incidents
    assert killed.ended < paused.began < paused.ended < killed.ready
