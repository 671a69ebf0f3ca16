"""What the coordinator tells a worker, and what it answers."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from suite.contract.address import Address
from suite.records.detail import Detail
from suite.records.loop_lag import LoopLag

if TYPE_CHECKING:
    from suite.engine.examine import Question

Step = Literal[
    "build",
    "prepare",
    "connect",
    "run",
    "resize",
    "schedule",
    "tell",
    "stop",
    "close",
    "examine",
    "restore",
    "exit",
]

PREPARED, CLOSED = "prepared", "closed"
"""What may be left when a round ends: what `prepare` made, and an object that did not close."""


@dataclass(frozen=True, slots=True)
class WorkerRequest:
    """What the coordinator tells a worker to do next. `users` and `starts` (monotonic ns) are of each
    class of users; of a counted closed loop, `only` one operation is run in place of the mix, and `empty`
    ones do nothing.
    """

    step: Step
    address: Address | None = None
    beside: Mapping[str, Address] | None = None
    prepared: Any = None
    start: int = 0
    only: str = ""
    empty: bool = False
    users: tuple[int, ...] = ()
    starts: tuple[array[int], ...] = ()
    question: Question | None = None


@dataclass(frozen=True, slots=True)
class WorkerReply:
    """What a worker answers: the step is done, or what broke."""

    step: Step
    connected: int = 0
    refused: int = 0
    lost: int = 0
    details: tuple[Detail, ...] = ()
    attempts: tuple[tuple[str, int, int], ...] = ()
    statuses: tuple[tuple[str, str, int], ...] = ()
    causes: tuple[tuple[str, str], ...] = ()
    """Outcome and cause by their codes in the worker's MomentFile."""
    unawaited: tuple[tuple[str, str, int], ...] = ()
    """Coroutines that operations left alone: what is said of one, where, and how often."""
    lag: LoopLag | None = None
    ended: tuple[int, ...] = ()
    """When users had done all that was theirs to do, in monotonic nanoseconds."""
    full_at: int = 0
    """When there was no more room for what the loop starts, in monotonic nanoseconds; 0: there was."""
    result: Any = None
    fault: str = ""
    at_fault: Literal["", "system", "worker", "configuration", "disk", "machine"] = ""
