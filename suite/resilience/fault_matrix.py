"""Which faults of which parties a workload is tried with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from suite.contract.component import Component
from suite.contract.fault import SYSTEM, At, Fault
from suite.contract.workload import Workload
from suite.errors import ConfigurationError
from suite.faults import BlackHole, First, Kill, Latency, Reset
from suite.records.resilience import FaultCourse, FaultName, SkippedFault

FAULTS: Mapping[FaultName, Callable[[str, FaultCourse], Fault]] = {
    "slow": lambda party, course: Latency(party, course.during, delay=course.delay),
    "dead": lambda party, course: Kill(party, course.during),
    "blackhole": lambda party, course: BlackHole(party, course.during),
    "reset": lambda party, course: Reset(party, course.during),
    "first": lambda party, course: Reset(party, course.during, requests=First(course.first)),
    "restart": lambda party, _: Kill(party, 0.0),
}
"""All that is tried, in this order. What is killed to be started again at once is a `restart`."""


class MatrixCell(NamedTuple):
    """A fault to be tried, and its time."""

    fault: FaultName
    party: str
    at: At


class FaultMatrix(NamedTuple):
    """What is tried, and what can't be."""

    cells: tuple[MatrixCell, ...]
    skipped: tuple[SkippedFault, ...]


def fault_matrix(
    workload: Workload, course: FaultCourse, parties: Iterable[str] = (), faults: Iterable[str] = ()
) -> FaultMatrix:
    """Each of `faults` (none: all) of each of `parties`.

    No parties are all helpers; of a workload without any the system, to which the users' way may fail.
    Raises ConfigurationError with all that makes no sense.
    """
    known: dict[str, object] = {**workload.beside, SYSTEM: workload.system}
    wanted = tuple(dict.fromkeys(parties)) or tuple(workload.beside) or (SYSTEM,)
    chosen = tuple(faults)
    names = [name for name in FAULTS if name in chosen or not chosen]
    wrong = [
        f"{workload.name} has no party {name!r}; there are {', '.join(map(repr, known))}"
        for name in wanted
        if name not in known
    ]
    wrong += [
        f"no fault is called {name!r}; there are {', '.join(FAULTS)}" for name in chosen if name not in FAULTS
    ]
    if isinstance(workload.system, Component):
        wrong.append(f"{workload.name} is a Component: it has no way to it, and no process, that could fail")
    wrong += _too_short(course)
    if wrong:
        raise ConfigurationError.of(wrong)
    cells, skipped = [], []
    for party in wanted:
        system = workload.system if party == SYSTEM else workload.beside[party]
        for name in names:
            at = At(course.before, FAULTS[name](party, course))
            why = system.immunity(at.fault)
            if why is None:
                cells.append(MatrixCell(name, party, at))
            else:
                skipped.append(SkippedFault(name, party, why))
    if not cells:
        raise ConfigurationError.of(
            f"{workload.name}: {one.fault} of {one.party} can't be: {one.why}" for one in skipped
        )
    return FaultMatrix(tuple(cells), tuple(skipped))


def _too_short(course: FaultCourse) -> Iterable[str]:
    for name in ("before", "during", "after", "delay"):
        if getattr(course, name) <= 0:
            yield f"{name} must be above 0"
    for name in ("first", "rounds"):
        if getattr(course, name) < 1:
            yield f"{name} must be at least 1"
