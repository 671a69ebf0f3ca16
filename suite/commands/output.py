"""Where the results of a command go: files, ledger, terminal and `--json`; the same way in all of them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

from rich.console import Console

from suite.errors import ConfigurationError, CutShort, Interrupted, SuiteError
from suite.files import check_writable, write_text
from suite.formats.document import run_path, write_document
from suite.formats.envelope import Kind, entry, envelope
from suite.ledger.store import Ledger
from suite.process.guard import interruptible
from suite.records.record import Record
from suite.report.documents.picture import save_record
from suite.report.documents.target import STDOUT, check_target, deliver
from suite.report.terminal.console import Reporter, make_console
from suite.report.terminal.record import print_record
from suite.report.verdict import overall

_T = TypeVar("_T")
_Found = TypeVar("_Found", bound=Record)


class Output:
    """What one command keeps and shows, and what it ends with: see `output`."""

    def __init__(
        self,
        reporter: Reporter,
        json_file: str | None,
        kind: Kind | None,
        folder: Path | None,
        ledger: Ledger | None,
    ) -> None:
        self.reporter = reporter
        self.codes: list[int] = []
        self.fault: SuiteError | None = None
        self.saved: list[Path] = []
        self._json_file = json_file
        self._folder = folder
        self._ledger = ledger
        self._kind = kind
        self._entries: list[dict[str, Any]] = []

    @property
    def console(self) -> Console:
        """For tables."""
        return self.reporter.console

    @property
    def folder(self) -> Path:
        """Where documents are kept."""
        assert self._folder is not None
        return self._folder

    @property
    def ledger(self) -> Ledger:
        """Where results are stored."""
        assert self._ledger is not None
        return self._ledger

    def each(self, items: Iterable[_T]) -> Iterator[_T]:
        """Those of `items` that come before a fault."""
        for item in items:
            if self.fault is not None:
                return
            yield item

    @contextlib.contextmanager
    def part(self, name: str = "", *apart: type[SuiteError]) -> Iterator[None]:
        """One of several things to do. An error of a kind in `apart` ends only it and is shown by its name;
        any other ends the command when what was measured is kept and shown.
        """
        try:
            yield
        except SuiteError as error:
            self.codes.append(error.exit_code)
            if isinstance(error, apart):
                self.reporter.print_fault(name, str(error))
            else:
                self.fault = error

    def keep(self, result: Record, code: int, show: Callable[[Path | None], None]) -> None:
        """Write, store and show a result; a step that fails does not keep the others from being tried.

        `show` is told where its document is, if that could be written.
        """
        one = entry(result)
        self._entries.append(one)
        path, saved = run_path(self.folder, result), None
        with contextlib.ExitStack() as last_first:
            last_first.callback(lambda: show(saved))
            if self._ledger is not None:
                last_first.callback(self._ledger.add, result)
            write_document(path, self._document([one], code))
            saved = path
            self.saved.append(path)

    def search(self, measure: Callable[[], _Found]) -> _Found | None:
        """What `measure` finds, or had found when something ended it early; None of nothing."""
        found: _Found | None = None
        with self.part():
            try:
                found = measure()
                self.codes.append(getattr(found, "exit_code", 0))
            except CutShort as cut:
                found = cut.found
                raise cut.error from cut
        return found

    def keep_drawn(self, result: Record, command: str) -> int:
        """Write, store, show and draw what `command` found, and end it; the exit code."""
        code = self.code()

        def show(saved: Path | None) -> None:
            print_record(self.reporter, result, code, saved)
            if saved is not None:
                save_record(result, saved.with_suffix(".svg"), command)

        self.keep(result, code, show)
        self.end(code)
        return code

    def end(self, code: int, **more: Any) -> None:
        """Write what `--json` asks for: all that was kept, and `more` about it. Raises StoreError."""
        self.deliver(self._document(self._entries, code, **more))

    def code(self, on_invalid: Literal["fail", "warn"] = "fail") -> int:
        """The gravest exit code of all parts; where the command was interrupted it says by which signal."""
        if isinstance(self.fault, Interrupted):
            return self.fault.exit_code
        return overall(self.codes, on_invalid=on_invalid)

    def deliver(self, document: Mapping[str, Any]) -> None:
        """Write a document where `--json` asks for it. Raises StoreError."""
        deliver(document, self._json_file)

    def deliver_text(self, text: str, target: str | None) -> None:
        """Write text where an option asks for it. Raises StoreError."""
        if target == STDOUT:
            make_console().out(text, end="", highlight=False)
        elif target is not None:
            write_text(Path(target), text)

    def _document(self, entries: Sequence[Mapping[str, Any]], code: int, **more: Any) -> dict[str, Any]:
        assert self._kind is not None
        return envelope(self._kind, entries, exit_code=code, **more)


@contextlib.contextmanager
def output(
    json_file: str | None,
    kind: Kind | None = None,
    folder: Path | None = None,
    *,
    ledger: str | Path | None = None,
    markdown: str | None = None,
) -> Iterator[Output]:
    """Keeps documents of a `kind` in `folder`, and results in `ledger`.

    Tables go to stderr where stdout is for JSON, or for Markdown.

    Raises StoreError at once if a result could not be written. Interrupted comes as an error of a part; what
    ends a part for good is raised when all is kept, shown and delivered.
    """
    if json_file == markdown == STDOUT:
        raise ConfigurationError("--json and --markdown can't both go to stdout")
    if folder is not None:
        check_writable(folder / "draft")
    check_target(json_file)
    check_target(markdown)
    with contextlib.ExitStack() as held:
        held.enter_context(interruptible())
        reporter = held.enter_context(Reporter(make_console(stderr=STDOUT in (json_file, markdown))))
        store = held.enter_context(Ledger(ledger)) if ledger is not None else None
        out = Output(reporter, json_file, kind, folder, store)
        yield out
    if out.fault is not None:
        raise out.fault
