"""What was calibrated: shown, and told by every comparison."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from suite.errors import StoreError
from suite.foreign_text import clean
from suite.records.calibration import Calibration, Caught, SelfComparison
from suite.records.reason import Reason
from suite.report.compared import brief
from suite.report.reasons import all_words, words
from suite.report.terminal.live import Live
from suite.report.terminal.table import PlainTable
from suite.report.words import BAD, FAINT, WARNING
from suite.units import format_quantity


def promise(caught: Sequence[Caught] | StoreError, *, alone: bool = False) -> str:
    """One line on what a comparison would have caught, "" if that is not known.

    `alone` says that it shared its error with others, which catches less than was calibrated.
    """
    if isinstance(caught, StoreError):
        return str(caught).splitlines()[0]
    parts = ", ".join(f"{_least(one.size)} of {one.metric}" for one in caught)
    how = "alone it would catch" if alone else "would catch"
    return f"{how} {parts} in 95 of 100" if parts else ""


def hint(workloads: Sequence[str]) -> str:
    """What to say where nothing was calibrated."""
    names = workloads[0] if len(workloads) == 1 else "WORKLOADS"
    return f"how small a slow-down this catches here is not known; measure it with: suite calibrate {names}"


def print_calibrated(console: Console, found: Calibration) -> None:
    """A row per metric, and how often there would be false alarms."""
    head = Text.assemble((clean(found.workload), "bold"), f"  calibrated from {found.runs} runs")
    console.print(head, soft_wrap=True)
    table = PlainTable()
    table.add_column("metric", overflow="fold", min_width=18)
    for title in ("median", "CV", "8 pairs", "12 pairs", "16 pairs", "gate"):
        table.add_column(title, justify="right", no_wrap=True)
    for power in found.metrics:
        ab = power.ab
        values = sorted(found.values.get(power.metric, ()))
        table.add_row(
            power.metric,
            format_quantity(values[len(values) // 2] if values else None, power.unit),
            format_quantity(power.variation, "ratio"),
            *(_least(ab.get(look)) if ab else "" for look in ("8", "12", "16")),
            _least(power.gate),
        )
    console.print(Padding(table, (1, 0, 1, 2), expand=False))
    for line in _lines(found):
        console.print(Text(f"  {clean(line)}"), soft_wrap=True)
    note = "columns: least slow-down caught in 95 of 100 (none: not even 200 %), by resampling; the gate's"
    note += " for 3 runs (of one round each: 5) against 8 stored ones"
    console.print(Text(f"  {note}", FAINT), soft_wrap=True)
    console.print()


class CalibrationReporter:
    """How measuring goes on, on one rich Console."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console)

    def measuring(self, workload: str, done: int, most: int, left: float) -> None:
        """A run starts, after `done` of at most `most`; there are so many seconds `left`."""
        self._live.phase(clean(workload), done, most, f"{left:.0f} s left")

    def planting(self, workload: str, pairs: int, most: int, *, slowed: bool) -> None:
        """A round of a pair starts, as it is or slowed down."""
        self._live.phase(clean(workload), pairs, most, "slowed down" if slowed else "as it is")

    def resampling(self, workload: str) -> None:
        """The runs are counted out."""
        self._live.phase(clean(workload), 0, 1, "resampling")

    def fault(self, text: str) -> None:
        """What could not be measured."""
        self._say(text, BAD)

    def short(
        self, workload: str, runs: int, fewest: int, invalid: Sequence[Iterable[Reason]], *, more_time: bool
    ) -> None:
        """Why there is no calibration; with `more_time` there could be one."""
        if invalid:
            text = f"{workload}: {len(invalid)} runs invalid, the first because: {all_words(invalid[0])}"
        else:
            more = "; give it more time with --budget" if more_time else ""
            text = f"{workload}: {runs} runs, at least {fewest} are needed{more}"
        self._say(text, WARNING)

    def result(self, found: Calibration) -> None:
        """See `print_calibrated`."""
        self._live.close()
        print_calibrated(self._console, found)

    def kept(self, place: str) -> None:
        """Where it can be found."""
        self._say(f"kept in {place}")

    def _say(self, text: str, style: str = "") -> None:
        self._live.close()
        self._console.print(clean(text), style=style, soft_wrap=True, highlight=False)


def _least(size: float | None) -> str:
    return "none" if size is None else f"≥ {format_quantity(size, 'ratio')}"


def _lines(found: Calibration) -> Iterable[str]:
    yield f"false alarms: suite ab {100 * found.ab_alarms:.2g} %, suite gate {100 * found.gate_alarms:.2g} %"
    for power in found.metrics:
        if power.caught:
            rates = ", ".join(f"{size} in {100 * rate:.0f}" for size, rate in power.caught.items())
            yield f"{power.metric}, slower by, is caught by 16 pairs: {rates} of 100"
    if found.against_itself is not None:
        yield f"against itself, as the runs came: {_showed(found.against_itself)}"
    if found.planted is not None:
        size = f"{100 * found.planted.slowed:g} % of the time of an operation"
        yield f"a slow-down that really ran: {size}: {_showed(found.planted)}"
    if found.doubts is not None:
        yield f"on a quieter machine it would be less: {words(found.doubts)}"


def _showed(turns: SelfComparison) -> str:
    parts = [f"{one.metric} {one.verdict} {brief(one)}" for one in turns.changes]
    return f"{turns.verdict} after {turns.pairs} pairs ({'; '.join(parts)})"
