"""A conversation manager with global and per-user limits and expiry, and its load tests."""

from suite.reference.conversation.conversation import Ending
from suite.reference.conversation.counters import Counters
from suite.reference.conversation.manager import ConversationManager, LimitReached, NoConversation

__all__ = ["ConversationManager", "Counters", "Ending", "LimitReached", "NoConversation"]
