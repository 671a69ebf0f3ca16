"""Own metrics: how exactly limits and deadlines are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from suite import Metric
from suite.reference.conversation.manager import ConversationManager


def _gaps(kept: Sequence[Any]) -> list[int]:
    return [one["accepted"] - one["allowed"] for one in kept if "allowed" in one]


def excess(system: ConversationManager, kept: Sequence[Any], recording: Any) -> float | None:  # noqa: ARG001
    """Most conversations accepted beyond what was allowed, over all waves; None without any wave."""
    return max((max(gap, 0) for gap in _gaps(kept)), default=None)


def shortfall(system: ConversationManager, kept: Sequence[Any], recording: Any) -> float | None:  # noqa: ARG001
    """Most conversations refused although there was room, over all waves; None without any wave."""
    return max((max(-gap, 0) for gap in _gaps(kept)), default=None)


def delay(system: ConversationManager, kept: Sequence[Any], recording: Any) -> float | None:  # noqa: ARG001
    """Longest time (s) from a deadline until the user knew that the conversation was ended."""
    return max((one["seen"] - one["deadline"] for one in kept if "deadline" in one), default=None)


LIMIT_EXCESS = Metric("limit.excess", "1", "lower", excess, combine="max")
LIMIT_SHORTFALL = Metric("limit.shortfall", "1", "lower", shortfall, combine="max")
EXPIRY_DELAY = Metric("expiry.delay", "s", "lower", delay, combine="max")
