"""Whether two Runs may be compared: what differs between their machines, software and load."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from suite.records.classes import memory_class
from suite.records.run import Run

_HARDWARE = {
    "cpu": "CPU",
    "machine": "architecture",
    "cores": "cores",
    "affinity": "usable cores",
    "container": "container class",
}
_SOFTWARE = {
    "host": "host",
    "kernel": "kernel",
    "governor": "CPU governor",
    "implementation": "Python implementation",
    "python": "Python",
}
_NAMED = 5
_LACKING = 3
_LOAD = ("users", "rate", "arrivals", "stages", "burst", "think", "busy", "target")
_PLAN = ("operations", "each", "seconds", "warmup", "workers", "spin", "quick")


@dataclass(frozen=True, slots=True)
class Likeness:
    """What differs. `never` forbids a comparison, `refused` does unless told otherwise, `notes` don't."""

    never: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def alike(self) -> bool:
        """Whether nothing stands against comparing."""
        return not self.never and not self.refused


def likeness(base: Run, head: Run) -> Likeness:
    """What differs between two Runs, in lines such as `kernel: 6.1 v 6.6` (base first).

    Refused are other hardware or container classes and another load; never compared are other workloads
    and a closed loop with an open one. A fact that a side doesn't have only makes a note.
    """
    never = []
    if base.workload != head.workload:
        never.append(f"workload: {base.workload} v {head.workload}")
    loops = base.plan.get("loop"), head.plan.get("loop")
    if loops[0] != loops[1]:
        never.append(f"loop: {loops[0]} v {loops[1]}; closed and open loops measure different things")
    hardware, unknown = _hardware(base.environment, head.environment)
    load = list(_differing(base.plan, head.plan, {key: f"load, {key}" for key in _LOAD}))
    rounds = [] if base.rounds == head.rounds else [f"rounds: {base.rounds} v {head.rounds}"]
    notes = [
        *unknown,
        *_software(base.environment, head.environment),
        *_uncommitted(base, head),
        *_differing(base.plan, head.plan, {key: key for key in (*_PLAN, "seed")}),
        *rounds,
        *_mapping("parameter", base.plan.get("parameters"), head.plan.get("parameters")),
    ]
    return Likeness(tuple(never), (*hardware, *load), tuple(notes))


def one_plan(base: Run, head: Run) -> bool:
    """Whether both ran the same load as long, with the same parameters; one that a side lacks is no other."""
    mine, theirs = (run.plan.get("parameters") or {} for run in (base, head))
    common = {key: key for key in mine if key in theirs}
    differing = [
        *_differing(base.plan, head.plan, {key: key for key in (*_LOAD, *_PLAN)}),
        *_differing(mine, theirs, common),
    ]
    return not differing


def _hardware(base: Mapping[str, Any], head: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    refused: list[str] = []
    unknown: list[str] = []
    for key, name in _HARDWARE.items():
        one, other = base.get(key), head.get(key)
        if one == other:
            continue
        (unknown if one is None or other is None else refused).append(_line(name, one, other))
    one, other = base.get("memory"), head.get("memory")
    if isinstance(one, int | float) and isinstance(other, int | float) and min(one, other) > 0:
        if memory_class(one) != memory_class(other):
            refused.append(f"memory: {one / 1e9:.1f} GB v {other / 1e9:.1f} GB")
    elif one != other:
        unknown.append(_line("memory", one, other))
    return refused, unknown


def _software(base: Mapping[str, Any], head: Mapping[str, Any]) -> Iterable[str]:
    yield from _differing(base, head, _SOFTWARE)
    yield from _packages(base.get("packages"), head.get("packages"))


def _uncommitted(base: Run, head: Run) -> Iterable[str]:
    for side, run in (("base", base), ("head", head)):
        if run.dirty:
            yield f"{side} had changes that were not committed"


def _packages(base: object, head: object) -> Iterable[str]:
    """Those of another version; and those that one side lacks, unless these are so many that the sides
    were recorded in different ways.
    """
    one = base if isinstance(base, Mapping) else {}
    other = head if isinstance(head, Mapping) else {}
    differing = [name for name in sorted({*one} & {*other}) if one[name] != other[name]]
    lacking = sorted({*one} ^ {*other})
    if len(lacking) <= _LACKING:
        differing += lacking
    for name in differing[:_NAMED]:
        yield _line(f"package {name}", one.get(name), other.get(name))
    if len(differing) > _NAMED:
        yield f"and {len(differing) - _NAMED} more packages differ"


def _differing(base: Mapping[str, Any], head: Mapping[str, Any], names: Mapping[str, str]) -> Iterable[str]:
    for key, name in names.items():
        if _plain(base.get(key)) != _plain(head.get(key)):
            yield _line(name, base.get(key), head.get(key))


def _mapping(kind: str, base: object, head: object) -> Iterable[str]:
    one = base if isinstance(base, Mapping) else {}
    other = head if isinstance(head, Mapping) else {}
    yield from _differing(one, other, {key: f"{kind} {key}" for key in sorted({*one, *other})})


def _plain(value: Any) -> Any:
    """As the ledger gives it back: tuples are lists there."""
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _line(name: str, one: object, other: object) -> str:
    return f"{name}: {_word(one)} v {_word(other)}"


def _word(value: object) -> str:
    return "unknown" if value is None else str(value)
