"""The forms that results are written in, for people and for other tools."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from suite.commands import options
from suite.errors import ConfigurationError, StoreError

if TYPE_CHECKING:
    from suite.records.record import Record


@dataclass(frozen=True, slots=True)
class Forms:
    """Where each is written, if it is."""

    html: Annotated[
        str | None, typer.Option("--html", "--output", "-o", metavar="FILE", help="Write a page to look at.")
    ] = None
    markdown: options.Markdown = None
    junit: Annotated[str | None, typer.Option(metavar="FILE", help="Write JUnit XML.")] = None
    openmetrics: Annotated[str | None, typer.Option(metavar="FILE", help="Write OpenMetrics text.")] = None
    csv: Annotated[str | None, typer.Option(metavar="FILE", help="Write a table as CSV.")] = None
    benchmark_action: Annotated[
        str | None, typer.Option(metavar="FOLDER", help="Write both files of github-action-benchmark.")
    ] = None

    @property
    def any(self) -> bool:
        """Whether one is asked for."""
        return self.benchmark_action is not None or any(self._files().values())

    def shown(self) -> list[str]:
        """Options whose text is for stdout."""
        from suite.report.documents.target import STDOUT

        return [option for option, target in self._files().items() if target == STDOUT]

    def check(self, *, tables: bool = False) -> None:
        """Raise what `write` would, as far as it is known before; `tables`: stdout has those already."""
        from suite.report.documents.target import check_target

        shown = self.shown()
        if len(shown) > 1:
            raise ConfigurationError(f"{' and '.join(shown)} can't all go to stdout")
        if tables and shown:
            raise ConfigurationError(f"{shown[0]}: stdout has the tables; give a file")
        for target in self._files().values():
            check_target(target)
        if self.benchmark_action is not None:
            check_target(str(Path(self.benchmark_action) / "draft"))

    def write(self, records: Sequence[Record], *, stderr: bool = False) -> None:
        """Write all forms that are asked for, and say where, on `stderr` if stdout has other things.

        Raises StoreError.
        """
        from suite.files import below
        from suite.formats.document import quotes
        from suite.report.documents.benchmark_action import benchmark_action
        from suite.report.documents.csv_table import csv_table
        from suite.report.documents.junit import junit
        from suite.report.documents.open_metrics import open_metrics
        from suite.report.documents.results_markdown import results_markdown
        from suite.report.documents.target import STDOUT, deliver_text
        from suite.report.html.page import report_page

        faults: list[str] = []
        makers: dict[str, Callable[[Sequence[Record]], str]] = {
            "--html": lambda some: report_page(some, faults=faults),
            "--markdown": results_markdown,
            "--junit": junit,
            "--openmetrics": open_metrics,
            "--csv": csv_table,
        }
        texts = [(target, makers[option](records)) for option, target in self._files().items() if target]
        if self.benchmark_action is not None:
            folder = Path(self.benchmark_action)
            made = benchmark_action(records).items()
            texts += [(str(below(folder, folder / name)), text) for name, text in made]
        for target, text in texts:
            deliver_text(text, target, private=any(map(quotes, records)))
            if target != STDOUT:
                typer.echo(f"wrote {target}", err=stderr)
        if faults:
            raise StoreError("\n".join(faults))

    def _files(self) -> dict[str, str | None]:
        """The file of each form that has one, by its option."""
        return {
            "--html": self.html,
            "--markdown": self.markdown,
            "--junit": self.junit,
            "--openmetrics": self.openmetrics,
            "--csv": self.csv,
        }
