"""Numbers by name: how a backend's parts count, and how Prometheus reads them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol


class Counting(Protocol):
    """Names are Prometheus', with labels. Those that end in `_total` only grow; the others are levels."""

    def add(self, name: str, value: float = 1) -> None:
        """Add `value` to a number."""

    def set(self, name: str, value: float) -> None:
        """Make a level `value`."""


def exposition(values: Mapping[str, float]) -> str:
    """`values` as Prometheus reads them, in the order of names."""
    lines, told = [], ""
    for name, value in sorted(values.items()):
        family = name.partition("{")[0]
        if family != told:
            lines.append(f"# TYPE {family} {'counter' if family.endswith('_total') else 'gauge'}")
            told = family
        lines.append(f"{name} {value:.17g}")
    return "\n".join(lines) + "\n"
