"""Conversation managers with one fault each, and workloads that run them."""

from contextlib import nullcontext

from suite import Component
from suite.reference.conversation.manager import ConversationManager


class Unlocked(ConversationManager):
    """Tests and commits in two steps."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._admission = nullcontext()


class Generous(ConversationManager):
    """Accepts one more than it may."""

    def _admit(self, user_id):
        if self.active != self.max_concurrent:
            super()._admit(user_id)


class Stingy(ConversationManager):
    """Refuses one that would fit."""

    def _admit(self, user_id):
        self.max_concurrent -= 1
        try:
            super()._admit(user_id)
        finally:
            self.max_concurrent += 1


class GenerousToUsers(ConversationManager):
    """Knows no limit per user."""

    def _admit(self, user_id):
        if self.active >= self.max_concurrent:
            super()._admit(user_id)


class LeaksSlots(ConversationManager):
    """Never gives a user's slot back."""

    def _release(self, user_id):
        pass


class LeaksConversations(ConversationManager):
    """Says that a conversation is ended and keeps it."""

    async def end(self, conversation_id):
        self._find(conversation_id)
        self.counters.ended += 1


class KeepsTranscripts(ConversationManager):
    """Keeps 1 MB of every conversation that is over."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.transcripts = []

    async def end(self, conversation_id):
        await super().end(conversation_id)
        self.transcripts.append(b"x" * 1_000_000)


class Miscounts(ConversationManager):
    """Loses count of what it refuses."""

    def _admit(self, user_id):
        try:
            super()._admit(user_id)
        finally:
            self.counters.rejected_global = 0


class AnswersWrongly(ConversationManager):
    """Replies to something else."""

    async def exchange(self, conversation_id, message):
        return await super().exchange(conversation_id, message.upper())


class NeverExpires(ConversationManager):
    """Has no timer."""

    def _set_timer(self):
        pass


class ExpiresEarly(ConversationManager):
    """Ends idle conversations at half their time, and claims to have waited."""

    def _next_expiry(self):
        found = super()._next_expiry()
        return found and (found[0] - self.idle_timeout / 2, *found[1:])


class ForgetsDuration(ConversationManager):
    """Ends idle conversations only."""

    def _next_expiry(self):
        found = super()._next_expiry()
        return found if found and found[1] == "idle" else None


def with_manager(workload, manager, **changes):
    """`workload` with another class of manager, and attributes of the workload replaced."""
    twin = workload.copy()
    twin.system = Component(manager, **workload.system.parameters)
    for name, value in changes.items():
        setattr(twin, name, value)
    return twin
