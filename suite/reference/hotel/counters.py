"""Counters and levels of the backend, by name."""

from __future__ import annotations

from collections import Counter

from suite.reference.backend.counting import exposition


class HotelCounters:
    """Names are Prometheus', with labels. Those that end in `_total` only grow; the others are levels."""

    def __init__(self) -> None:
        self._values: Counter[str] = Counter()

    def __getitem__(self, name: str) -> float:
        return self._values[name]

    def add(self, name: str, value: float = 1) -> None:
        """Count `value` more."""
        self._values[name] += value  # type: ignore[assignment]  # of seconds too

    def set(self, name: str, value: float) -> None:
        """Set a level."""
        self._values[name] = value  # type: ignore[assignment]

    def text(self) -> str:
        """All of them as Prometheus reads them."""
        return exposition(self._values)
