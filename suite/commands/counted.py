"""How `suite ab --costs` goes on, shown and kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Self

from suite.ab.checkout import Name
from suite.ab.outcome import nothing_compared
from suite.ab.repository import Commit
from suite.commands.output import Output
from suite.commands.progress import UNFINISHED
from suite.commands.pull_request import tell_pull_request
from suite.compare.compared import Compared
from suite.errors import SuiteError
from suite.formats.envelope import entry, exit_code
from suite.records.comparison import Comparison
from suite.records.costs import CostBill
from suite.records.reason import Reason
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
        self._last: Comparison | None = None
        self._unpaired: list[dict[str, Any]] = []
        """What a document says of bills that came to no good end."""

    def __enter__(self) -> Self:
        self._reporter.__enter__()
        return self

    def __exit__(self, *raised: object) -> None:
        self._reporter.__exit__(*raised)

    def room(self) -> Path | None:
        """See `PreparationObserver`."""
        return self._out.journal.room()

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
        self._last = found
        self._keep(found, UNFINISHED)

    def cut_short(self, workload: str, side: Name, bill: CostBill, error: SuiteError) -> None:
        """See `BillObserver`; it is kept beside what the whole ones say."""
        self._unpaired.append({"side": side, "bill": entry(bill)})
        last = self._last or nothing_compared(workload, self._commits["base"], self._commits["head"])
        self._keep(last, Reason.of_text(str(error)).behind("ended_early"), unpaired=self._unpaired)

    def _keep(self, found: Comparison, why: Reason, **more: Any) -> None:
        self._first = self._first or found
        cut = replace(found, partial=True, notes=(*found.notes, why))
        self._out.journal.keep(cut, named=self._first, **more)

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
        self._begin()

    def _begin(self) -> None:
        """Nothing is known of the workload that comes."""
        self._first = self._last = None
        self._unpaired = []

    def failed(self, workload: str, error: SuiteError) -> None:  # noqa: ARG002 - its error names it
        """See `BillObserver`."""
        self._begin()  # what there is of it the journal has
        self._out.codes.append(error.exit_code)
        self._reporter.fault(error_words(error))

    def end(self, code: int) -> None:
        """The verdict on all, and what `--json` asks for."""
        self._reporter.__exit__()
        apart = self._out.journal.kept_apart()
        saved = str(self._out.folder) if self._out.saved or apart else ""
        for line in bills_closing(self._found, code, saved):
            self._out.console.print(line, soft_wrap=True)
        if self._commits:
            names = [str(commit) for commit in self._commits.values()]
            compared = Compared(names[0], names[1], tuple(self._found))
            text = markdown(compared, title="What operations cost")
            tell_pull_request(self._out.console, compared, text, files=self._files)
            self._out.end(code, **{name: asdict(commit) for name, commit in self._commits.items()})
