"""How much a simulated system has taken by now, from the operations that were done."""

import numpy as np
from support.leaking import FAR, SECONDS


def done(system):
    return system.done


def held(system):
    return system.held


def between(first, last):
    """Fills with the operations from `first` to `last`."""
    return lambda system: min(max(system.done - first, 0), last - first)


def at(first):
    """Once, after so many operations."""
    return lambda system: int(system.done > first)


def share(probability):
    """So many of the operations, at random."""
    return lambda random: np.concatenate([[0], np.cumsum(random.random(FAR) < probability)])


def distinct(keys, most):
    """How many of `keys` were asked for by now, where each operation asks for a random one."""

    def draw(random):
        asked = random.integers(0, keys, FAR)
        new = np.zeros(FAR + 1, int)
        new[np.unique(asked, return_index=True)[1] + 1] = 1
        return np.minimum(np.cumsum(new), most)

    return draw


def fragments(most, each):
    """Pages that freed memory keeps busy: more and more, towards `most`."""

    def draw(random):
        steps = random.exponential(1.0, FAR + 1) * most / each * np.exp(-np.arange(FAR + 1) / each)
        return np.cumsum(steps)

    return draw


def expiring(seconds, *, lazily):
    """Operations of the last `seconds`; with `lazily` they are forgotten by the next operation only."""

    def amount(system):
        since = (system.last if lazily else system.clock) - seconds
        return sum(
            min(count, max(0, round((begin - since) / SECONDS) + count)) for begin, count in system.log
        )

    return amount


def highest(amount):
    """The most that `amount(system)` was at any mark: what an allocator keeps of what was freed."""
    most = {}

    def high(system):
        most[system] = max(most.get(system, 0), amount(system))
        return most[system]

    return high


def every(count, upto=FAR):
    """One more after so many operations, until there were `upto`."""
    return lambda system: min(system.done, upto) // count
