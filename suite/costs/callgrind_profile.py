"""What a profile of callgrind counted in all."""

from __future__ import annotations

import re
from collections.abc import Iterator

_EVENTS = re.compile(r"^events: (.+)$", re.MULTILINE)
_TOTALS = re.compile(r"^totals: (.+)$", re.MULTILINE)
_CALLS = "sysCount"
METRICS = {"Ir": "cost.instructions", _CALLS: "cost.system_calls"}
_CLOCKS = re.compile(
    r"^c?fn=\((\d+)\) (?:__)?(?:clock_gettime|gettimeofday|time|getcpu)(?:@@?\S*)?$", re.MULTILINE
)
"""Functions that ask the kernel under valgrind alone: else they read what it has mapped (vdso)."""


def totals(profile: str) -> dict[str, int]:
    """By metric; system calls without those that valgrind alone makes."""
    events, counts = _EVENTS.search(profile), _TOTALS.search(profile)
    if events is None or counts is None:
        return {}
    names = events[1].split()
    found = dict(zip(names, map(int, counts[1].split()), strict=False))  # zeros at the end are left out
    if _CALLS in found:
        found[_CALLS] -= sum(_own_counts(profile, names.index(_CALLS)))
    return {metric: found[event] for event, metric in METRICS.items() if event in found}


def _own_counts(profile: str, place: int) -> Iterator[int]:
    """What each line of the clocks counted itself of the event at that place."""
    for number in {found[1] for found in _CLOCKS.finditer(profile)}:
        mark = f"\nfn=({number})"
        at = profile.find(mark)
        while at >= 0:
            end = profile.find("\nfn=", at + 1)
            called = False
            for line in profile[at + 1 : end if end >= 0 else None].splitlines()[1:]:
                if line.startswith("calls="):
                    called = True  # the next line is what is called
                elif line[:1].isdigit() or line[:1] in {"+", "-", "*"}:
                    counts = line.split()[1:]
                    if not called and len(counts) > place:
                        yield int(counts[place])
                    called = False
            at = profile.find(mark, at + 1)
