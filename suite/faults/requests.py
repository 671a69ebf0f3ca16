"""Which of the HTTP requests on a way a fault meets."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class First:
    """The first `count` requests after the fault began."""

    count: int

    def __str__(self) -> str:
        return f"first {self.count}"

    def chooses(self, number: int) -> bool:
        """Whether it is request `number`, counted from 1."""
        return number <= self.count

    def problems(self) -> Iterator[str]:
        """What is wrong with it."""
        if self.count < 1:
            yield f"First({self.count}) meets nothing; give at least 1"


@dataclass(frozen=True, slots=True)
class Every:
    """Of the requests after the fault began each one whose number `count` divides."""

    count: int

    def __str__(self) -> str:
        return f"every {self.count}"

    def chooses(self, number: int) -> bool:
        """Whether it is request `number`, counted from 1."""
        return number % self.count == 0

    def problems(self) -> Iterator[str]:
        """What is wrong with it."""
        if self.count < 1:
            yield f"Every({self.count}) means nothing; give at least 1"
