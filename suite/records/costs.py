"""What one operation takes, counted and not timed: plain, immutable data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

from suite.records.reason import Reason
from suite.records.run import Validity
from suite.records.unfinished import SearchRecord

COSTS: Mapping[str, str] = {
    "cost.instructions": "1",
    "cost.system_calls": "1",
    "cost.calls": "1",
    "cost.allocations": "1",
    "cost.allocated": "B",
    "cost.statements": "1",
    "cost.context_switches": "1",
    "cost.page_faults": "1",
    "cost.reads": "1",
    "cost.writes": "1",
    "cost.bytes_in": "B",
    "cost.bytes_out": "B",
}
"""What is counted, per operation, in its unit; less is better."""

_VALID = Validity()


@dataclass(frozen=True, slots=True)
class CountedCost:
    """What one operation takes of something, counted by `source`.

    `value` is the mean of the last two `windows`, which are per operation, in their order; None where it
    could not be counted, for the reason `why`. `processes` are the parts of the system's processes, the
    oldest first, `threads` those of the threads of each, where they are told apart. Windows of what is not
    `steady` disagree. `by_clock` is how much of it the system does in a second by itself, whatever is asked,
    and is taken off; None where that was not looked at.
    """

    unit: str
    source: str
    value: float | None = None
    windows: tuple[float, ...] = ()
    processes: tuple[float, ...] = ()
    threads: tuple[tuple[float, ...], ...] = ()
    steady: bool = True
    why: Reason | None = None
    by_clock: float | None = None


@dataclass(frozen=True, slots=True)
class FunctionCalls:
    """How often an operation enters a function, as often as generators and coroutines go on in it too.

    It is known by `function` and `file`; `line` is where it begins today.
    """

    function: str
    file: str
    line: int
    calls: float


@dataclass(frozen=True, slots=True)
class CCalls:
    """How often an operation calls the C function `called` (such as os.fsync) at a line of a function."""

    function: str
    file: str
    line: int
    called: str
    calls: float


@dataclass(frozen=True, slots=True)
class AllocationSite:
    """How often an operation allocates memory at a line, and how many bytes in all."""

    function: str
    file: str
    line: int
    allocations: float
    allocated: float


_REPEATED = 5
"""So often in one operation, and it stands in a loop."""


@dataclass(frozen=True, slots=True)
class SentStatement:
    """A SQL statement by its normalised `text`, and the line that sends it.

    `sent` is how often, per operation; `repeated` the most in one operation. `operations` are those in which
    it was sent.
    """

    text: str
    function: str
    file: str
    line: int
    sent: float
    repeated: int
    operations: tuple[str, ...] = ()

    @property
    def looped(self) -> bool:
        """Whether it is sent again and again within an operation: an N+1, or what one statement could do."""
        return self.repeated >= _REPEATED


class ServedStatement(NamedTuple):
    """What a database says of a SQL statement: how often it came, rows that were given or changed, blocks
    that were looked at."""

    times: int
    rows: int
    blocks: int


@dataclass(frozen=True, slots=True)
class DatabaseStatement:
    """What the database `helper` counted of a statement by its normalised `text`: per operation, how often it
    was sent, rows that were given or changed, blocks that were looked at.

    `plan` is how it goes about it, whatever the values, a line for each step; None of all but the dearest
    ones, and where the database can't say for the reason `why`.
    """

    helper: str
    text: str
    sent: float
    rows: float
    blocks: float
    plan: tuple[str, ...] | None = None
    why: Reason | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CostBill(SearchRecord):
    """The bill of one workload: what its operations take, on average over their `mix` in a window.

    `costs` are those of the system by name, as cost.calls@buy those of an operation and as
    cost.calls@database those of a helper in `beside`; `seconds` is how long counting took. `functions`,
    `c_functions` and `allocations` are those that take most, `statements` all, `database` those that a
    database in `beside` counted itself; None of what was not counted.
    """

    NAME: ClassVar[str] = "bill of costs"
    KIND: ClassVar[str] = "costs"
    DERIVED: ClassVar[tuple[str, ...]] = ("exit_code",)

    mix: Mapping[str, int]
    costs: Mapping[str, CountedCost]
    seconds: float
    functions: tuple[FunctionCalls, ...] | None = None
    c_functions: tuple[CCalls, ...] | None = None
    allocations: tuple[AllocationSite, ...] | None = None
    statements: tuple[SentStatement, ...] | None = None
    database: tuple[DatabaseStatement, ...] | None = None
    beside: tuple[str, ...] = ()
    validity: Validity = _VALID
    notes: tuple[Reason, ...] = field(default=())

    @property
    def exit_code(self) -> int:
        """3 where nothing can be believed, else 0."""
        return 3 if self.validity.verdict == "invalid" else 0
