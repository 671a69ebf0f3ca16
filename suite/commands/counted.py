"""How `suite ab --costs` goes on, shown and kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Self

from suite.ab.checkout import Name
from suite.ab.repository import Commit
from suite.commands.output import Output
from suite.commands.progress import KILLED
from suite.commands.pull_request import tell_pull_request
from suite.compare.compared import Compared
from suite.errors import SuiteError
from suite.formats.envelope import exit_code
from suite.records.comparison import Comparison
from suite.report.documents.markdown import markdown
from suite.report.reasons import error_words
from suite.report.terminal.ab import AbReporter
from suite.report.terminal.bills import bills_closing, print_bills


class CountedSides:
    """Shows how two commits are counted and keeps what comes of it, each workload at once. A BillObserver.

    Use it as a context manager.
    """

    def __init__(self, out: Output, files: Sequence[str] = ()) -> None:
        """`files` are the load files that are configured."""
        self._files = files
        self._out = out
        self._reporter = AbReporter(out.console)
        self._commits: Mapping[Name, Commit] = {}
        self._found: list[Comparison] = []
        self._first: Comparison | None = None
        """The first of the workload that is counted: what is journalled of it has its name."""

    def __enter__(self) -> Self:
        self._reporter.__enter__()
        return self

    def __exit__(self, *raised: object) -> None:
        self._reporter.__exit__(*raised)

    def preparing(self, what: str) -> None:
        """See `PreparationObserver`."""
        self._reporter.doing(what)

    def prepared(self, commits: Mapping[Name, Commit], notes: Iterable[str]) -> None:
        """See `PreparationObserver`."""
        self._commits = commits
        self._reporter.start(str(commits["base"]), str(commits["head"]), notes)

    def counting(self, workload: str, number: int) -> None:
        """See `BillObserver`."""
        self._reporter.doing(f"{workload}  bill {number} of both sides")

    def so_far(self, found: Comparison) -> None:
        """See `BillObserver`; the next one may be killed, or take long."""
        self._first = self._first or found
        cut = replace(found, partial=True, notes=(*found.notes, KILLED))
        self._out.journal.keep(cut, named=self._first)

    def billed(self, found: Comparison) -> None:
        """See `BillObserver`."""
        self._found.append(found)
        code = exit_code(found)
        self._out.codes.append(code)

        def show(_saved: Path | None) -> None:
            self._reporter.__exit__()
            print_bills(self._out.console, found)

        self._out.keep(found, code, show)
        if self._first is not None:
            self._out.journal.settled(self._first)
            self._first = None

    def failed(self, workload: str, error: SuiteError) -> None:  # noqa: ARG002 - its error names it
        """See `BillObserver`."""
        self._first = None  # what there is of it stays in the journal
        self._out.codes.append(error.exit_code)
        self._reporter.fault(error_words(error))

    def end(self, code: int) -> None:
        """The verdict on all, and what `--json` asks for."""
        self._reporter.__exit__()
        saved = str(self._out.folder) if self._out.saved else ""
        for line in bills_closing(self._found, code, saved):
            self._out.console.print(line, soft_wrap=True)
        if self._commits:
            names = [str(commit) for commit in self._commits.values()]
            compared = Compared(names[0], names[1], tuple(self._found))
            text = markdown(compared, title="What operations cost")
            tell_pull_request(self._out.console, compared, text, files=self._files)
            self._out.end(code, **{name: asdict(commit) for name, commit in self._commits.items()})
