"""What must be known of a round that runs to make a Round of its raw columns, whoever has them."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class HeldColumns:
    """One file of columns: `rows` of a segment, `planned` in all (None: as many as come).

    `due` of them have a time, the first `warm` are warm-up. Row i of a segment runs the operation with code
    `choices[i % len(choices)]`: 16 bits each, as text; none where the columns say it. `marks`: there is a
    file of marks beside it.
    """

    rows: int
    planned: int | None
    by_loop: bool
    due: int = 0
    warm: int = 0
    choices: str = ""
    marks: bool = False

    @property
    def codes(self) -> bytes:
        """`choices` as they lie in memory."""
        return b64decode(self.choices)

    @staticmethod
    def coded(choices: bytes) -> str:
        """`choices` as text."""
        return b64encode(choices).decode()


@dataclass(frozen=True, slots=True)
class HeldRound:
    """Round `index` of a `loop` that is closed or open.

    It has a file of `columns` for each group of users, and for what their operations await. `names` are those
    of operations by code, `limits` what a good operation holds. A row
    of columns has `row_bytes`: another version may have others. A loop that is timed has `seconds`.
    """

    index: int
    loop: str
    warmup: float
    seconds: float | None
    names: tuple[str, ...]
    columns: tuple[HeldColumns, ...]
    limits: Mapping[str, float] = field(default_factory=dict)
    row_bytes: int = 35
