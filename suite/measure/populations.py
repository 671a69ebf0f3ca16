"""Values that come in pieces, by key: exact ranks of them, in no more memory for more of them."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping
from typing import Any

from suite.measure.order_statistics import KEPT, Scan, order_statistics
from suite.measure.population import Population
from suite.records.recording import Times


class Populations:
    """Counts values by key until all are there. While they are few they are kept; of more they are looked at
    again. With a `shift` the buckets are coarser, by so many doublings: for keys by the thousand.
    """

    def __init__(self, shift: int = 0) -> None:
        self._shift = shift
        self._found: dict[Hashable, Population] = {}
        self._kept: list[tuple[Hashable, Times]] | None = []
        self._room = KEPT

    def add(self, key: Hashable, values: Times) -> None:
        """Some more of them."""
        if key not in self._found:
            self._found[key] = Population(self._shift)
        self._found[key].add(values)
        if self._kept is not None:
            self._kept.append((key, values))
            self._room -= len(values)
            if self._room < 0:
                self._kept = None

    def __getitem__(self, key: Hashable) -> Population:
        """All of this key; empty where there were none."""
        return self._found.get(key) or Population(self._shift)

    def __iter__(self) -> Any:
        """The keys."""
        return iter(self._found)

    def values(self, ranks: Mapping[Any, Iterable[int]], scan: Scan) -> dict[Any, dict[int, int]]:
        """The values of these ranks (1..count) of each key; `scan` gives all values again."""
        wanted = {key: (self[key], several) for key, several in ranks.items()}
        return order_statistics(wanted, lambda keys: self.again(scan, keys))

    def again(self, scan: Scan, keys: Collection[Hashable]) -> Iterable[tuple[Hashable, Times]]:
        """All values of these keys at least, piece by piece."""
        return scan(keys) if self._kept is None else self._kept
