"""The journal: what a command has measured by now, on disk as it comes; what one left that was killed."""

from __future__ import annotations

import contextlib
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from suite.errors import StoreError
from suite.files import disk_faults, write_text
from suite.formats.document import run_path, write_document
from suite.formats.envelope import entry, envelope, exit_code, read_document
from suite.ledger.store import Ledger
from suite.process.ownership import owned, taken_over
from suite.records.provenance import Provenance
from suite.records.record import Record

NAME = "journal"
"""Of the folder, below that of results."""
_SUFFIX = ".journal"
_OWNER = ".owner"
_LEDGER = "ledger"


class Journal:
    """A Keeper: each record as the document that it would be, written anew whenever there is more of it.

    These drafts lie in a folder of the command's below `results`, under the path that the document will have
    there. `place` is the folder of such results, `kind` that of the documents, `ledger` the identity of that
    which stores them. A draft goes when its result is `settled`; from a folder whose owner is dead `bring_in`
    takes them. Use it as a context manager. `fault` is the first that kept it
    from keeping something.
    """

    def __init__(self, results: Path, place: str, kind: str, ledger: str = "") -> None:
        self._results = results
        self._place = place
        self._kind = kind
        self._ledger = ledger
        self._folder: Path | None = None
        self._drafts: dict[str, Path] = {}
        self._held = contextlib.ExitStack()
        self.fault: StoreError | None = None

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of it, and remove it if all that was in it is settled."""
        if self._folder is not None and not self._drafts:
            _removed(self._folder)
        self._held.close()

    def keep(self, so_far: Provenance, **more: Any) -> None:
        """See `Keeper`."""
        with self._noted():
            folder = self._own()
            path = run_path(folder / self._place, so_far)
            path = path.with_name(path.name + _SUFFIX)
            one = entry(so_far, **more)  # type: ignore[arg-type]
            write_document(path, envelope(self._kind, [one], exit_code=exit_code(so_far)))  # type: ignore[arg-type]
            self._drafts[so_far.id] = path

    def settled(self, record: Provenance) -> None:
        """It is kept for good, or not worth keeping."""
        if (path := self._drafts.pop(record.id, None)) is not None:
            path.unlink(missing_ok=True)

    @property
    def drafts(self) -> list[Path]:
        """Those that are not settled."""
        return [*self._drafts.values()]

    def _own(self) -> Path:
        """The folder, made when there is something to keep."""
        if self._folder is None:
            folder = self._results / NAME / uuid.uuid4().hex[:12]
            with disk_faults(folder):
                folder.mkdir(parents=True)
                self._held.enter_context(owned(folder, _OWNER))
            self._folder = folder
            write_text(folder / _LEDGER, self._ledger)
        return self._folder

    @contextlib.contextmanager
    def _noted(self) -> Iterator[None]:
        try:
            yield
        except StoreError as error:
            self.fault = self.fault or error


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """A draft that a command left: its records, and the document that it is now; or why it could not be."""

    path: Path
    records: tuple[Record, ...] = ()
    fault: str = ""


def bring_in(results: Path, ledger: Ledger | None) -> Iterator[BroughtIn]:
    """Keep for good what commands left below `results` that were killed, as far as it is for this ledger."""
    for folder in sorted((results / NAME).glob("*")):
        with taken_over(folder, _OWNER) as abandoned:
            if not abandoned or not _is_for(folder, ledger):
                continue
            found = [_brought_in(draft, folder, results, ledger) for draft in _drafts(folder)]
            if not any(one.fault for one in found):
                _removed(folder)
        yield from found


def _is_for(folder: Path, ledger: Ledger | None) -> bool:
    try:
        place = (folder / _LEDGER).read_text(encoding="utf-8")
    except OSError:  # killed before it had kept anything
        return True
    return not place or (ledger is not None and place == ledger.identity)


def _drafts(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob(f"*/*{_SUFFIX}") if path.is_file())


def _brought_in(draft: Path, folder: Path, results: Path, ledger: Ledger | None) -> BroughtIn:
    path = results / draft.parent.relative_to(folder) / draft.name.removesuffix(_SUFFIX)
    try:
        document = read_document(draft)
        if ledger is not None and (folder / _LEDGER).stat().st_size:
            ledger.add_new(document.records)
        with disk_faults(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.exists():  # the command had come further than its journal
                draft.unlink()
            else:
                draft.replace(path)
    except StoreError as error:
        return BroughtIn(draft, fault=str(error))
    return BroughtIn(path, document.records)


def _removed(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError):
        folder.parent.rmdir()
