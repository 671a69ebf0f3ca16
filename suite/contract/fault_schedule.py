"""Whether the faults of a workload go together, and with its loop and its parties."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from math import inf

from suite.contract.fault import SYSTEM, At
from suite.contract.loop import Loop
from suite.contract.system import System


def contradictions(faults: Sequence[At]) -> Iterator[str]:
    """Those that can't be both: one kind twice at a time, or what happens to processes that are dead."""
    for first, second in combinations(sorted(faults, key=lambda at: at.begins), 2):
        if first.fault.party != second.fault.party or second.begins >= _end(first):
            continue
        alike = first.fault.kind == second.fault.kind
        if alike or not (first.fault.between or second.fault.between):
            until = "lasts until the load ends" if first.ends is None else f"lasts until {first.ends:g} s"
            yield f"{second}, while {first} {until}: they contradict each other"


def beyond(faults: Sequence[At], loop: Loop) -> Iterator[str]:
    """Those that the load is too short for; of a loop that counts operations nobody can tell."""
    if not loop.seconds:  # nor of a log that has not been read
        return
    for at in faults:
        if at.begins >= loop.seconds:
            yield f"{at} begins when the load of {loop.seconds:g} s has ended"
        elif at.ends is not None and at.ends > loop.seconds:
            yield f"{at} ends at {at.ends:g} s, after the load of {loop.seconds:g} s"


def unmet(faults: Sequence[At], system: System, beside: Mapping[str, System]) -> Iterator[str]:
    """Those whose party is not there, or can't be met by them."""
    parties = {SYSTEM: system, **beside}
    for at in faults:
        party = parties.get(at.fault.party)
        if party is None:
            known = ", ".join(repr(name) for name in parties)
            yield f"{at}: there is no such party; there are {known}"
        elif (why := party.immunity(at.fault)) is not None:
            yield f"{at}: {why}"


def _end(at: At) -> float:
    return inf if at.ends is None else at.ends
