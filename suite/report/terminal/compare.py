"""What a comparison shows in the terminal: a table per workload, where latency moved, the verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from suite.compare.compared import Compared
from suite.foreign_text import clean
from suite.records.comparison import Change, Comparison
from suite.report.compared import brief, chance, counted, interval, remedy, shift
from suite.report.reasons import words
from suite.report.terminal.calibration import hint
from suite.report.terminal.places import places
from suite.report.terminal.shiftplot import shift_plot
from suite.report.terminal.table import PlainTable
from suite.report.verdict import change_text, conclusion_text
from suite.report.words import BAD, FAINT, WARNING, many
from suite.units import format_quantity


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
            table = changes_table(one.changes, "p adjusted", lambda change: chance(change.p))
            console.print(Padding(table, (1, 0, 1, 2), expand=False))
        for row in places(one):
            console.print(row, soft_wrap=isinstance(row, Text))
        for line in below(one):
            console.print(line, soft_wrap=True)
        if promises.get(one.workload):
            console.print(Text(f"  {clean(promises[one.workload])}", FAINT), soft_wrap=True)
        if quantiles or one.verdict in ("regression", "improvement"):
            for row in plots(one):
                console.print(row, soft_wrap=True)
        console.print()
    unknown = [name for name, promise in promises.items() if not promise]
    if unknown:
        console.print(Text(clean(hint(unknown)), FAINT), soft_wrap=True)
    for line in closing(compared, exit_code, saved):
        console.print(line, soft_wrap=True)


def print_annotations(console: Console, lines: Iterable[str]) -> None:
    """Lines that whoever runs us looks for: never wrapped, nor escaped as what comes from outside is."""
    for line in lines:
        console.file.write(f"{line}\n")
    console.file.flush()


def changes_table(changes: Sequence[Change], title: str, figure: Callable[[Change], str]) -> Table:
    """A row per metric that was compared; the column `title` has a `figure` of each change."""
    table = PlainTable()
    table.add_column("metric", overflow="fold", min_width=18)
    for name in ("base", "head", "shift", "interval", title):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for change in changes:
        table.add_row(
            change.metric,
            format_quantity(change.base, change.unit),
            format_quantity(change.head, change.unit),
            shift(change),
            interval(change),
            figure(change),
            change_text(change),
        )
    return table


def closing(compared: Compared, exit_code: int, saved: str = "") -> Iterator[Text]:
    """What was left out, what decided, what could not be decided and would be; the verdict."""
    for why in compared.left_out:
        yield Text.assemble(("left out: ", FAINT), clean(words(why)))
    conclusion = compared.conclusion
    yield from regressions(compared)
    undecided = remedy(compared)
    if undecided is not None:
        yield Text(clean(str(undecided)), WARNING)
    passed = "; passes as a warning" if conclusion.verdict == "inconclusive" and not exit_code else ""
    where = f"; saved as {saved}" if saved else ""
    yield Text.assemble(conclusion_text(conclusion.verdict), f"  {counted(compared)}{passed}{where}")


def print_accused(console: Console, compared: Compared) -> None:
    """What seems to have regressed, before it is measured again."""
    for line in regressions(compared):
        console.print(line, soft_wrap=True)
    console.print(Text("this is measured again in turns before it counts", FAINT))
    console.print()


def regressions(compared: Compared) -> Iterator[Text]:
    """A line for each change that made the verdict a regression."""
    for one, change in compared.changes("regression"):
        name = f"{one.workload} {change.metric}"
        yield Text.assemble(("regression: ", BAD), clean(f"{name}: {brief(change)}"))


def below(one: Comparison) -> Iterator[Text]:
    """What stands below the table: why metrics have no verdict, and what else a reader must know."""
    if not one.changes:
        yield Text("  nothing could be compared", WARNING)
    for line in open_lines(one):
        yield Text.assemble("  ", ("inconclusive: ", WARNING), clean(line))
    for note in one.notes:
        yield Text.assemble("  ", ("note: ", FAINT), clean(words(note)))


def plots(one: Comparison) -> Iterator[Text]:
    """Where latency moved: a shift plot for each kind of time."""
    for key, shifts in one.quantiles.items():
        yield Text()
        yield Text(f"  {clean(key)} time by quantile: base, head, shift with its 95 % interval")
        yield from (Text(f"  {row}") for row in shift_plot(shifts))


def open_lines(comparison: Comparison) -> Iterator[str]:
    """Why metrics have no verdict, those with the same reason in one line."""
    reasons: dict[str, list[str]] = {}
    for change in comparison.changes:
        if change.verdict == "inconclusive":
            reasons.setdefault(words(change.reason), []).append(change.metric)
    for reason, metrics in reasons.items():
        yield f"{reason}: {', '.join(metrics)}"


def _head(one: Comparison) -> Text:
    base, head = (many(count, "run") for count in one.runs)
    sides = f"base {one.base}, {base} → head {one.head}, {head}"
    verdict = conclusion_text(one.verdict)
    return Text.assemble((clean(one.workload), "bold"), "  ", verdict, f"  {clean(sides)}")
