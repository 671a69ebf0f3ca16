"""One look at what a system says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from suite.measure.exposition import Exposition

When = Literal["before", "beside", "after"]


@dataclass(frozen=True, slots=True)
class SystemReading:
    """What the observer's source number `source` said, or, as a short `failure`, why it said nothing.

    It was `asked` and had answered `at` these monotonic nanoseconds: before, beside or after the load.
    `detail` is what a person should know of a failure.
    """

    source: int
    when: When
    asked: int
    at: int
    found: Exposition | None = None
    failure: str = ""
    detail: str = ""
