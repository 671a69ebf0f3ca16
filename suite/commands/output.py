"""Where the results of a command go: files, ledger, terminal and `--json`; the same way in all of them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

import typer
from rich.console import Console

from suite.commands.brought_in import tell_brought_in
from suite.commands.notifying import Notifier
from suite.errors import (
    ConfigurationError,
    CutShort,
    Interrupted,
    StoreError,
    SuiteError,
    interruption,
)
from suite.files import check_writable
from suite.foreign_text import clean
from suite.formats.document import run_path, write_document
from suite.formats.envelope import Kind, entry, envelope
from suite.ledger.journal import Journal
from suite.ledger.later import brought_in_by
from suite.ledger.store import Ledger
from suite.process.guard import adopt_orphans, interruptible
from suite.process.standard_streams import stdout_refused
from suite.records.record import Record
from suite.report.documents.picture import save_record
from suite.report.documents.target import STDOUT, check_target, deliver, deliver_text
from suite.report.terminal.console import Reporter, make_console
from suite.report.terminal.record import print_record
from suite.report.verdict import overall

_T = TypeVar("_T")
_Found = TypeVar("_Found", bound=Record)
_NAMED = 3
"""So many files a command names one by one."""


class Output:
    """What one command keeps and shows, and what it ends with: see `output`."""

    def __init__(
        self,
        reporter: Reporter,
        json_file: str | None,
        kind: Kind | None,
        folder: Path | None,
        ledger: Ledger | None,
        journal: Journal | None = None,
        notifier: Notifier | None = None,
    ) -> None:
        self.reporter = reporter
        self.codes: list[int] = []
        self.fault: SuiteError | None = None
        self.saved: list[Path] = []
        self.unstored: dict[Path, Record] = {}
        """Documents of what the ledger could not take; the journal has it too until that is told."""
        self.measured = False
        """Whether a search had found something."""
        self.lost = 0
        """Results that are kept nowhere."""
        self.faults: dict[str, None] = {}
        """What could not be kept, each once."""
        self._json_file = json_file
        self._folder = folder
        self._ledger = ledger
        self._journal = journal
        self._notifier = notifier
        self._kind = kind
        self._entries: list[dict[str, Any]] = []

    @property
    def anything(self) -> bool:
        """Whether there is something to keep, or was."""
        return self.measured or bool(self._entries) or (self._journal is not None and self._journal.used)

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

    @property
    def journal(self) -> Journal:
        """Who keeps what is not whole yet."""
        assert self._journal is not None
        return self._journal

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
        except Exception as caught:
            error = interruption(caught) or caught
            if not isinstance(error, SuiteError):
                raise
            self.codes.append(error.exit_code)
            if isinstance(error, apart):
                self.reporter.print_fault(name, str(error))
            else:
                self.fault = error

    def keep(self, result: Record, code: int, show: Callable[[Path | None], None]) -> None:
        """Write, store and show a result; a step that fails does not keep the others from being tried.

        `show` is told where its document is, if that could be written. What a ledger can't take is noted, and
        the command goes on. Raises StoreError for a document that can't be written.
        """
        one = entry(result)
        self._entries.append(one)
        path, saved = run_path(self.folder, result), None
        with contextlib.ExitStack() as last_first:
            last_first.callback(lambda: show(saved))
            last_first.callback(lambda: self._store(result, saved))
            try:
                write_document(path, self._document([one], code))
            except StoreError:
                if self._journal is None:
                    raise
                self._let_go()  # what the journal takes may be all the room that there is
                self._journal.give_way()
                write_document(path, self._document([one], code))
            saved = path
            self.saved.append(path)

    def _store(self, result: Record, saved: Path | None) -> None:
        """Into the ledger; until that is done it is in the journal, and stays there if it is kept nowhere."""
        try:
            if self._ledger is not None:
                if self._notifier is not None:
                    self._notifier.see(result, self._ledger)
                self._ledger.add(result)
        except StoreError as error:
            self.codes.append(error.exit_code)
            self.faults.setdefault(str(error))
            if saved is not None:
                self.unstored[saved] = result
            else:
                self.lost += 1
            return
        if self._journal is not None and (self._ledger is not None or saved is not None):
            self._journal.settled(result)

    def _let_go(self) -> None:
        """What the ledger lacks has its document: the journal need not have it too."""
        assert self._journal is not None
        for result in self.unstored.values():
            self._journal.settled(result)

    def tell_unkept(self) -> None:
        """Say on stderr what could not be kept, each fault once, and the command that mends it."""
        for fault in self.faults:
            if fault != str(self.fault):
                typer.echo(f"suite: {clean(fault)}", err=True)
        if self.unstored:
            files = [*self.unstored] if len(self.unstored) <= _NAMED else [self.folder]
            how = brought_in_by(files, self.ledger.place)
            typer.echo(f"suite: what it lacks is brought in later by: {how}", err=True)
        if self.saved and stdout_refused():
            files = self.saved if len(self.saved) <= _NAMED else [self.folder]
            typer.echo(f"suite: note: what was measured is saved: {', '.join(map(str, files))}", err=True)
        if self._journal is None:
            return
        self._let_go()
        if self._journal.fault is not None and not isinstance(self.fault, StoreError):
            typer.echo(
                f"suite: note: not kept while it was measured: {clean(str(self._journal.fault))}", err=True
            )
        for draft in filter(Path.exists, self._journal.drafts):
            typer.echo(
                f"suite: note: what there is of it is {draft}; the next command brings it in", err=True
            )

    def search(
        self, measure: Callable[[], _Found], name: str = "", *apart: type[SuiteError]
    ) -> _Found | None:
        """What `measure` finds, or had found when something ended it early; None of nothing. See `part`."""
        found: _Found | None = None
        with self.part(name, *apart):
            try:
                found = measure()
                self.codes.append(getattr(found, "exit_code", 0))
            except CutShort as cut:
                found = cut.found
                raise cut.error from cut.error.__cause__
            finally:
                self.measured = self.measured or found is not None
        return found

    def keep_drawn(self, result: Record, command: str) -> int:
        """Write, store, show and draw what `command` found, and end it; the exit code."""
        code = self.code()

        def show(saved: Path | None) -> None:
            print_record(self.reporter, result, code, saved)
            if saved is not None:
                save_record(result, saved.with_suffix(".svg"), command)

        with self.part():
            self.keep(result, code, show)
        self.end(self.code())
        return self.code()

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
        deliver_text(text, target)

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
    notify: str | None = None,
) -> Iterator[Output]:
    """Keeps documents of a `kind` in `folder`, and results in `ledger`.

    Tables go to stderr where stdout is for JSON, or for Markdown. The URL `notify` is told of verdicts that
    change.

    Raises StoreError at once if a result could not be written. Interrupted comes as an error of a part; what
    ends a part for good is raised when all is kept, shown and delivered.
    """
    if json_file == markdown == STDOUT:
        raise ConfigurationError("--json and --markdown can't both go to stdout")
    if folder is not None:
        check_writable(folder / "draft")
    check_target(json_file)
    check_target(markdown)
    adopt_orphans()
    with contextlib.ExitStack() as held:
        held.enter_context(interruptible())
        reporter = held.enter_context(Reporter(make_console(stderr=STDOUT in (json_file, markdown))))
        store = held.enter_context(Ledger(ledger)) if ledger is not None else None
        journal = None
        if folder is not None and kind is not None:
            tell_brought_in(folder.parent, store)
            identity = store.identity if store is not None else ""
            journal = held.enter_context(Journal(folder.parent, folder.name, kind, identity))
        notifier = Notifier(notify) if notify else None
        out = Output(reporter, json_file, kind, folder, store, journal, notifier)
        try:
            yield out
        finally:
            out.tell_unkept()
            if notifier is not None:
                notifier.post()
    if out.fault is not None:
        if isinstance(out.fault, Interrupted):
            out.fault.told = out.anything or journal is not None
            if not out.anything and journal is not None:
                typer.echo("suite: interrupted before anything was measured", err=True)
        raise out.fault
