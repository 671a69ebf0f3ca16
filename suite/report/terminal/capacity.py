"""What a capacity search says: its looks, the curve, the interval, the scaling law; all as data too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.table import Table
from rich.text import Text

from suite.foreign_text import clean
from suite.records.capacity import Capacity, Probe, Scaling, SearchResult
from suite.report.reasons import words
from suite.report.terminal.plot import plot
from suite.report.terminal.table import PlainTable
from suite.report.words import BAD, FAINT, GOOD, WARNING, first_line, many
from suite.units import format_quantity

_MARKS = {True: "o", False: "x", None: "?"}


def load_words(load: float | None, unit: str) -> str:
    """A load for people: "800 /s", "3.4 x", "12 users"."""
    if load is None:
        return "-"
    return many(load, "user") if unit == "users" else format_quantity(load, unit)


def _held(look: Probe) -> Text:
    """Whether a look held, and why not."""
    more = f" (and {len(look.reasons) - 1} more)" if len(look.reasons) > 1 else ""
    why = first_line(words(look.reasons[0]), 90) + more if look.reasons else ""
    if not look.valid:
        return Text.assemble(("invalid", WARNING), f"  {why}")
    if look.holds is None:
        return Text.assemble(("? not judged", WARNING), f"  {why}")
    return Text("held", GOOD) if look.holds else Text.assemble(("broke", BAD), f"  {why}")


def look_line(look: Probe, unit: str) -> Text:
    """One look as a line of progress."""
    p99 = format_quantity(look.p99, "s")
    return Text.assemble(f"at {load_words(look.load, unit):>10}  p99 {p99:>8}  ", _held(look))


def looks_table(capacity: Capacity) -> Table:
    """A row per load, lowest first; figures of its last look, and how its looks ended."""
    table = PlainTable()
    for title in (
        capacity.goal.over,
        "delivered",
        "p50",
        "p99",
        "failures",
        "held",
    ):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("", overflow="fold")
    for load in sorted({look.load for look in capacity.found.looks}):
        looks = [look for look in capacity.found.looks if look.load == load]
        counted = [look for look in looks if look.valid and look.holds is not None]
        held = sum(bool(look.holds) for look in counted)
        last = (counted or looks)[-1]
        telling = next((look for look in reversed(looks) if not look.holds), None)
        table.add_row(
            load_words(load, capacity.unit),
            format_quantity(last.throughput, "1/s"),
            format_quantity(last.p50, "s"),
            format_quantity(last.p99, "s"),
            format_quantity(last.failures, "ratio"),
            f"{held} of {len(counted)}" if counted else "-",
            _held(telling) if telling is not None else Text(),
        )
    return table


def curve(capacity: Capacity) -> Iterator[str]:
    """Response time p99 (and p50 as dots) against load, with a line that says what the marks mean."""
    looks = [look for look in capacity.found.looks if look.valid]
    marks = [(look.load, look.p50 or 0.0, ".") for look in looks]
    marks += [(look.load, look.p99 or 0.0, _MARKS[look.holds]) for look in looks]
    lines = list(plot(marks, x_unit=capacity.unit, y_unit="s"))
    if lines:
        yield "response time against load; p99: o held, x broke; p50: ."
        yield from lines


def answer(capacity: Capacity) -> Text:
    """The capacity in a line."""
    words = answer_words(capacity.found, capacity.interval, capacity.unit) + peak_words(capacity)
    return Text.assemble(("capacity  ", "bold"), words)


def peak_words(capacity: Capacity) -> str:
    """What a speed is times of."""
    plan = capacity.plan
    if capacity.goal.over != "speed" or not all(plan.get(name) for name in ("rate", "speed", "log")):
        return ""
    length = format_quantity(capacity.goal.seconds * plan["speed"], "s")
    once = format_quantity(plan["rate"] / plan["speed"], "1/s")
    return f"; 1 x is the peak of {clean(str(plan['log']).split(' ')[0])}, {once} in its busiest {length}"


def answer_words(found: SearchResult, interval: Sequence[float | None], unit: str) -> str:
    """The interval in words, and what broke first or why there is none; looks are not needed for it."""
    low, high = (load_words(end, unit) for end in interval)
    held, broke = load_words(found.low, unit), load_words(found.high, unit)
    first = f"{clean(found.broke or '?')} broke first"
    match found.end:
        case "found":
            words = f"between {low} and {high}: {held} held, at {broke} {first}"
        case "below":
            words = f"below {broke}, the lowest load looked at: {first}"
        case "range":
            words = f"at least {held}, the highest load looked at"
        case "generator" if found.low is not None:
            words = f"at least {held}; the generator can't go higher: this is no limit of the system"
        case "generator":
            words = "unknown: the generator could not deliver any load as planned"
        case "unclear":
            words = f"at least {held}; above it thresholds could not be judged"
        case _:
            broken = any(look.holds is False and look.valid for look in found.looks)
            ended = "what broke once was looked at again" if broken else "anything broke"
            words = f"at least {held}; the search ended before {ended}" if found.low else "unknown"
            if found.low is None and found.high is not None:
                words = f"below {broke}: {first}; the search ended before anything held"
    if found.spent:
        words += "; the budget was spent before the interval was narrow enough"
    return words


def scaling_words(capacity: Capacity) -> Iterator[Text]:
    """The Universal Scalability Law's parameters; only why not where it could not be fitted."""
    law = capacity.scaling
    if law.rate is None or law.contention is None or law.coherence is None:
        yield Text(f"scaling   {_fit(law)}", FAINT)
        return
    peak = ""
    if law.peak is not None:
        peak = f", peak of {format_quantity(law.highest, '1/s')} at {law.peak:,.3g} in flight"
    yield Text.assemble(
        ("scaling   ", "bold"),
        f"{format_quantity(law.rate, '1/s')} by one, contention {law.contention:.3g}, "
        f"coherence {law.coherence:.3g}{peak}; {_fit(law)}",
    )


def _fit(law: Scaling) -> str:
    return "no fit" if law.fit is None else clean(words(law.fit))
