"""Distributions of times that come in pieces: exact, and in no more memory for more of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from suite.measure.order_statistics import Scan
from suite.measure.population import Population, histogram
from suite.measure.populations import Populations
from suite.records.histogram import Histogram, rank
from suite.records.recording import Times

_NONE: Times = np.zeros(0, np.int64)
TimesScan = Callable[[Collection[Hashable] | None], Iterable[tuple[Hashable, Times, Times]]]
"""Gives all times of these keys at least (None: of all), piece by piece: of what ended ok, and lower bounds;
the same ones each time."""


class Ranked:
    """Times in ns: of what ended (`ok`), and lower bounds (`beyond`) that are no less. Ranks as `Histogram`.

    `values` are those of the ranks that are asked for, of both.
    """

    def __init__(self, ok: Population, beyond: Population, values: Mapping[int, int]) -> None:
        self._ok = ok
        self._beyond = beyond
        self._values = values

    @property
    def count(self) -> int:
        """How many values there are, lower bounds included."""
        return self._ok.count + self._beyond.count

    @property
    def beyond_count(self) -> int:
        """How many of them are lower bounds."""
        return self._beyond.count

    @property
    def mean(self) -> float | None:
        """Mean of the ok values."""
        return self._ok.total / self._ok.count / 1e9 if self._ok.count else None

    @property
    def min(self) -> float | None:
        """Smallest ok value."""
        return self._ok.low / 1e9 if self._ok.count else None

    @property
    def max(self) -> float | None:
        """Largest value, lower bounds included."""
        highs = [one.high for one in (self._ok, self._beyond) if one.count]
        return max(highs) / 1e9 if highs else None

    def percentile(self, quantile: float) -> tuple[float | None, bool]:
        """Seconds at `quantile` (0..1) by nearest rank, and whether it is only a lower bound."""
        if not self.count:
            return None, False
        place = rank(quantile, self.count)
        return self._values[place] / 1e9, place > self._ok.count

    def histogram(self) -> Histogram:
        """The same as mergeable counts."""
        return histogram(self._ok, self._beyond)


NO_TIMES = Ranked(Population(), Population(), {})


class Distributions:
    """Counts times by key, those of what ended `ok` and lower bounds, as `Populations` does."""

    def __init__(self, shift: int = 0) -> None:
        self._shift = shift
        self._found = Populations(shift)

    def add(self, key: Hashable, ok: Times, beyond: Times = _NONE) -> None:
        """Some more times."""
        self._found.add((key, True), ok)
        self._found.add((key, False), beyond)

    def ranked(self, scan: TimesScan, quantiles: Iterable[float]) -> dict[Any, Ranked]:
        """Of each key of which there were times, with these quantiles; of others there is nothing to tell."""
        asked = [*quantiles]
        keys = [key for key, ok in self._found if ok]
        wanted: dict[tuple[Hashable, bool], list[int]] = {}
        for key in keys:
            ended = self._found[key, True].count
            count = ended + self._found[key, False].count
            ranks = {rank(one, count) for one in asked} if count else set()
            wanted[key, True] = [one for one in ranks if one <= ended]
            wanted[key, False] = [one - ended for one in ranks if one > ended]

        def again(keys: Collection[Any]) -> Iterator[tuple[Hashable, Times]]:
            for key, ok, beyond in scan({key for key, _ in keys}):
                yield (key, True), ok
                yield (key, False), beyond

        values = self._found.values(wanted, again)
        raised = self._raised(keys, again)
        found = {}
        for key in keys:
            ok, beyond = self._found[key, True], raised.get(key, self._found[key, False])
            bounds = {ok.count + place: max(at, beyond.low) for place, at in values[key, False].items()}
            found[key] = Ranked(ok, beyond, {**values[key, True], **bounds})
        return found

    def _raised(self, keys: Iterable[Hashable], again: Scan) -> dict[Hashable, Population]:
        """What ended says more than lower bounds below it: all of a key that has such, raised to it."""
        least = {
            (key, False): ok.high
            for key in keys
            if (ok := self._found[key, True]).count
            and (beyond := self._found[key, False]).count
            and beyond.low < ok.high
        }
        raised = {key: Population(self._shift) for key, _ in least}
        for key, bounds in self._found.again(again, least.keys()) if least else ():
            if key in least:
                raised[key[0]].add(np.maximum(bounds, least[key]))
        return raised


def ranked(scan: TimesScan, quantiles: Iterable[float], shift: int = 0) -> dict[Any, Ranked]:
    """The distribution of each key that there is; see `Distributions`."""
    counted = Distributions(shift)
    for key, ok, beyond in scan(None):
        counted.add(key, ok, beyond)
    return counted.ranked(scan, quantiles)
