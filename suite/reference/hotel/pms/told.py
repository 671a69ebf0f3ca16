"""What a backend counted, as it tells at /metrics."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, Self

from suite.reference.hotel.pms.serving import ask

_LINE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$", re.MULTILINE)


class PmsTold:
    """Numbers by name and labels."""

    def __init__(self, text: str) -> None:
        self._lines = [(name, labels, float(value)) for name, labels, value in _LINE.findall(text)]

    @classmethod
    def of(cls, system: Any) -> Self:
        """What `system` says now."""
        return cls(ask(system, "GET", "/metrics")[1].decode())

    def sum(self, name: str) -> float:
        """Of all labels."""
        return sum(value for one, _, value in self._lines if one == name)

    def by_label(self, name: str, label: str) -> Counter[str]:
        """Sums by the values of a label."""
        sums: Counter[str] = Counter()
        for one, labels, value in self._lines:
            if one == name and (found := re.search(rf'{label}="([^"]*)"', labels)):
                sums[found.group(1)] += int(value)
        return sums
