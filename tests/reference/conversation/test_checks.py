"""Each check and metric passes a sound manager and says what is wrong with a broken one."""

import asyncio

import pytest
from support.broken_managers import (
    Generous,
    GenerousToUsers,
    LeaksConversations,
    LeaksSlots,
    Miscounts,
    Unlocked,
)
from support.records import Counted

from suite.reference.conversation.checks import (
    accepted_ones_succeed,
    books_are_consistent,
    expired_in_order,
    limits_were_kept,
    nothing_is_left,
)
from suite.reference.conversation.limits import delay, excess, shortfall
from suite.reference.conversation.manager import ConversationManager
from suite.reference.conversation.memory import drift


def loaded(kind, starts=50, users=50, **parameters):
    """A manager after one wave of `starts`, and what the users saw of it."""

    async def wave():
        manager = kind(**parameters)
        answers = await asyncio.gather(
            *(manager.start(f"user-{number % users}") for number in range(starts)), return_exceptions=True
        )
        accepted = [answer for answer in answers if isinstance(answer, str)]
        for conversation in accepted:
            await manager.end(conversation)
        seen = Counted(
            start={"ok": len(accepted), "rejected": starts - len(accepted)}, end={"ok": len(accepted)}
        )
        return manager, seen

    return asyncio.run(wave())


def test_a_sound_manager_passes():
    manager, seen = loaded(ConversationManager)
    assert nothing_is_left(manager, [], seen) == "0 active after 20"
    assert books_are_consistent(manager, [], seen) == "20 started, 20 gone, 30 refused"
    assert limits_were_kept(manager, [], seen) == "at most 20 of 20 at once, 1 of 5 per user"
    assert accepted_ones_succeed(manager, [], seen) == "20 of 20 conversations"


def test_limits_are_those_that_the_manager_declares():
    manager, seen = loaded(ConversationManager, max_concurrent=37)
    assert limits_were_kept(manager, [], seen) == "at most 37 of 37 at once, 1 of 5 per user"


@pytest.mark.parametrize(
    ("kind", "users", "check", "says"),
    [
        (Unlocked, 50, limits_were_kept, "50 were active at once, 20 are allowed"),
        (Generous, 50, limits_were_kept, "21 were active at once, 20 are allowed"),
        (GenerousToUsers, 2, limits_were_kept, "a user had 10, 5 are allowed"),
        (LeaksSlots, 50, books_are_consistent, "users hold 20 slots, 0 are active"),
        (LeaksConversations, 50, nothing_is_left, "20 conversations are still active"),
        (LeaksConversations, 50, books_are_consistent, "20 started, 20 gone, yet 20 active"),
        (Miscounts, 50, books_are_consistent, "users saw 30 starts refused, the manager 0"),
    ],
)
def test_a_broken_manager_is_caught(kind, users, check, says):
    manager, seen = loaded(kind, users=users)
    with pytest.raises(AssertionError, match=says):
        check(manager, [], seen)


@pytest.mark.parametrize("outcome", ["failed", "timeout", "unfinished"])
@pytest.mark.parametrize("step", ["start", "exchange", "end", "visit"])
def test_every_accepted_conversation_has_to_succeed(step, outcome):
    operations = {
        "start": {"ok": 9, "rejected": 5},
        "exchange": {"ok": 9},
        "end": {"ok": 9},
        "visit": {"ok": 9},
    }
    operations[step] = {**operations[step], outcome: 1}
    with pytest.raises(AssertionError, match=f"{step}: .*{outcome}"):
        accepted_ones_succeed(None, [], Counted(**operations))


def test_no_conversation_at_all_is_no_success():
    with pytest.raises(AssertionError, match="no conversation was accepted"):
        accepted_ones_succeed(None, [], Counted(start={"rejected": 5}))


def test_excess_and_shortfall_are_those_of_the_worst_wave():
    kept = [
        {"allowed": 20, "accepted": 20},
        {"allowed": 20, "accepted": 23},
        {"allowed": 20, "accepted": 21},
        {"allowed": 7, "accepted": 6},
        {"deadline": 1.0, "seen": 2.0},
    ]
    assert excess(None, kept, None) == 3
    assert shortfall(None, kept, None) == 1
    assert excess(None, kept[:1], None) == shortfall(None, kept[:1], None) == 0
    assert excess(None, [], None) is None
    assert shortfall(None, kept[-1:], None) is None


def test_memory_drifts_if_it_still_rises_in_the_last_third():
    def of(*megabytes):
        return drift(None, [{"allowed": 1, "accepted": 1}, *({"memory": mb * 1e6} for mb in megabytes)], None)

    assert of(1, 9, 9, 9, 9, 9) == 0  # a start is no drift
    assert of(1, 2, 3, 4, 5, 6) == 2e6
    assert of(9, 8, 7, 3, 2, 1) == 0
    assert of(1, 2) is None


def ended(cause, deadline, at):
    return {"cause": cause, "deadline": deadline, "at": at, "seen": at + 0.5}


def test_endings_have_to_be_in_the_order_of_their_deadlines():
    right = [ended("duration", 5.0, 5.1), ended("idle", 1.0, 1.1), ended("idle", 2.0, 2.1)]
    assert expired_in_order(None, right, None) == "2 idle and 1 over-long, in order"
    assert delay(None, right, None) == pytest.approx(0.6)
    assert delay(None, [{"allowed": 1, "accepted": 1}], None) is None
    with pytest.raises(AssertionError, match="1 conversations were ended after one that was due later"):
        expired_in_order(None, [*right, ended("idle", 1.5, 3.0)], None)
    with pytest.raises(AssertionError, match="0 over-long"):
        expired_in_order(None, right[1:], None)
