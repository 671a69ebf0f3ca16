"""The manager against a model: any mix of starts, exchanges, ends and passing time."""

import asyncio
from dataclasses import dataclass

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from suite.reference.conversation.manager import ConversationManager, LimitReached, NoConversation

IDLE, LONGEST = 100.0, 250.0


@dataclass
class Expected:
    user: str
    started: float
    active: float

    def due(self):
        return min(self.started + LONGEST, self.active + IDLE)


class Manager(RuleBasedStateMachine):
    """A slow oracle: a dict that is searched whole each time."""

    def __init__(self):
        super().__init__()
        self.runner = asyncio.Runner()
        self.now = 1_000.0
        self.model = {}
        self.gone = []

    @initialize(concurrent=st.integers(1, 6), each=st.integers(1, 4))
    def make(self, concurrent, each):
        self.manager = ConversationManager(concurrent, each, IDLE, LONGEST, clock=lambda: self.now)

    def teardown(self):
        if hasattr(self, "manager"):
            self.run(self.close())
            assert self.manager.active == 0
            assert self.manager.faults() == []
        self.runner.close()

    async def close(self):
        self.manager.close()

    def run(self, coroutine):
        return self.runner.run(coroutine)

    @rule(users=st.lists(st.sampled_from("abc"), min_size=1, max_size=8))
    def start_together(self, users):
        async def all_of_them():
            return await asyncio.gather(*(self.manager.start(u) for u in users), return_exceptions=True)

        for user, answer in zip(users, self.run(all_of_them()), strict=True):
            mine = sum(one.user == user for one in self.model.values())
            if len(self.model) >= self.manager.max_concurrent:
                assert isinstance(answer, LimitReached)
                assert answer.limit == "global"
            elif mine >= self.manager.max_per_user:
                assert isinstance(answer, LimitReached)
                assert answer.limit == "user"
            else:
                assert isinstance(answer, str), answer
                assert answer not in self.model
                self.model[answer] = Expected(user, self.now, self.now)

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def exchange(self, data):
        conversation = data.draw(st.sampled_from(sorted(self.model)))
        assert "'hello'" in self.run(self.manager.exchange(conversation, "hello"))
        self.model[conversation].active = self.now

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def end(self, data):
        conversation = data.draw(st.sampled_from(sorted(self.model)))
        self.run(self.manager.end(conversation))
        del self.model[conversation]
        self.gone.append(conversation)

    @precondition(lambda self: self.gone)
    @rule(data=st.data())
    def end_again(self, data):
        conversation = data.draw(st.sampled_from(self.gone))
        try:
            self.run(self.manager.end(conversation))
        except NoConversation:
            return
        raise AssertionError("ended twice")

    @rule(seconds=st.floats(0.0, 150.0))
    def time_passes(self, seconds):
        async def expire():
            self.manager.expire()

        self.now += seconds
        self.run(expire())
        over = [key for key, one in self.model.items() if one.due() <= self.now]
        for key in over:
            del self.model[key]
        self.gone += over

    @invariant()
    def as_the_model_says(self):
        if not hasattr(self, "manager"):
            return
        manager = self.manager
        assert manager.faults() == []
        assert set(manager._by_start) == set(self.model)
        for user in "abc":
            assert manager.active_of(user) == sum(one.user == user for one in self.model.values())
        assert manager.active <= manager.counters.high_water <= manager.max_concurrent
        assert manager.counters.user_high_water <= manager.max_per_user
        following = manager._next_expiry()
        assert (following and following[0]) == min((one.due() for one in self.model.values()), default=None)


TestManager = Manager.TestCase
TestManager.settings = settings(deadline=None, stateful_step_count=30)
