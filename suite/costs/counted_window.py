"""What was counted while operations ran, and how much of it goes by the clock."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import linear_regression

from suite.costs.clock_work import NONE, Clock, ClockWork, fitted
from suite.costs.counter import Counts, Span
from suite.costs.steady import agree

_APART, _LEAST = 0.3, 0.2
"""By such a share, and so many seconds, must one window have taken longer than another for what that costs
to be told: what is over in less has no time for the clock."""
_TELLING = 1 / 3
"""Of what windows may differ by: what by its rate should have made less of a difference is left in."""


@dataclass(frozen=True, slots=True)
class CountedWindow:
    """What was counted in so many `seconds`, while the operations of `spans` ran."""

    spans: Sequence[Span]
    counts: Counts
    seconds: float

    def without(self, clock: Clock) -> Counts:
        """What is left of the counts without what goes by the `clock`."""
        return {
            metric: {
                pid: max(count - clock.get(metric, {}).get(pid, NONE).within(self.seconds), 0.0)
                for pid, count in parts.items()
            }
            for metric, parts in self.counts.items()
        }

    def of_each(self, metric: str) -> float:
        """Per operation, of all processes."""
        return sum(self.counts.get(metric, {}).values()) / max(1, len(self.spans))


def by_clock(windows: Sequence[CountedWindow], idle: CountedWindow | None = None) -> Clock:
    """What goes by the clock: what the same operations cost more in `windows` that took longer, which stand
    in the order in which they ran.

    What costs the same in all of them does not. How often it is done tells a window that is `idle`, in which
    nothing was asked; without one it goes with the time alone.
    """
    found: dict[str, dict[int, ClockWork]] = {}
    seconds = [window.seconds for window in windows]
    for metric in windows[0].counts:
        each = [window.of_each(metric) for window in windows]
        alone = 0.0 if idle is None else sum(idle.counts.get(metric, {}).values()) / idle.seconds
        more = alone * (max(seconds) - min(seconds)) / max(1, len(windows[0].spans))
        if not (
            agree(metric, min(each), max(each)) and agree(metric, each[0], each[0] + more, part=_TELLING)
        ):
            parts = [window.counts.get(metric, {}) for window in windows]
            pids = dict.fromkeys(pid for part in parts for pid in part)
            found[metric] = {
                pid: _work(seconds, [part.get(pid, 0.0) for part in parts], metric, pid, idle) for pid in pids
            }
    return found


def _work(
    seconds: Sequence[float], counts: Sequence[float], metric: str, pid: int, idle: CountedWindow | None
) -> ClockWork:
    alone = 0.0 if idle is None else idle.counts.get(metric, {}).get(pid, 0.0) / idle.seconds
    if idle is not None and not alone and not _rising(seconds, counts):
        return NONE
    rate = slope(seconds, counts)
    if not rate or not alone:
        return ClockWork(rate)
    short, long = min(seconds), max(seconds)
    return fitted(alone, short, long, rate * (long - short))


def slope(seconds: Sequence[float], counts: Sequence[float]) -> float:
    """How much is counted more in a second more (least squares); 0 where times are too much alike to tell."""
    if max(seconds) - min(seconds) < _apart(seconds):
        return 0.0
    return max(0.0, linear_regression(seconds, counts).slope)


def _apart(seconds: Sequence[float]) -> float:
    return max(_APART * min(seconds), _LEAST)


def _rising(seconds: Sequence[float], counts: Sequence[float]) -> bool:
    """Whether of any two windows in a row the one that took longer counted more. Caches that fill cost less
    from window to window, however long those take.
    """
    least = _apart(seconds)
    pairs = zip(pairwise(seconds), pairwise(counts), strict=True)
    return all((b - a) * (d - c) > 0 for (a, b), (c, d) in pairs if abs(b - a) >= least)
