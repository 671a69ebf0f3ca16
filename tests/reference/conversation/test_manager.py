"""Limits, exchanges, expiry and books of the conversation manager."""

import asyncio
import gc

import pytest

from suite.reference.conversation.manager import ConversationManager, LimitReached, NoConversation


async def start_all(manager, users):
    """Start one conversation per name, all at once: ids and refusals."""
    answers = await asyncio.gather(*(manager.start(user) for user in users), return_exceptions=True)
    return [a for a in answers if isinstance(a, str)], [a for a in answers if not isinstance(a, str)]


def test_of_fifty_at_once_exactly_twenty_are_accepted():
    async def main():
        manager = ConversationManager()
        for _ in range(5):
            accepted, refused = await start_all(manager, [f"user-{i}" for i in range(50)])
            assert (len(accepted), len(refused)) == (20, 30)
            assert {(type(r), r.limit, r.allowed) for r in refused} == {(LimitReached, "global", 20)}
            for conversation in accepted:
                await manager.end(conversation)
        assert manager.counters.started == manager.counters.ended == 100
        assert manager.counters.high_water == 20
        assert manager.faults() == []
        assert manager.active == 0

    asyncio.run(main())


def test_the_limit_per_user_touches_nobody_else():
    async def main():
        manager = ConversationManager(max_per_user=3)
        accepted, refused = await start_all(manager, ["ann"] * 5 + ["bob"] * 2)
        assert len(accepted) == 5
        assert [(r.limit, r.allowed) for r in refused] == [("user", 3)] * 2
        assert (manager.active_of("ann"), manager.active_of("bob")) == (3, 2)
        await manager.end(accepted[0])
        await manager.start("ann")
        assert manager.counters.user_high_water == 3
        assert manager.counters.rejected_user == 2
        manager.close()

    asyncio.run(main())


def test_a_freed_slot_is_used_again():
    async def main():
        manager = ConversationManager(max_concurrent=10)
        accepted, _ = await start_all(manager, [f"user-{i}" for i in range(10)])
        with pytest.raises(LimitReached, match="global limit of 10 reached"):
            await manager.start("late")
        await manager.end(accepted[3])
        await manager.start("late")
        with pytest.raises(LimitReached):
            await manager.start("later")
        assert manager.faults() == []
        manager.close()

    asyncio.run(main())


def test_exchanges_answer_and_remember_a_bounded_history():
    async def main():
        manager = ConversationManager(history=3)
        conversation = await manager.start("ann")
        assert "'hello'" in await manager.exchange(conversation, "hello")
        for number in range(10):
            reply = await manager.exchange(conversation, f"question {number}")
        assert "'question 9' after 'question 8'" in reply
        assert [turn.message for turn in manager._find(conversation).history] == [
            "question 7", "question 8", "question 9",
        ]  # fmt: skip
        assert manager.counters.exchanges == 11
        manager.close()

    asyncio.run(main())


def test_what_is_over_is_over():
    async def main():
        manager = ConversationManager()
        conversation = await manager.start("ann")
        await manager.end(conversation)
        for over in (manager.end(conversation), manager.exchange(conversation, ""), manager.ending("none")):
            with pytest.raises(NoConversation):
                await over

    asyncio.run(main())


def test_a_conversation_that_ends_before_the_reply_gives_none():
    async def main():
        manager = ConversationManager()
        conversation = await manager.start("ann")
        waiting = asyncio.ensure_future(manager.exchange(conversation, "hello"))
        await asyncio.sleep(0)
        await manager.end(conversation)
        with pytest.raises(NoConversation):
            await waiting
        assert manager.faults() == []

    asyncio.run(main())


def test_a_start_that_is_cancelled_takes_no_slot():
    async def main():
        manager = ConversationManager(max_concurrent=1, commit_time=30.0)
        waiting = asyncio.ensure_future(manager.start("ann"))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert manager.active == 0
        manager.commit_time = 0.0
        await manager.start("bob")
        manager.close()

    asyncio.run(main())


def test_idle_and_over_long_conversations_end_by_themselves_in_order():
    async def main():
        manager = ConversationManager(idle_timeout=0.05, max_duration=0.2)
        idle, chatty = await manager.start("ann"), await manager.start("bob")
        started = manager._find(chatty).started_at
        endings = [asyncio.ensure_future(manager.ending(one)) for one in (idle, chatty)]
        while not endings[1].done():
            await asyncio.sleep(0.005)
            if manager.active_of("bob"):
                manager._touch(manager._find(chatty))
        first, second = await asyncio.gather(*endings)
        assert (first.cause, second.cause) == ("idle", "duration")
        assert second.deadline == started + 0.2
        assert first.at >= first.deadline
        assert second.at >= second.deadline
        assert first.at <= second.at
        assert manager.active == 0
        assert manager.faults() == []
        assert (manager.counters.expired_idle, manager.counters.expired_duration) == (1, 1)

    asyncio.run(main())


def test_after_expiry_all_slots_are_free():
    async def main():
        manager = ConversationManager(max_concurrent=4, idle_timeout=0.01)
        for _ in range(3):
            accepted, refused = await start_all(manager, [f"user-{i}" for i in range(6)])
            assert (len(accepted), len(refused)) == (4, 2)
            await asyncio.gather(*(manager.ending(one) for one in accepted))
        assert manager.counters.expired_idle == 12

    asyncio.run(main())


def test_closing_ends_everything_and_leaves_no_timer():
    async def main():
        manager = ConversationManager()
        accepted, _ = await start_all(manager, ["ann", "bob"])
        ending = asyncio.ensure_future(manager.ending(accepted[0]))
        await asyncio.sleep(0)
        manager.close()
        manager.close()
        assert (await ending).cause == "closed"
        assert manager.active == 0
        assert manager.counters.closed == 2
        assert manager.faults() == []
        assert manager._timer is None
        with pytest.raises(RuntimeError, match="closed"):
            await manager.start("ann")

    asyncio.run(main())


def test_many_conversations_leave_nothing_behind():
    async def main():
        manager = ConversationManager()
        for number in range(500):
            conversation = await manager.start(f"user-{number}")
            await manager.exchange(conversation, "hello")
            await manager.end(conversation)
        gc.collect()
        assert not manager._by_start
        assert not manager._by_activity
        assert not manager._per_user

    asyncio.run(main())


@pytest.mark.parametrize(
    "wrong",
    [{"max_concurrent": 0}, {"max_per_user": 0}, {"history": 0}, {"idle_timeout": 0}, {"max_duration": -1},
     {"commit_time": -1}, {"reply_time": -0.1}],
)  # fmt: skip
def test_nonsense_is_refused(wrong):
    with pytest.raises(ValueError, match="must be"):
        ConversationManager(**wrong)
