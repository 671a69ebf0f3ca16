"""What a rate limit did, judged from outside by the times of requests and answers.

A request was decided on at some moment between `sent` and `answered`. Only what is certain, whichever
moments those were, is held against the limit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple


class Asked(NamedTuple):
    """One request of one client, in seconds of the wall clock; `wait` is the Retry-After of a refusal."""

    sent: float
    answered: float
    wait: int | None = None

    @property
    def served(self) -> bool:
        """Whether it was."""
        return self.wait is None


def most_served(asked: Sequence[Asked], window: float) -> int:
    """The most that were certainly served within any `window` seconds."""
    served = sorted((one for one in asked if one.served), key=lambda one: one.sent)
    most = 0
    for at, first in enumerate(served):
        most = max(most, sum(one.answered - first.sent < window for one in served[at:]))
    return most


def moving_excess(asked: Sequence[Asked], limit: int, window: float) -> int:
    """How many more than `limit` were served in some `window` seconds."""
    return max(0, most_served(asked, window) - limit)


def fixed_excess(asked: Sequence[Asked], limit: int, window: float) -> int:
    """How many more than `limit` were served in one of the clock's windows."""
    counts = Counter(
        one.sent // window for one in asked if one.served and one.sent // window == one.answered // window
    )
    return max(0, max(counts.values(), default=0) - limit)


def moving_shortfall(asked: Sequence[Asked], limit: int, window: float) -> int:
    """How many were refused although fewer than `limit` can have been served in the `window` before."""
    return _short(asked, limit, lambda refused: refused.sent - window)


def fixed_shortfall(asked: Sequence[Asked], limit: int, window: float) -> int:
    """How many were refused although fewer than `limit` can have been served in their window."""
    within = [one for one in asked if one.served or one.sent // window == one.answered // window]
    return _short(within, limit, lambda refused: refused.sent // window * window)


def untrue_waits(asked: Sequence[Asked]) -> list[str]:
    """Refusals whose Retry-After was not true, in words.

    Who waits it out, and asks for nothing meanwhile, is served; who comes 1.1 s earlier is not: these are
    whole seconds, rounded up.
    """
    ordered = sorted(asked, key=lambda one: one.sent)
    untrue = []
    for at, refused in enumerate(ordered):
        if refused.wait is None:
            continue
        until = refused.answered + refused.wait
        early = [one for one in ordered[at + 1 :] if one.served and one.sent < until]
        if early and early[0].answered < refused.sent + refused.wait - 1:
            seconds = early[0].answered - refused.sent
            untrue.append(f"Retry-After: {refused.wait}, and served {seconds:.2f} s after")
        first = next((one for one in ordered[at + 1 :] if one.sent >= until), None)
        if first is not None and not first.served and not early:
            seconds = first.sent - refused.answered
            untrue.append(f"Retry-After: {refused.wait}, and refused {seconds:.2f} s after")
    return untrue


def _short(asked: Sequence[Asked], limit: int, since: Callable[[Asked], float]) -> int:
    """Refusals since whose window's begin, at most, fewer than `limit` were served."""
    served = [one for one in asked if one.served]
    return sum(
        sum(one.answered >= since(refused) and one.sent <= refused.answered for one in served) < limit
        for refused in asked
        if not refused.served
    )
