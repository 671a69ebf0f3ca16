"""Bills of two sides: what an operation costs more or less, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Literal

from suite.compare.compare import side_name
from suite.compare.minimum import Overrides, Scale, minimum
from suite.errors import Faults
from suite.records.classes import load_class, machine_class
from suite.records.comparison import ACCEPTED, Change, Comparison, CostChange, Shift, Verdict
from suite.records.costs import COSTS, CostBill, CountedCost
from suite.records.provenance import provenance_of_both
from suite.records.reason import Figure, Reason

DECIDING = ("cost.instructions", "cost.system_calls", "cost.allocations", "cost.statements")
"""What is judged unless something else is asked for."""
_INSTEAD = "cost.calls"
"""What is judged where instructions were not counted."""
_LEAST = 0.02
"""A share by which calls and allocations at one place must differ, or..."""
_ONCE = 0.05
"""... so often per operation at least: less is nothing."""
_EXACT = 0.005
"""Statements are exact."""
_TELLING, _VARIES = 3, 0.25
"""So many bills of each side tell a change where one side varies by such a share of it."""
_NEAR = 0.4
"""By such a share of its minimum effect one bill of each side may be off, by what goes by the clock."""
_KERNEL = ("os.", "io.", "socket.", "select.", "fcntl.", "mmap.", "time.sleep")
"""How names of C functions begin that call the kernel."""
_Key = tuple[str, str, str]


def check_costs(names: Iterable[str], minimums: Overrides) -> None:
    """Raise ConfigurationError for what is no cost, with all of them, and for bad minimums."""
    faults = Faults()
    for name in (*names, *minimums):
        if (known := name.partition("@")[0]) not in COSTS:
            faults.lines.append(f"{name} is no cost that can be counted: {', '.join(COSTS)}")
            continue
        with faults.collected():
            minimum(name, COSTS[known], minimums)
    faults.check()


def compare_bills(
    base: Sequence[CostBill],
    head: Sequence[CostBill],
    *,
    metrics: Sequence[str] = (),
    minimums: Overrides = MappingProxyType({}),
) -> Comparison:
    """Judge the bills of `head`, newest last, against those of `base`; both have some, of one workload.

    Of each bill the cheapest window is taken: what comes on top is a timer's or the scheduler's work. A cost
    changed if all bills of one side lie apart from the other's, and their means by the minimum effect. What
    varies so much that it can't be told is inconclusive.
    """
    wanted = metrics or _deciding(base, head)
    changes = tuple(_change(metric, base, head, minimums) for metric in wanted)
    places = tuple(_places(base, head))
    return Comparison(
        **provenance_of_both(base, head, changes),
        base=side_name(base),
        head=side_name(head),
        changes=changes,
        runs=(len(base), len(head)),
        places=places,
        notes=tuple(_notes(base, head)),
    )


def compare_stored_bills(
    base: Sequence[CostBill],
    head: Sequence[CostBill],
    *,
    metrics: Sequence[str] = (),
    minimums: Overrides = MappingProxyType({}),
    anywhere: bool = False,
) -> Comparison:
    """Judge stored bills, newest first; those of another machine or operations than head's are left out.

    What nothing is left of to compare with has no changes.
    """
    alike = [
        [one for one in side if _alike(one, head[0], anywhere)] for side in (reversed(base), reversed(head))
    ]
    left = (Reason("other_bills", {"left": gone}),) if (gone := len(base) - len(alike[0])) else ()
    if not alike[0]:
        provenance = provenance_of_both(base, head, ())
        return Comparison(**provenance, base=side_name(base), head=side_name(head), changes=(), notes=left)
    found = compare_bills(*alike, metrics=metrics, minimums=minimums)
    return replace(found, notes=(*found.notes, *left))


def costs_untold(found: Comparison, bills: int) -> list[str]:
    """The costs that more than so many bills of each side may judge in another way: all that are not the
    same, and after the first what comes near its minimum effect.
    """

    def is_told(change: Change) -> bool:
        near = change.shift is not None and abs(change.shift.estimate) >= _NEAR * change.minimum
        return change.verdict == "same" and (bills > 1 or not near or change.reason.kind == ACCEPTED)

    return [change.metric for change in found.changes if not is_told(change)]


def _alike(one: CostBill, other: CostBill, anywhere: bool) -> bool:
    same = load_class(one.plan) == load_class(other.plan) and one.plan.get("seed") == other.plan.get("seed")
    machines = machine_class(one.environment), machine_class(other.environment)
    return same and (anywhere or machines[0] == machines[1])


def _deciding(base: Sequence[CostBill], head: Sequence[CostBill]) -> Sequence[str]:
    known = all(any(_cost(bill, DECIDING[0]) is not None for bill in side) for side in (base, head))
    return DECIDING if known else (_INSTEAD, *DECIDING[2:])


def _change(metric: str, base: Sequence[CostBill], head: Sequence[CostBill], minimums: Overrides) -> Change:
    known = [[cost for bill in side if (cost := _cost(bill, metric)) is not None] for side in (base, head)]
    unit = next((cost.unit for side in known for cost in side), "1")
    least = [[min(cost.windows) for cost in side] for side in known]
    one, other = (sum(side) / len(side) if side else None for side in least)
    missing = [name for name, side in zip(("base", "head"), known, strict=True) if not side]
    if one is None or other is None:
        side = missing[0] if len(missing) == 1 else "both"
        return Change(metric, unit, "lower", one, other, "inconclusive", Reason("no_value", {"side": side}))
    ends = [(min(side), max(side)) for side in least]
    scale = Scale.of(minimum(metric, unit, minimums), *ends)
    (low, high), (other_low, other_high) = (scale.values(end) for end in ends)
    first, last = scale.values([one, other])
    shift = Shift(float(last - first), float(other_low - high), float(other_high - low))
    widest = max(float(high - low), float(other_high - other_low))
    verdict, reason = _verdict(shift, scale.size, widest, min(map(len, known)))
    return Change(
        metric,
        unit,
        "lower",
        one,
        other,
        verdict,
        reason,
        scale.shown(shift),
        relative=scale.relative,
        minimum=scale.minimum,
    )


def _cost(bill: CostBill, metric: str) -> CountedCost | None:
    """What can be believed of it."""
    cost = bill.costs.get(metric)
    return None if cost is None or cost.value is None or bill.exit_code else cost


def _verdict(shift: Shift, size: float, widest: float, bills: int) -> tuple[Verdict, Reason]:
    """Exact counts need no test: what lies apart by more than the minimum has changed.

    Those of threads depend on who runs when. Two bills of each side lie apart by chance in a third of all
    cases, three in a tenth: where one side of two varies by a good part of the shift, that tells little.
    """
    slack = 1e-9 * size
    large = abs(shift.estimate) >= size - slack
    apart = shift.low > 0 or shift.high < 0
    if large and apart and bills < _TELLING and widest > _VARIES * abs(shift.estimate):
        return "inconclusive", Reason("counts_vary", {"bills": bills})
    if large and apart:
        return ("regression" if shift.estimate > 0 else "improvement"), Reason("counted_apart")
    if large:
        return "inconclusive", Reason("counts_overlap")
    return "same", Reason("counted_alike")


def _notes(base: Sequence[CostBill], head: Sequence[CostBill]) -> Iterator[Reason]:
    for side, bills in (("base", base), ("head", head)):
        doubtful = [bill.validity.reasons for bill in bills if bill.validity.verdict != "valid"]
        if doubtful:
            yield Reason.doubtful(doubtful, len(bills), side)
    sources = [{cost.source for bill in side for cost in bill.costs.values()} for side in (base, head)]
    if sources[0] != sources[1]:
        figures: dict[str, Figure] = {
            name: ", ".join(sorted(own)) for name, own in zip(("base", "head"), sources, strict=True)
        }
        yield Reason("other_sources", figures)
    yield from _plans(base, head)


def _plans(base: Sequence[CostBill], head: Sequence[CostBill]) -> Iterator[Reason]:
    """Statements that the database goes about in another way."""
    first, last = (
        next((one.database for one in reversed(side) if one.database), ()) for side in (base, head)
    )
    known = {(one.helper, one.text): one.plan for one in first if one.plan is not None}
    for one in last:
        before = known.get((one.helper, one.text))
        if before is not None and one.plan is not None and one.plan != before:
            sides = {"base": " / ".join(map(str.strip, before)), "head": " / ".join(map(str.strip, one.plan))}
            yield Reason("plan_changed", {"helper": one.helper, "statement": one.text, **sides})


def _places(base: Sequence[CostBill], head: Sequence[CostBill]) -> Iterator[CostChange]:
    """Where both differ in the newest bills that tell, of each kind what differs most first."""
    kinds: tuple[tuple[Literal["calls", "c_calls", "allocations", "statements"], _Read], ...] = (
        ("statements", _statements),
        ("calls", _calls),
        ("c_calls", _c_calls),
        ("allocations", _allocations),
    )
    for kind, read in kinds:
        sides = [next(filter(None, map(read, reversed(bills))), {}) for bills in (base, head)]
        found = []
        for key in dict.fromkeys([*sides[1], *sides[0]]):
            (one, line), (other, head_line) = (side.get(key, (0.0, 0)) for side in sides)
            if abs(other - one) > (max(_ONCE, _LEAST * max(one, other)) if kind != "statements" else _EXACT):
                function, file, text = key
                found.append(CostChange(kind, function, file, head_line or line, one, other, text))
        yield from sorted(found, key=lambda one: (not _enters(one), -abs(one.head - one.base)))


_Read = Callable[[CostBill], Mapping[_Key, tuple[float, int]]]


def _calls(bill: CostBill) -> Mapping[_Key, tuple[float, int]]:
    return _summed(((one.function, one.file, ""), one.calls, one.line) for one in bill.functions or ())


def _c_calls(bill: CostBill) -> Mapping[_Key, tuple[float, int]]:
    return _summed(
        ((one.function, one.file, one.called), one.calls, one.line) for one in bill.c_functions or ()
    )


def _enters(place: CostChange) -> bool:
    """Whether it may be a call of the kernel: of the C functions those come first."""
    return place.kind == "c_calls" and place.text.startswith(_KERNEL)


def _allocations(bill: CostBill) -> Mapping[_Key, tuple[float, int]]:
    found = bill.allocations or ()
    return _summed(((one.function, one.file, ""), one.allocations, one.line) for one in found)


def _statements(bill: CostBill) -> Mapping[_Key, tuple[float, int]]:
    found = bill.statements or ()
    return _summed(((one.function, one.file, one.text), one.sent, one.line) for one in found)


def _summed(parts: Iterable[tuple[_Key, float, int]]) -> dict[_Key, tuple[float, int]]:
    """By function, for lines move; the line is that of the largest part, which comes first."""
    found: dict[_Key, tuple[float, int]] = {}
    for key, value, line in parts:
        known = found.get(key, (0.0, line))
        found[key] = (known[0] + value, known[1])
    return found
