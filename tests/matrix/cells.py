"""The cells of the matrix: a fault, in a command, on a load, in a phase; and which are left out."""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

COMMANDS = (
    "run", "capacity", "leaks", "ab", "calibrate", "costs", "resilience", "recover", "soak", "blame",
)  # fmt: skip
"""`blame` with --bisect: without it, it reads."""
LOADS = ("closed", "open", "forking")
"""A closed loop, an open one; a closed one on `uvicorn --workers 2`, beside a helper that was started through
`env -i` and one that is a daemon."""
PHASES = ("starting", "connecting", "running", "draining", "checking", "storing")
KILLED = ("worker", "system", "helper", "coordinator", "watchman", "group")
SIGNALS = {"SIGTERM": 143, "Ctrl-C": 130, "SIGHUP": 129}
LEDGERS = ("ledger locked", "ledger corrupt", "ledger in the future", "ledger read-only")
FAULTS = (
    *(f"{who} killed" for who in KILLED),
    *SIGNALS,
    "deadline",
    "disk full",
    *LEDGERS,
    "temp full",
    "temp removed",
    "clock set back",
)
SLOW = {"ledger locked", "deadline"}
"""Cells that wait for half a minute, or for several limits: never part of a sample."""

_GONE = {"worker killed", "system killed", "helper killed", "watchman killed", "deadline", "ledger locked"}
"""Nothing is left to strike when a command stores, or it is struck so already."""
_OWN_LOOP = ("leaks", "costs")
_NO_CHECKS = ("leaks", "costs", "soak")
_NO_LEDGER = ("ab", "calibrate", "blame")
_OF_PROCESSES = {*(f"{who} killed" for who in KILLED), *SIGNALS, "deadline"}


@dataclass(frozen=True)
class Cell:
    """One experiment. `name` is its key in the file of results."""

    fault: str
    command: str
    load: str
    phase: str

    @property
    def name(self) -> str:
        return "/".join((self.fault, self.command, self.load, self.phase))

    def left_out(self) -> str:
        """Why it does not apply; nothing if it does."""
        if self.load == "forking" and self.fault not in _OF_PROCESSES:
            return "what a system is made of makes no difference to it"
        if self.command in _OWN_LOOP and self.load == "open":
            return f"{self.command} always runs a closed loop"
        if self.command in _NO_CHECKS and self.phase == "checking":
            return f"{self.command} makes no checks"
        if self.command in _NO_LEDGER and (self.phase == "storing" or self.fault in LEDGERS):
            return f"{self.command} stores nothing in the ledger"
        if self.phase == "storing" and self.fault in _GONE:
            return "what it needs has ended by then"
        if self.fault in ("ledger corrupt", "ledger in the future") and self.phase != "starting":
            return "who writes over a database in use breaks it whatever we do"
        return ""


def cells(*, every_phase: bool = False) -> Iterator[Cell]:
    """Each fault in each command on each load, those that don't apply too: in one phase, or in every one.

    Which phase is which came least: each fault comes in each phase, and so does each command, where it can.
    """
    taken: Counter[tuple[str, str]] = Counter()
    for fault, command, load in itertools.product(FAULTS, COMMANDS, LOADS):
        them = [Cell(fault, command, load, phase) for phase in PHASES]
        apply = [cell for cell in them if not cell.left_out()]
        if every_phase:
            yield from them
            continue
        rarest = min(
            apply, key=lambda one: (taken[fault, one.phase], taken[command, one.phase]), default=None
        )
        if rarest is not None:
            taken.update([(fault, rarest.phase), (command, rarest.phase)])
        yield rarest or them[0]


def sample(share: int) -> list[Cell]:
    """Every `share`th of those that apply and are quick, spread over all of it and always the same."""
    chosen = [cell for cell in cells() if not cell.left_out() and cell.fault not in SLOW]
    return sorted(chosen, key=scattered)[::share]


def scattered(cell: Cell) -> bytes:
    """A key by which the first of all cells, however few, are of all kinds."""
    return hashlib.sha256(cell.name.encode()).digest()
