"""What a search for leaks found: plain, immutable data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from suite.records.reason import Reason
from suite.records.unfinished import SearchRecord

LeakOutcome = Literal["no growth", "bounded", "released", "unbounded", "sporadic", "unsettled"]
"""How a search ended. `bounded`: filled, then stopped. `released`: went away after a time to live.
`unbounded`: a leak, as far as was looked. `sporadic`: grows now and then, more operations must decide.
`unsettled`: can't be told, for a reason that is given."""

Counter = Literal["blocks", "malloc", "resident", "descriptors", "sockets", "threads"]
"""Python's allocated blocks; bytes from malloc, its mapped ones included; resident anonymous and shared
bytes as the kernel counts them; open files, those of them that are sockets; threads."""
MEMORY: tuple[Counter, ...] = ("blocks", "malloc", "resident")
"""The counters of memory; the others are plain numbers of things."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One line of a call stack."""

    function: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class LeakSuspect:
    """A call site whose live bytes grow with operations.

    Known by `function` and `file`, since lines move between commits; `line` is today's. `share` is its
    part of the growth of all sites. `stack` is the heaviest one, innermost frame first.
    """

    function: str
    file: str
    line: int
    bytes_per_operation: float
    blocks_per_operation: float
    share: float
    stack: tuple[Frame, ...] = ()


@dataclass(frozen=True, slots=True)
class Growth:
    """One counter of one process over the windows that decided; `process` is "all" for the sum of them.

    `levels` are the marks: one before the first window, one after each. `operations` are those of one
    window.
    """

    process: str
    counter: Counter
    operations: int
    levels: tuple[float, ...]
    per_operation: float


@dataclass(frozen=True, slots=True)
class LeakVerdict:
    """The decision: `operations` is how far was looked, in all.

    `bytes_per_operation` is the growth (0.0 without one, None if unknown); `blocks_per_operation` that of
    Python's objects. `held` says that it grows while connections are held. `detectable` is the smallest
    steady growth in bytes per operation that would have been noticed. `growths` are the counters that
    rose, or a counter of the sum where none did. `reasons` are what the outcome rests on, and what is to be
    known about the processes.
    """

    outcome: LeakOutcome
    operations: int
    bytes_per_operation: float | None = None
    blocks_per_operation: float | None = None
    detectable: float | None = None
    held: bool = False
    growths: tuple[Growth, ...] = ()
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LeakSearch(SearchRecord):
    """The immutable record of one search for leaks, as documents and the ledger hold it.

    `suspects` are ranked by growth; `unattributed` bytes per operation are those that no traced
    allocation explains. None says that nothing was traced, and `notes` say why. `recordings` are kept
    flame graphs, as paths. `seconds` is how long the load of the verdict took.
    """

    NAME: ClassVar[str] = "leak search"
    KIND: ClassVar[str] = "leaks"
    DERIVED: ClassVar[tuple[str, ...]] = ("exit_code",)

    verdict: LeakVerdict
    seconds: float
    suspects: tuple[LeakSuspect, ...] | None = None
    unattributed: float | None = None
    recordings: tuple[str, ...] = ()
    notes: tuple[Reason, ...] = ()

    @property
    def exit_code(self) -> int:
        """What `suite leaks` ends with: 1 for a leak, 3 where it can't be told, else 0."""
        if self.verdict.outcome == "unbounded":
            return 1
        return 3 if self.verdict.outcome in ("sporadic", "unsettled") else 0
