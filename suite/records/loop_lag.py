"""What a worker saw of its event loop standing still."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple


class LoopHolder(NamedTuple):
    """Who kept a loop: the operation ("" for none of them), and the line of code."""

    operation: str
    place: str


@dataclass(frozen=True, slots=True)
class LoopLag:
    """The beat that was due at `due[i]`, `every[i]` ns after the one before, came `late[i]` ns later.

    Beats in time are left out. `holders` counts looks at who kept the loop, at even distances.
    """

    due: array[int]
    every: array[int]
    late: array[int]
    holders: Mapping[LoopHolder, int]
