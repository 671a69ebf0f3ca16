"""The conversation workloads under the engine: sound managers pass, broken ones fail."""

from dataclasses import replace

import pytest
from support.broken_managers import (
    AnswersWrongly,
    ExpiresEarly,
    ForgetsDuration,
    Generous,
    GenerousToUsers,
    KeepsTranscripts,
    LeaksConversations,
    LeaksSlots,
    Miscounts,
    NeverExpires,
    Stingy,
    Unlocked,
    with_manager,
)
from support.variants import exhaustive

from suite import Workload
from suite.config.settings import Settings
from suite.engine.coordinator import run
from suite.reference.conversation import workloads
from suite.reference.conversation.checks import ALWAYS

pytestmark = pytest.mark.usefixtures("rounds_once")

ALL = [
    "fifty-users", "sustained", "bursts", "mixed", "global-limit", "user-limit", "rapid-cycles", "expiry",
]  # fmt: skip


def value(result, name):
    return result.metrics[name].value


def failed_checks(result):
    return {check.name for check in result.checks if not check.passed}


def failed_thresholds(result):
    return {judged.metric for judged in result.thresholds if judged.passed is False}


def settings(**changes):
    return Settings(rounds=1, quick=True, **changes)


def test_all_workloads_are_there():
    found = {w.name for w in vars(workloads).values() if isinstance(w, Workload)}
    assert found == {f"conversation/{name}" for name in ALL}
    assert all(w.description for w in vars(workloads).values() if isinstance(w, Workload))


@pytest.mark.parametrize("name", ALL)
def test_what_always_holds_is_asked_of_every_workload(name):
    """Five had no threshold on memory, four none on response."""
    workload = getattr(workloads, name.replace("-", "_"))
    critical = {one.metric for one in workload.thresholds if one.critical is not None}
    assert "memory.growth" in critical
    assert any(metric.startswith("response.") for metric in critical)
    assert set(ALWAYS) <= set(workload.checks)


def test_fifty_users_get_twenty_slots_in_every_wave():
    result = run(workloads.fifty_users, settings(operations=500))
    assert not failed_checks(result)
    assert value(result, "limit.excess") == value(result, "limit.shortfall") == 0
    assert result.outcomes["ok"] == 200
    assert result.outcomes["rejected"] == 300
    assert result.operations["start"]["ok"] == 200


@pytest.mark.parametrize(("limit", "accepted"), [exhaustive(50, 500), (7, 70)])
def test_the_limit_is_a_parameter(limit, accepted):
    result = run(workloads.fifty_users, settings(operations=500, values={"max_concurrent": limit}))
    assert not failed_checks(result)
    assert value(result, "limit.excess") == value(result, "limit.shortfall") == 0
    assert result.outcomes["ok"] == accepted


def test_waves_follow_the_number_of_users_even_if_the_last_is_incomplete():
    result = run(workloads.fifty_users, settings(users=30, operations=95))
    assert not failed_checks(result)
    assert value(result, "limit.excess") == value(result, "limit.shortfall") == 0
    assert result.outcomes["ok"] == 20 + 20 + 20 + 5


@pytest.mark.exhaustive
def test_bursts_that_fit_are_accepted_whole():
    result = run(workloads.bursts, settings())
    assert not failed_checks(result)
    assert value(result, "limit.excess") == value(result, "limit.shortfall") == 0
    assert result.outcomes["ok"] == 100
    assert result.outcomes["rejected"] == 0


@pytest.mark.parametrize("name", ["global_limit", exhaustive("user_limit")])
def test_limits_are_exact(name):
    result = run(getattr(workloads, name), settings(seconds=0.2))
    assert not failed_checks(result)
    assert not failed_thresholds(result)
    assert result.outcomes["failed"] == 0


def test_rapid_cycles_leave_nothing():
    result = run(workloads.rapid_cycles, settings())
    assert not failed_checks(result)
    assert result.outcomes["ok"] == 1_000


@pytest.mark.exhaustive
def test_memory_is_flat_while_conversations_go_on():
    """It was asked by a load test only; users of --seconds 300 had no verdict."""
    result = run(workloads.sustained, settings(seconds=0.6))
    assert value(result, "memory.drift") < 5e6
    (judged,) = [one for one in result.thresholds if one.metric == "memory.drift" and one.level == "critical"]
    assert judged.passed


def test_quick_and_complex_users_both_succeed():
    result = run(workloads.mixed, settings(seconds=0.5))
    assert not failed_checks(result)
    assert result.operations["quick"]["ok"] > 0
    assert result.operations["complex"]["ok"] > 0


@pytest.mark.exhaustive
def test_expiry_is_in_order_and_frees_slots():
    result = run(workloads.expiry, settings())
    assert not failed_checks(result)
    assert value(result, "limit.shortfall") == 0
    assert value(result, "expiry.delay") >= 0


@pytest.mark.parametrize(
    ("workload", "broken", "shown_by"),
    [
        exhaustive(workloads.fifty_users, Unlocked, "limits were kept"),
        (workloads.fifty_users, Unlocked, "limit.excess"),
        exhaustive(workloads.fifty_users, Generous, "limit.excess"),
        (workloads.fifty_users, Stingy, "limit.shortfall"),
        (workloads.bursts, LeaksSlots, "books are consistent"),
        exhaustive(workloads.global_limit, Generous, "limit.excess"),
        exhaustive(workloads.global_limit, Stingy, "limit.shortfall"),
        (workloads.user_limit, GenerousToUsers, "limit.excess"),
        exhaustive(workloads.user_limit, LeaksSlots, "limit.shortfall"),
        (workloads.rapid_cycles, LeaksConversations, "nothing is left"),
        exhaustive(workloads.rapid_cycles, LeaksSlots, "books are consistent"),
        exhaustive(workloads.global_limit, Miscounts, "books are consistent"),
        (workloads.sustained, AnswersWrongly, "accepted ones succeed"),
        (workloads.sustained, KeepsTranscripts, "memory.drift"),
        exhaustive(workloads.expiry, ExpiresEarly, "accepted ones succeed"),
        (workloads.expiry, ForgetsDuration, "expired in order"),
        exhaustive(workloads.expiry, LeaksSlots, "limit.shortfall"),
        exhaustive(workloads.expiry, NeverExpires, "accepted ones succeed"),
    ],
    ids=lambda value: getattr(value, "name", getattr(value, "__name__", value)),
)
def test_a_broken_manager_fails_the_run(workload, broken, shown_by):
    loop = replace(workload.quick or workload.loop, think=0.0, warmup=0.0)
    if loop.operations is None:
        loop = replace(loop, seconds=1.2 if workload is workloads.expiry else 0.3)
    else:
        loop = replace(loop, operations=min(loop.operations, 200))
    result = run(with_manager(workload, broken, quick=loop, timeout=2.0, grace=1.0), settings())
    assert shown_by in failed_checks(result) | failed_thresholds(result)
    assert result.exit_code == 1
