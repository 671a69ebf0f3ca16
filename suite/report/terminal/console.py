"""What the terminal shows: progress, a table per Run, the summary at the end."""

from __future__ import annotations

import io
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from suite.contract.workload import Workload
from suite.foreign_text import clean
from suite.ledger.entry import Entry
from suite.ledger.sightings import Sighting
from suite.measure.so_far import SoFar
from suite.records.capacity import Capacity, Probe
from suite.records.costs import CostBill
from suite.records.leak import LeakSearch
from suite.records.overload import OverloadLook, OverloadRecovery
from suite.records.resilience import FaultCourse, FaultTrial, Resilience
from suite.records.run import Round, Run
from suite.records.soak import Soak, SoakWindow
from suite.report.documents.listing import listed
from suite.report.terminal.capacity import answer, curve, look_line, looks_table, scaling_words
from suite.report.terminal.costs import costs_closing, costs_head, costs_lines, costs_tables
from suite.report.terminal.fault_axis import fault_axis
from suite.report.terminal.figures import figures, operations
from suite.report.terminal.incidents import incident_lines, incidents
from suite.report.terminal.leaks import below, closing, counters, growing_since, head, suspects
from suite.report.terminal.lines import advice, checks, details, doubts, error, limiter, outputs
from suite.report.terminal.live import Live
from suite.report.terminal.observed import observed, observed_lines
from suite.report.terminal.overload import (
    overload_answer,
    overload_line,
    overload_setting,
    overloads_table,
)
from suite.report.terminal.plain_console import PlainConsole
from suite.report.terminal.replayed import replayed
from suite.report.terminal.resilience import conclusion, setting_line, trial_line, trial_lines, trials_table
from suite.report.terminal.slowest import slowest
from suite.report.terminal.soak import soak_closing, soak_head, soak_lines, trends, window_line
from suite.report.terminal.summary import entries, summary
from suite.report.terminal.unfinished import unfinished_lines
from suite.report.verdict import code_text, verdict_text
from suite.report.words import BAD, FAINT, many, plan_words, tour_words

_WIDTH_OF_FILES = 100
_COUNTED = {"pass": "passed", "fail": "failed", "invalid": "invalid", "error": "with errors"}


def make_console(*, stderr: bool = False) -> Console:
    """A console on stdout or stderr. On one that can't show a character, "?" stands for it."""
    stream = sys.stderr if stderr else sys.stdout
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(errors="replace")
    # A file or a pipe has no width of its own; tables need not be squeezed into a terminal's 80 columns.
    width = None if stream.isatty() or "COLUMNS" in os.environ else _WIDTH_OF_FILES
    return PlainConsole(stderr=stderr, width=width)


