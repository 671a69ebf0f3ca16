"""Whether two Runs may be compared: what differs between their machines, software and load."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from suite.errors import ConfigurationError
from suite.records.classes import memory_class
from suite.records.reason import Figure, Reason
from suite.records.run import Run

_HARDWARE = ("cpu", "machine", "cores", "affinity", "container", "setting")
_SOFTWARE = ("host", "kernel", "governor", "implementation", "python")
_NAMED = 5
_LACKING = 3
_LOAD = (
    "engine",
    "users",
    "rate",
    "arrivals",
    "stages",
    "burst",
    "think",
    "busy",
    "target",
    "faults",
    "log",
    "speed",
)
_PLAN = ("operations", "each", "seconds", "warmup", "workers", "spin", "quick")


@dataclass(frozen=True, slots=True)
class Likeness:
    """What differs. `never` forbids a comparison, `refused` does unless told otherwise, `notes` don't."""

    never: tuple[Reason, ...] = ()
    refused: tuple[Reason, ...] = ()
    notes: tuple[Reason, ...] = ()

    @property
    def alike(self) -> bool:
        """Whether nothing stands against comparing."""
        return not self.never and not self.refused


class Unlike(ConfigurationError):
    """Runs that must not be compared, and the `reasons` why."""

    def __init__(self, workload: str, reasons: Iterable[Reason]) -> None:
        self.workload = workload
        self.reasons = tuple(dict.fromkeys(reasons))
        kinds = dict.fromkeys(reason.kind for reason in self.reasons)
        super().__init__(f"{workload}: these runs can't be compared: {', '.join(kinds)}")


def likeness(base: Run, head: Run) -> Likeness:
    """What differs between two Runs: a reason for each fact, with its value in `base` and `head`.

    Refused are other hardware or container classes and another load; never compared are other workloads,
    a closed loop with an open one, and what was measured under a debugger, coverage or a profiler. A fact
    that a side doesn't have only makes a note.
    """
    never = []
    if base.workload != head.workload:
        never.append(_other("other_workload", base.workload, head.workload))
    loops = base.plan.get("loop"), head.plan.get("loop")
    if loops[0] != loops[1]:
        never.append(_other("other_loop", *loops))
    never += [*instrumented("base", base), *instrumented("head", head)]
    hardware, unknown = _hardware(base.environment, head.environment)
    load = list(_differing("other_load", base.plan, head.plan, _LOAD))
    rounds = [] if base.rounds == head.rounds else [_other("other_rounds", base.rounds, head.rounds)]
    notes = [
        *unknown,
        *_software(base.environment, head.environment),
        *_uncommitted(base, head),
        *_differing("other_plan", base.plan, head.plan, (*_PLAN, "seed", "good")),
        *rounds,
        *_parameters(base.plan.get("parameters"), head.plan.get("parameters")),
    ]
    return Likeness(tuple(never), (*hardware, *load), tuple(notes))


def instrumented(side: str, run: Run) -> Iterable[Reason]:
    """That it was measured under something that watches every line, and so says nothing of others."""
    if by := run.environment.get("instruments"):
        yield Reason("instrumented", {"side": side, "by": _figure(by)})


def one_plan(base: Run, head: Run) -> bool:
    """Whether both ran the same load as long, with the same parameters; one that a side lacks is no other."""
    mine, theirs = (run.plan.get("parameters") or {} for run in (base, head))
    differing = [
        *_differing("other_plan", base.plan, head.plan, (*_LOAD, *_PLAN)),
        *_differing("other_parameter", mine, theirs, [key for key in mine if key in theirs]),
    ]
    return not differing


def _hardware(base: Mapping[str, Any], head: Mapping[str, Any]) -> tuple[list[Reason], list[Reason]]:
    refused: list[Reason] = []
    unknown: list[Reason] = []
    for found in _differing("other_hardware", base, head, _HARDWARE):
        lacking = found.figures["base"] is None or found.figures["head"] is None
        (unknown if lacking else refused).append(found)
    one, other = base.get("memory"), head.get("memory")
    if isinstance(one, int | float) and isinstance(other, int | float) and min(one, other) > 0:
        if memory_class(one) != memory_class(other):
            refused.append(_other("other_hardware", one, other, fact="memory"))
    elif one != other:
        unknown.append(_other("other_hardware", one, other, fact="memory"))
    return refused, unknown


def _software(base: Mapping[str, Any], head: Mapping[str, Any]) -> Iterable[Reason]:
    yield from _differing("other_software", base, head, _SOFTWARE)
    yield from _packages(base.get("packages"), head.get("packages"))


def _uncommitted(base: Run, head: Run) -> Iterable[Reason]:
    for side, run in (("base", base), ("head", head)):
        if run.dirty:
            yield Reason("uncommitted", {"side": side})


def _packages(base: object, head: object) -> Iterable[Reason]:
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
        yield _other("other_package", one.get(name), other.get(name), fact=name)
    if len(differing) > _NAMED:
        yield Reason("other_packages", {"more": len(differing) - _NAMED})


def _differing(
    kind: str, base: Mapping[str, Any], head: Mapping[str, Any], facts: Iterable[str]
) -> Iterable[Reason]:
    for fact in facts:
        if _plain(base.get(fact)) != _plain(head.get(fact)):
            yield _other(kind, base.get(fact), head.get(fact), fact=fact)


def _parameters(base: object, head: object) -> Iterable[Reason]:
    one = base if isinstance(base, Mapping) else {}
    other = head if isinstance(head, Mapping) else {}
    yield from _differing("other_parameter", one, other, sorted({*one, *other}))


def _plain(value: Any) -> Any:
    """As the ledger gives it back: tuples are lists there."""
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _other(kind: str, base: object, head: object, **figures: Figure) -> Reason:
    """Both values of what differs; None is one that is not known."""
    return Reason(kind, {**figures, "base": _figure(base), "head": _figure(head)})


def _figure(value: object) -> Figure:
    return value if value is None or isinstance(value, str | int | float) else str(value)
