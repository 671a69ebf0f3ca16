"""The highest load that a system holds: an adaptive search over any `probe`. No process, no clock here."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

from suite.capacity.probe import LoadBounds, Verdict, confirmed, judged
from suite.records.capacity import End, Probe, SearchResult


class _Spent(Exception):
    """No probe or no time is left."""


class Search:
    """Widen geometrically until one load holds and another does not, then halve what is between them.

    While it widens upwards one look that holds is enough; the end that is reported has all its
    repeats. Near its limit a queue grows so slowly that short looks miss it: where there is `confirm`,
    a longer look, the reported end has held in that too (and was not found to break by just one of
    them). A load that the generator could not deliver bounds the search as one that broke does, but is
    never taken for the system's limit. `ended` is called when a look is among those that are known.
    """

    def __init__(
        self,
        probe: Callable[[float], Probe],
        bounds: LoadBounds,
        *,
        confirm: Callable[[float], Probe] | None = None,
        clock: Callable[[], float] = lambda: 0.0,
        ended: Callable[[], None] = lambda: None,
    ) -> None:
        if not 0 < bounds.lowest <= bounds.start <= bounds.highest:
            raise ValueError(f"0 < lowest <= start <= highest is needed, not {bounds}")
        self._probe = probe
        self._confirm = confirm
        self._bounds = bounds
        self._clock = clock
        self._ended = ended
        self._began = clock()
        self._longest = {False: 0.0, True: 0.0}
        self._looks: list[Probe] = []
        self._points: dict[float, list[Probe]] = {}
        self._long: dict[float, list[Probe]] = {}
        self._spent = False

    def run(self) -> SearchResult:
        """Search until the interval is narrow enough or the budget is spent."""
        try:
            while True:
                low, high = self._ends()
                load = self._next(low, high)
                if load is not None:
                    self._decide(load, once=high is None)
                elif low is not None and self._verdict(low) is None:
                    self._decide(low)  # so far it held in one look only
                elif (
                    low is not None
                    and self._confirm is not None
                    and confirmed(self._long.get(low, ())) is None
                ):
                    self._decide_long(low, self._confirm)
                else:
                    break
        except _Spent:
            self._spent = True
        return self.found()

    def found(self) -> SearchResult:
        """What is known by now, also while a search was cut short."""
        low, bound = self._ends()
        broken = [load for load in self._points if self._verdict(load) == "broke"]
        high = min(broken, default=None)
        end: End = "budget"
        if low is not None and high is not None:
            end = "found"
        elif low is None and high is not None and high <= self._bounds.lowest:
            end = "below"
        elif high is None and bound is not None:
            end = "generator" if self._verdict(bound) == "undelivered" else "unclear"
        elif high is None and low is not None and low >= self._bounds.highest:
            end = "range"
        return SearchResult(end, low, high, self._first_to_break(high), tuple(self._looks), self._spent)

    def _ends(self) -> tuple[float | None, float | None]:
        """The highest load that held below the lowest one that did not, and that one."""
        bound = min(
            (load for load in self._points if self._verdict(load) not in ("held", None)), default=None
        )
        held = [
            load
            for load, looks in self._points.items()
            if (bound is None or load < bound)
            and (self._verdict(load) == "held" or (self._verdict(load) is None and _unanimous(looks)))
        ]
        return max(held, default=None), bound

    def _next(self, low: float | None, high: float | None) -> float | None:
        bounds = self._bounds
        if low is None and high is None:
            return bounds.start
        if low is None:
            assert high is not None
            return None if high <= bounds.lowest else max(self._rounded(high / bounds.factor), bounds.lowest)
        if high is None:
            return None if low >= bounds.highest else min(self._rounded(low * bounds.factor), bounds.highest)
        if high - low <= bounds.resolution * low:
            return None
        between = self._rounded(math.sqrt(low * high))
        return between if low < between < high else None

    def _rounded(self, load: float) -> float:
        if self._bounds.whole:
            return float(round(load))
        return float(f"{load:.3g}") if load >= 1 else load  # loads that people can read

    def _decide(self, load: float, *, once: bool = False) -> None:
        """Look at `load` until there is a verdict, or with `once` until the first one that counts held."""
        looks = self._points.setdefault(load, [])
        while self._verdict(load) is None and not (once and _unanimous(looks)):
            looks.append(self._look(load, self._probe))

    def _decide_long(self, load: float, confirm: Callable[[float], Probe]) -> None:
        looks = self._long.setdefault(load, [])
        while confirmed(looks) is None:
            looks.append(self._look(load, confirm, long=True))

    def _look(self, load: float, probe: Callable[[float], Probe], *, long: bool = False) -> Probe:
        began = self._clock()
        # A look takes at least as long as the longest of its kind: what is drained takes its time too.
        due = began + max(self._longest[long], self._longest[False])
        if len(self._looks) >= self._bounds.probes:
            raise _Spent
        if self._looks and due - self._began > self._bounds.seconds:
            raise _Spent
        look = probe(load)
        self._looks.append(look)
        self._longest[long] = max(self._longest[long], self._clock() - began)
        self._ended()
        return look

    def _verdict(self, load: float) -> Verdict | None:
        return self._long_verdict(load) or judged(self._points[load], self._bounds.repeats)

    def _long_verdict(self, load: float) -> Verdict | None:
        return confirmed(self._long.get(load, ()))

    def _first_to_break(self, high: float | None) -> str | None:
        looks = [*self._points.get(high or 0.0, ()), *self._long.get(high or 0.0, ())]
        names = Counter(look.broke for look in looks if look.valid and look.broke)
        return names.most_common(1)[0][0] if names else None


def _unanimous(looks: Sequence[Probe]) -> bool:
    """Whether all looks that count held, and at least one did."""
    return {look.holds for look in looks if look.valid} == {True}


def search(
    probe: Callable[[float], Probe],
    bounds: LoadBounds,
    *,
    confirm: Callable[[float], Probe] | None = None,
    clock: Callable[[], float] = lambda: 0.0,
) -> SearchResult:
    """Run a `Search` to its end. `clock` gives seconds, for the budget."""
    return Search(probe, bounds, confirm=confirm, clock=clock).run()
