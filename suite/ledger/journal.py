"""The journal: what a command has measured by now, on disk as it comes."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
import uuid
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from suite.errors import StoreError
from suite.files import disk_faults, write_text
from suite.formats.document import run_path, write_document
from suite.formats.envelope import Kind, entry, envelope, exit_code
from suite.formats.structure import dump
from suite.process.ownership import owned
from suite.process.sweep import ENDED, remove
from suite.records.held_round import HeldRound
from suite.records.record import Record

NAME = "journal"
"""Of the folder, below that of results."""
SUFFIX, BEGUN = ".journal", ".begun"
ROUND = "round"
"""The folder of the columns of a round, and in it the file that tells of them."""
WITHIN = "within"
"""The folder of results of commands that this one started, each in one that tells it from others."""
OWNER = ".owner"
LEDGER = "ledger"
TEMPORARY = "temporary"
"""Names where its rounds keep what they write: the next command may have another TMPDIR."""
_NAME = re.compile(r"\d{8}T\d{6}Z-[\w.-]+\.json", re.ASCII)
"""See `run_path`."""


class Journal:
    """A Keeper: each record as the document that it would be, written anew whenever there is more of it.

    These drafts lie in a folder of the command's below `results`, under the path that the document will have
    there. `place` is the folder of such results, `kind` that of the documents, `ledger` the identity of that
    which stores them. A draft goes when its result is `settled`; from a folder whose owner is dead `bring_in`
    takes them. Use it as a context manager. `fault` is the first that kept it
    from keeping something.
    """

    def __init__(self, results: Path, place: str, kind: Kind, ledger: str = "") -> None:
        self._results = results
        self._place = place
        self._kind = kind
        self._ledger = ledger
        self._folder: Path | None = None
        self._drafts: dict[str, Path] = {}
        self._latest: Path | None = None
        self._held = ExitStack()
        self.fault: StoreError | None = None
        self.used = False
        """Whether anything measured was ever kept."""
        self.about: Mapping[str, Any] = {}
        """What a document says beside its results."""

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of it, and remove it if all that was in it is settled; what commands kept in a room of it
        may be all that there is where it could not keep something itself.
        """
        folder = self._folder
        if folder and not self.drafts and (self.fault is None or not (folder / WITHIN).exists()):
            removed(folder)
        self._held.close()

    def begin(self, head: Record) -> None:
        """See `Keeper`."""
        self._write(head, BEGUN)

    def keep(self, so_far: Record, *, named: Record | None = None, **more: Any) -> None:
        """See `Keeper`."""
        path = self._write(so_far, SUFFIX, named, **more)
        self.used = True
        if path is not None:
            self._drafts[(named or so_far).id] = path
            path.with_suffix(BEGUN).unlink(missing_ok=True)

    def hold(self, running: HeldRound) -> Path | None:
        """See `Keeper`."""
        if self._latest is None:
            return None
        try:
            folder = self._own() / ROUND
            with disk_faults(folder):
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
            write_document(folder / ROUND, {"of": self._latest.name, "round": dump(running)})
        except StoreError as error:
            self.fault = self.fault or error
            return None
        return folder

    def room(self) -> Path | None:
        """A new folder for what commands keep that this one starts: what they leave is brought in with it.

        None where it can't be made.
        """
        try:
            room = self._own().resolve() / WITHIN / uuid.uuid4().hex[:12]
            with disk_faults(room):
                room.mkdir(parents=True)
        except StoreError as error:
            self.fault = self.fault or error
            return None
        return room

    def settled(self, record: Record) -> None:
        """It, or what was named after it, is kept for good."""
        if (path := self._drafts.pop(record.id, None)) is not None:
            path.unlink(missing_ok=True)

    def forget(self) -> None:
        """All is kept for good elsewhere."""
        for path in self._drafts.values():
            path.unlink(missing_ok=True)
        self._drafts.clear()

    def give_way(self) -> None:
        """Remove its folder, if it could keep nothing there: what it takes itself may be all the room that
        there is for the result.
        """
        folder = self._folder
        if folder is None or self.fault is None or self.drafts or (folder / WITHIN).exists():
            return
        removed(folder)
        self._held.close()
        self._folder = None

    def kept_apart(self) -> list[Path]:
        """Where documents are now of what is not settled, and will not be."""
        paths = []
        for name, draft in [*self._drafts.items()]:
            with suppress(StoreError):
                paths.append(moved(draft, self._own(), self._results))
                del self._drafts[name]
        return paths

    def _write(self, record: Record, suffix: str, named: Record | None = None, **more: Any) -> Path | None:
        """Where it is; None where it could not be written."""
        try:
            path = run_path(self._own() / self._place, named or record)
            path = path.with_name(path.name + suffix)
            one = entry(record, **more)
            write_document(path, envelope(self._kind, [one], exit_code=exit_code(record), **self.about))
        except StoreError as error:
            self.fault = self.fault or error
            return None
        self._latest = path
        return path

    @property
    def drafts(self) -> list[Path]:
        """Those that are not settled, or of which a round is that a fault of ours ended."""
        if self._latest is not None and self._folder is not None and (self._folder / ROUND / ENDED).exists():
            return [*{**dict.fromkeys(self._drafts.values()), self._latest: None}]
        return [*self._drafts.values()]

    def _own(self) -> Path:
        """The folder, made when there is something to keep, and anew where somebody removed or moved it."""
        if self._folder is None or not self._folder.is_dir():
            if self._folder is None and self.fault is not None:  # once is enough
                raise self.fault
            folder = self._results / NAME / uuid.uuid4().hex[:12]
            with ExitStack() as undone, disk_faults(folder):  # it is told before there is room again
                folder.mkdir(parents=True)
                undone.callback(removed, folder)
                self._held.enter_context(owned(folder, OWNER))
                undone.pop_all()
            self._folder = folder
            write_text(folder / LEDGER, ledger_name(self._results, self._ledger))
            write_text(folder / TEMPORARY, tempfile.gettempdir())
        return self._folder


def ledger_name(results: Path, identity: str) -> str:
    """What a journal below `results` calls the ledger of this `identity`: one in that folder moves with it,
    as where a container has it at another place.
    """
    folder = os.fsencode(results.resolve()).decode(errors="backslashreplace")
    inside = identity.removeprefix(f"{folder}/")
    return identity if inside == identity else f"./{inside}"


def moved(draft: Path, folder: Path, results: Path) -> Path:
    """Where the document is now that a draft below `folder` was, or a whole one. Raises StoreError."""
    name = draft.stem if draft.suffix in (SUFFIX, BEGUN) else draft.name
    if not _NAME.fullmatch(name):  # where `results` has a link, it might be a file of another program
        raise StoreError(f"{draft} is not called as results are; move it away if you know what it is")
    path = results / draft.parent.relative_to(folder) / name
    with disk_faults(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():  # the command had come further than its journal
            draft.unlink()
        else:
            draft.replace(path)
    return path


def in_journal(file: Path, results: Path) -> bool:
    """Whether `file`, relative to `results`, is in the journal of a command: it is not kept for good yet, and
    may be a round of a comparison, which is no part of a history.
    """
    owners = (results / folder / OWNER for folder in file.parents if folder.parent.name == NAME)
    return any(owner.exists() for owner in owners)


def removed(folder: Path) -> None:
    """Remove the journal `folder`, and the place of journals with the last of them."""
    remove(folder, OWNER)
    with suppress(OSError):
        folder.parent.rmdir()
