"""How far a machine's clock is from another's, told by messages there and back."""

from __future__ import annotations

from pathlib import Path

_ENOUGH = 8


class Estimate:
    """From questions and answers: the quickest of them knows best. `offset` is to be added to our clock."""

    def __init__(self) -> None:
        self.offset = 0.0
        self._quickest = float("inf")
        self._count = 0

    def add(self, asked: float, told: float, heard: float) -> bool:
        """A question of ours at `asked`, answered at `told` by their clock; whether another one is wanted."""
        if heard - asked < self._quickest:
            self._quickest = heard - asked
            self.offset = told - (asked + heard) / 2
        self._count += 1
        return self._count < _ENOUGH


def machine() -> str:
    """What is the same for all processes of a machine, until it starts anew."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
