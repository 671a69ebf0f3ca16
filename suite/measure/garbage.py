"""What Python's garbage collector did in a system while load ran."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from suite.process.injection import Generation

Account = Mapping[int, Sequence[Generation]]
"""By process: what each generation has collected so far, youngest first."""


@dataclass(frozen=True, slots=True)
class Garbage:
    """Of all processes: collections and freed objects by generation, seconds of pause in sum and at most.

    `uncollectable` objects are those that the collector found and could not free. `pauses` are the longest:
    when each began (monotonic) and how long it was, in ns.
    """

    collections: tuple[int, ...]
    freed: tuple[int, ...]
    uncollectable: int
    pause: float
    longest: float
    pauses: tuple[tuple[int, int], ...] = ()


def between(before: Account, after: Account) -> Garbage | None:
    """What happened from `before` to `after`; a process that is new counts from its start.

    None if no process keeps an account. The longest pause is that since it was last forgotten.
    """
    if not after:
        return None
    depth = max(len(account) for account in after.values())
    collections, freed = [0] * depth, [0] * depth
    uncollectable, pause, longest = 0, 0.0, 0.0
    for pid, account in after.items():
        earlier = before.get(pid, ())
        for generation, now in enumerate(account):
            then = earlier[generation] if generation < len(earlier) else Generation(0, 0, 0, 0.0, 0.0)
            collections[generation] += now.collections - then.collections
            freed[generation] += now.collected - then.collected
            uncollectable += now.uncollectable - then.uncollectable
            pause += now.pause - then.pause
            longest = max(longest, now.longest)
    return Garbage(tuple(collections), tuple(freed), uncollectable, max(pause, 0.0), longest)