class Reporter:
    """Prints to one rich Console, and is the engine's Progress.

    Use it as a context manager, so that an unfinished line of progress is gone when it ends.
    """

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or make_console()
        self._live = Live(self.console)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._live.close()

    def phase(self, workload: str, index: int, rounds: int, phase: str) -> None:
        """See `Progress`."""
        self._live.phase(clean(workload), index, rounds, phase)

    def tick(self, seconds: float, total: float | None, operations: int, so_far: SoFar | None = None) -> None:
        """See `Progress`."""
        self._live.tick(seconds, total, operations, so_far)

    def round_ended(self, workload: str, result: Round) -> None:
        """See `Progress`."""
        self._live.round_ended(clean(workload), result)

    def print_run(self, run: Run, *, whole: bool = False) -> None:
        """All that one Run says: verdict, metrics, operations, checks, failures, doubts, error; where `whole`
        also its slowest operations.
        """
        self._live.close()
        plan = f"{run.validity.verdict}, {many(run.rounds, 'round')}, {clean(plan_words(run.plan))}"
        name = (clean(run.workload), "bold")
        self.console.print(Text.assemble(name, "  ", verdict_text(run.verdict), "  ", plan))
        more = [slowest(run)] if whole else []
        for table in (figures(run), operations(run, self.console), incidents(run), observed(run), *more):
            if table.row_count:
                self.console.print(Padding(table, (1, 0, 1, 2), expand=False))
        for line in fault_axis(run):
            self.console.print(Padding(line, (0, 0, 0, 2), expand=False))
        found = (*replayed(run), *limiter(run), *incident_lines(run), *observed_lines(run), *checks(run))
        for line in (*found, *details(run), *outputs(run), *doubts(run), *error(run), *advice(run)):
            self.console.print(Padding(line, (0, 0, 0, 2), expand=False))
        self.console.print()

    def print_summary(
        self,
        runs: Sequence[Run],
        exit_code: int,
        skipped: Sequence[str] = (),
        saved: str | Path | None = None,
        unsaved: int = 0,
        unstored: int = 0,
        lost: int = 0,
        toured_without: Sequence[str] | None = None,
    ) -> None:
        """A line per Run, the reasons of what was `skipped`, the verdict, where all is `saved` but for the
        documents `unsaved`, how many the ledger lacks, and how many were `lost`, both ways. Of a tour also
        what it left out.
        """
        self._live.close()
        if runs:
            self.console.print(summary(runs, self.console))
        for reason in skipped:
            self.console.print(Text(f"skipped  {clean(reason)}", FAINT))
        if toured_without is not None:
            self.console.print(Text(tour_words(toured_without), FAINT))
        verdicts: Counter[str] = Counter(run.verdict for run in runs)
        parts = [f"{verdicts[verdict]} {word}" for verdict, word in _COUNTED.items() if verdicts[verdict]]
        if skipped:
            parts.append(f"{len(skipped)} skipped")
        where = "" if saved is None else f"; saved in {saved}"
        where += f"; {unsaved} without a document" if unsaved else ""
        where += f"; {unstored} not in the ledger" if unstored else ""
        where += f"; {lost} could not be kept" if lost else ""
        closing = Text.assemble(code_text(exit_code), f"  {', '.join(parts) or 'nothing ran'}{where}")
        self.console.print(closing, soft_wrap=True)

    def print_look(self, look: Probe, unit: str) -> None:
        """One look of a capacity search, at once."""
        self._live.close()
        self.console.print(look_line(look, unit), soft_wrap=True)

    def print_capacity(self, capacity: Capacity, exit_code: int, saved: str | Path | None = None) -> None:
        """All that a capacity search found: its looks, the curve, the interval, the scaling law."""
        self._live.close()
        name = (clean(capacity.workload), "bold")
        goal = capacity.goal
        how = f"over {goal.over}, level {goal.level}, {len(capacity.found.looks)} looks of {goal.seconds:g} s"
        how += "; ended early" if capacity.partial else ""
        self.console.print(Text.assemble("\n", name, "  ", how))
        self.console.print(Padding(looks_table(capacity), (1, 0, 1, 2), expand=False))
        for line in curve(capacity):
            self.console.print(Text(f"  {line}"), soft_wrap=True)
        self.console.print()
        for text in (answer(capacity), *scaling_words(capacity), *unfinished_lines(capacity)):
            self.console.print(text)
        where = "" if saved is None else f"  saved as {saved}"
        self.console.print(Text.assemble(code_text(exit_code), where), soft_wrap=True)

    def print_leaks(
        self,
        search: LeakSearch,
        code: int,
        saved: str | Path | None = None,
        past: Sequence[Sighting] = (),
    ) -> None:
        """All that a search for leaks found: what rose, who is suspected (with the first suspect's `past`,
        this search included), the verdict."""
        self._live.close()
        self.console.print()
        for line in head(search):
            self.console.print(line, soft_wrap=True)
        for table in (counters(search), suspects(search)):
            if table.row_count:
                self.console.print(Padding(table, (1, 0, 0, 2), expand=False))
        self.console.print()
        for line in (*below(search), *growing_since(search, past), *unfinished_lines(search)):
            self.console.print(Text.assemble("  ", line), soft_wrap=True)
        self.console.print(closing(search, code, saved), soft_wrap=True)

    def print_costs(self, bill: CostBill, code: int, saved: str | Path | None = None) -> None:
        """All that was counted of a workload."""
        self._live.close()
        self.console.print(Text.assemble("\n", costs_head(bill)), soft_wrap=True)
        for table in costs_tables(bill):
            self.console.print(Padding(table, (1, 0, 0, 2), expand=False))
        self.console.print()
        for line in (*costs_lines(bill), *unfinished_lines(bill)):
            self.console.print(Padding(line, (0, 0, 0, 2), expand=False))
        self.console.print(costs_closing(bill, code, saved), soft_wrap=True)

    def print_overload(self, look: OverloadLook) -> None:
        """One look of a search for the load that a system recovers at, at once."""
        self._live.close()
        self.console.print(overload_line(look), soft_wrap=True)

    def print_recovery(self, found: OverloadRecovery, code: int, saved: str | Path | None = None) -> None:
        """All that a search for the highest load found at which a system recovers."""
        self._live.close()
        self.console.print(
            Text.assemble("\n", (clean(found.workload), "bold"), "  ", overload_setting(found))
        )
        self.console.print(Padding(overloads_table(found), (1, 0, 1, 2), expand=False))
        for line in unfinished_lines(found):
            self.console.print(line)
        where = "" if saved is None else f"; saved as {saved}"
        self.console.print(
            Text.assemble(code_text(code), f"  {overload_answer(found)}{where}"), soft_wrap=True
        )

    def print_trial(self, trial: FaultTrial, number: int, count: int, course: FaultCourse) -> None:
        """One fault of `count` that a system is tried with, at once; `number` counts from 0."""
        self._live.close()
        left = f"{number + 1} of {count}  "
        self.console.print(Text.assemble(left, trial_line(trial, course)), soft_wrap=True)

    def print_resilience(self, found: Resilience, code: int, saved: str | Path | None = None) -> None:
        """What became of a system while one thing after another failed around it."""
        self._live.close()
        self.console.print(Text.assemble("\n", (clean(found.workload), "bold"), "  ", setting_line(found)))
        self.console.print(Padding(trials_table(found), (1, 0, 1, 2), expand=False))
        for line in (*trial_lines(found), *unfinished_lines(found)):
            self.console.print(Padding(line, (0, 0, 0, 2), expand=False))
        where = "" if saved is None else f"; saved as {saved}"
        self.console.print(Text.assemble(code_text(code), f"  {conclusion(found)}{where}"), soft_wrap=True)

    def print_window(self, window: SoakWindow, number: int, of: int) -> None:
        """One window of a soak, the moment that it is kept."""
        self._live.close()
        self.console.print(window_line(window, number, of), soft_wrap=True)

    def print_soak(
        self, soak: Soak, code: int, saved: str | Path | None = None, again: str | None = None
    ) -> None:
        """All that a soak says: what moved, and until when there is room; the verdict. `again` is the command
        that goes on with one that was cut off.
        """
        self._live.close()
        self.console.print()
        for line in soak_head(soak):
            self.console.print(line, soft_wrap=True)
        table = trends(soak, self.console.width)
        if table.row_count:
            self.console.print(Padding(table, (1, 0, 1, 2), expand=False))
        for line in soak_lines(soak):
            self.console.print(Text.assemble("  ", line), soft_wrap=True)
        self.console.print(soak_closing(soak, code, saved, again), soft_wrap=True)

    def print_fault(self, workload: str, text: str) -> None:
        """A workload that could not be measured, while others can."""
        self._live.close()
        self.console.print(Text(f"{clean(workload)}  {clean(text)}", BAD), soft_wrap=True)

    def print_list(self, rows: Sequence[Workload]) -> None:
        """The workloads that there are, with their loops, parameters and tags."""
        for row in rows:
            for line in listed(row):
                self.console.print(line, soft_wrap=True)

    def print_runs(self, rows: Sequence[Entry]) -> None:
        """Runs of the ledger in short."""
        nothing = Text("no runs yet; start with: suite run")
        self.console.print(entries(rows, self.console) if rows else nothing)
