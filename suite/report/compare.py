"""What a comparison shows in the terminal: a table per workload, where latency moved, the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from suite.comparison import Comparison, Verdict
from suite.report.calibration import hint
from suite.report.compared import Compared, brief, chance, counted, interval, remedy, shift, why_open
from suite.report.shiftplot import shift_plot
from suite.report.words import BAD, FAINT, GOOD, WARNING, clean, plain_table
from suite.units import format_quantity

_WORDS: dict[Verdict, tuple[str, str]] = {
    "regression": ("✗ REGRESSION", BAD),
    "improvement": ("✓ improvement", GOOD),
    "same": ("same", FAINT),
    "inconclusive": ("? inconclusive", WARNING),
}
_ENDS: dict[Verdict, tuple[str, str]] = {
    "regression": ("REGRESSION", BAD),
    "improvement": ("IMPROVEMENT", "bold green"),
    "same": ("SAME", "bold green"),
    "inconclusive": ("INCONCLUSIVE", WARNING),
}


def print_compared(
    console: Console,
    compared: Compared,
    exit_code: int,
    *,
    quantiles: bool = False,
    saved: str = "",
    promises: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """All that was compared. Shift plots are for what changed, or with `quantiles` for all.

    `promises` say by workload what would have been caught, "" where that is not known.
    """
    for one in compared.comparisons:
        console.print(_head(one), soft_wrap=True)
        if one.changes:
            console.print(Padding(changes_table(one), (1, 0, 1, 2), expand=False))
        for line in _below(one):
            console.print(Text.assemble("  ", line), soft_wrap=True)
        if promises.get(one.workload):
            console.print(Text(f"  {clean(promises[one.workload])}", FAINT), soft_wrap=True)
        if quantiles or one.verdict in ("regression", "improvement"):
            for row in _plots(one):
                console.print(Text(f"  {row}"), soft_wrap=True)
        console.print()
    unknown = [name for name, promise in promises.items() if not promise]
    if unknown:
        console.print(Text(clean(hint(unknown)), FAINT), soft_wrap=True)
    for line in closing(compared, exit_code, saved):
        console.print(line, soft_wrap=True)


def changes_table(comparison: Comparison) -> Table:
    """A row per metric that was compared."""
    table = plain_table()
    table.add_column("metric", overflow="fold", min_width=12)
    for title in ("base", "head", "shift", "interval", "p adjusted"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for change in comparison.changes:
        table.add_row(
            Text(clean(change.metric)),
            format_quantity(change.base, change.unit),
            format_quantity(change.head, change.unit),
            shift(change),
            interval(change),
            chance(change.p),
            Text(*_WORDS[change.verdict]),
        )
    return table


def closing(compared: Compared, exit_code: int, saved: str = "") -> Iterator[Text]:
    """What was left out, what decided, what could not be decided and would be; the verdict."""
    for line in compared.left_out:
        yield Text.assemble(("left out: ", FAINT), clean(line))
    conclusion = compared.conclusion
    if conclusion.verdict == "regression":
        for one, change in compared.changes("regression"):
            name = f"{one.workload} {change.metric}"
            yield Text.assemble(("regression: ", BAD), clean(f"{name}: {brief(change)}"))
    hint = remedy(compared)
    if hint is not None:
        yield Text(clean(hint), WARNING)
    passed = "; passes as a warning" if conclusion.verdict == "inconclusive" and not exit_code else ""
    where = f"; saved as {saved}" if saved else ""
    yield Text.assemble(_ENDS[conclusion.verdict], f"  {counted(compared)}{passed}{where}")


def open_lines(comparison: Comparison) -> Iterator[str]:
    """Why metrics have no verdict, those with the same reason in one line."""
    reasons: dict[str, list[str]] = {}
    for change in comparison.changes:
        if change.verdict == "inconclusive":
            reasons.setdefault(why_open(change), []).append(change.metric)
    for reason, metrics in reasons.items():
        yield f"{reason}: {', '.join(metrics)}"


def _head(one: Comparison) -> Text:
    base, head = (f"{count} run{'' if count == 1 else 's'}" for count in one.runs)
    sides = f"base {one.base}, {base} → head {one.head}, {head}"
    return Text.assemble((clean(one.workload), "bold"), "  ", _ENDS[one.verdict], f"  {clean(sides)}")


def _below(one: Comparison) -> Iterator[Text]:
    if not one.changes:
        yield Text("nothing could be compared", WARNING)
    for line in open_lines(one):
        yield Text.assemble(("inconclusive: ", WARNING), clean(line))
    for note in one.notes:
        yield Text.assemble(("note: ", FAINT), clean(note))


def _plots(one: Comparison) -> Iterator[str]:
    for key, shifts in one.quantiles.items():
        yield ""
        yield f"{clean(key)} time by quantile: base, head, shift with its 95 % interval"
        yield from shift_plot(shifts)
