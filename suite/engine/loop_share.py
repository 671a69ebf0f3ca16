"""How much of a loop some of its users have."""

from __future__ import annotations

import math

from suite.contract.loop import ClosedLoop, OpenLoop


def counted_rows(loop: ClosedLoop, users: int, all_users: int) -> tuple[int | None, int]:
    """Rows for `users` of `all_users`, and how many of them are warm-up; None and 0 in a timed loop."""
    if loop.each is not None:
        warm = math.ceil(loop.warmup) * users
        return warm + loop.each * users, warm
    if loop.operations is None:
        return None, 0
    part = users / all_users
    warm = math.ceil(loop.warmup * part)
    return warm + max(1, round(loop.operations * part)), warm


def first_users(loop: ClosedLoop | OpenLoop, least: int) -> int:
    """Users connected before an open loop starts; more are added when they are needed."""
    assert isinstance(loop, OpenLoop)
    together = loop.burst if loop.arrivals == "burst" else 1
    return max(least, together, min(32, math.ceil(loop.rate / 20)))
