"""The journal: what a command has measured by now, on disk as it comes; what one left that was killed."""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import Any

from suite.errors import StoreError, interruption
from suite.files import check_is_file, disk_faults, read_json, write_text
from suite.formats.document import run_path, write_document
from suite.formats.envelope import Kind, entry, envelope, exit_code, kind_of, read_document
from suite.formats.structure import dump, load
from suite.ledger.held_columns import held_round
from suite.ledger.store import Ledger
from suite.measure.partial import CUT_SHORT
from suite.measure.unfinished import filled, with_last
from suite.process.ownership import is_abandoned, owned, taken_over
from suite.process.sweep import LOCK, remove
from suite.records.held_round import HeldRound
from suite.records.record import Record
from suite.records.run import Round, Run
from suite.records.unfinished import SearchRecord

NAME = "journal"
"""Of the folder, below that of results."""
_SUFFIX, _BEGUN = ".journal", ".begun"
_ROUND = "round"
"""The folder of the columns of a round, and in it the file that tells of them."""
_WATCHMAN_SECONDS = 20.0
"""What it may take to write them out."""
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
        """Let go of it, and remove it if all that was in it is settled."""
        if self._folder is not None and not self._drafts:
            _removed(self._folder)
        self._held.close()

    def begin(self, head: Record) -> None:
        """See `Keeper`."""
        self._write(head, _BEGUN)

    def keep(self, so_far: Record, *, named: Record | None = None, **more: Any) -> None:
        """See `Keeper`."""
        path = self._write(so_far, _SUFFIX, named, **more)
        self.used = True
        if path is not None:
            self._drafts[(named or so_far).id] = path
            path.with_suffix(_BEGUN).unlink(missing_ok=True)

    def hold(self, running: HeldRound) -> Path | None:
        """See `Keeper`."""
        if self._latest is None:
            return None
        try:
            folder = self._own() / _ROUND
            with disk_faults(folder):
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
            write_document(folder / _ROUND, {"of": self._latest.name, "round": dump(running)})
        except StoreError as error:
            self.fault = self.fault or error
            return None
        return folder

    def settled(self, record: Record) -> None:
        """It, or what was named after it, is kept for good."""
        if (path := self._drafts.pop(record.id, None)) is not None:
            path.unlink(missing_ok=True)

    def forget(self) -> None:
        """All is kept for good elsewhere."""
        for path in self._drafts.values():
            path.unlink(missing_ok=True)
        self._drafts.clear()

    def kept_apart(self) -> list[Path]:
        """Where documents are now of what is not settled, and will not be."""
        paths = []
        for name, draft in [*self._drafts.items()]:
            with suppress(StoreError):
                paths.append(_moved(draft, self._own(), self._results))
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
        """Those that are not settled."""
        return [*self._drafts.values()]

    def _own(self) -> Path:
        """The folder, made when there is something to keep."""
        if self._folder is None:
            if self.fault is not None:  # once is enough
                raise self.fault
            folder = self._results / NAME / uuid.uuid4().hex[:12]
            with disk_faults(folder), ExitStack() as undone:
                folder.mkdir(parents=True)
                undone.callback(_removed, folder)
                self._held.enter_context(owned(folder, _OWNER))
                undone.pop_all()
            self._folder = folder
            write_text(folder / _LEDGER, self._ledger)
        return self._folder


@dataclass(frozen=True, slots=True)
class BroughtIn:
    """A draft that a command left: its records, and the document that it is now; or why it could not be."""

    path: Path
    records: tuple[Record, ...] = ()
    fault: str = ""


def has_left(results: Path) -> bool:
    """Whether there is anything to `bring_in`, or a command at work."""
    return (results / NAME).is_dir()


def bring_in(results: Path, ledger: Ledger | None) -> Iterator[BroughtIn]:
    """Keep for good what commands left below `results` that were killed, as far as it is for this ledger."""
    for folder in _journals(results):
        with taken_over(folder, _OWNER) as abandoned:
            if not abandoned or not _is_for(folder, ledger):
                continue
            written = cache(partial(_is_written, folder / _ROUND))  # once for all drafts
            drafts = [_brought_in(draft, folder, results, ledger, written) for draft in _drafts(folder)]
            found = [one for one in drafts if one is not None]
            if not any(one.fault for one in found):
                _removed(folder)
        yield from found


def _journals(results: Path) -> list[Path]:
    """Folders below that of journals. What is there by a link is somebody else's, and would be removed."""
    return sorted(path for path in _inside(results / NAME) if path.is_dir())


def _inside(folder: Path) -> Iterator[Path]:
    """What lies in a folder, but no links; nothing of one that is itself a link."""
    with suppress(OSError):
        if not folder.is_symlink():
            yield from [path for path in folder.iterdir() if not path.is_symlink()]


def _is_for(folder: Path, ledger: Ledger | None) -> bool:
    try:
        check_is_file(folder / _LEDGER)
        place = (folder / _LEDGER).read_text(encoding="utf-8")
    except OSError:  # killed before it had kept anything
        return True
    except (StoreError, UnicodeDecodeError):  # a pipe, or no text: of no journal of ours
        return False
    return not place or (ledger is not None and place == ledger.identity)


def _is_written(folder: Path) -> bool:
    """Whether no watchman is at work there; it is waited for."""
    lock, end = folder / LOCK, time.monotonic() + _WATCHMAN_SECONDS
    while lock.is_file() and not lock.is_symlink() and not is_abandoned(folder, LOCK):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _drafts(folder: Path) -> list[Path]:
    places = [place for place in _inside(folder) if place.is_dir()]
    drafts = (path for place in places for path in _inside(place) if path.suffix in (_SUFFIX, _BEGUN))
    return sorted(drafts)


def _brought_in(
    draft: Path, folder: Path, results: Path, ledger: Ledger | None, written: Callable[[], bool]
) -> BroughtIn | None:
    """None of a draft of which nothing was measured."""
    try:
        completed = _complete(draft, folder / _ROUND, written)
        if draft.suffix == _BEGUN and not completed:
            return None
        document = read_document(draft)
        if ledger is not None and (folder / _LEDGER).stat().st_size:
            ledger.add_new(document.records)
        return BroughtIn(_moved(draft, folder, results), document.records)
    except StoreError as error:
        return BroughtIn(draft, fault=str(error))
    except Exception as error:
        if interruption(error) is not None:
            raise
        # It may say anything, if it is from elsewhere.
        return BroughtIn(draft, fault=f"{draft} is damaged: {type(error).__name__}: {error}")


def _moved(draft: Path, folder: Path, results: Path) -> Path:
    """Where the document is now that a draft below `folder` was. Raises StoreError."""
    path = results / draft.parent.relative_to(folder) / draft.stem
    with disk_faults(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():  # the command had come further than its journal
            draft.unlink()
        else:
            draft.replace(path)
    return path


def _complete(draft: Path, folder: Path, written: Callable[[], bool]) -> bool:
    """Add to a draft what the round had measured that ran, if it ran yet; whether there is such."""
    if not (folder / _ROUND).exists():
        return False
    if not written():
        raise StoreError(f"{folder}: what was recorded is written there yet; try again later")
    about = read_json(folder / _ROUND)
    if about.get("of") != draft.name:
        return False
    last = held_round(load(HeldRound, about.get("round")), folder)
    if last is None:
        return False
    (record,) = read_document(draft).records
    found = _with(record, last)
    if found is not None:
        write_document(draft, envelope(kind_of(found), [found], exit_code=exit_code(found)))
    return True


def _with(record: Record, last: Round) -> Record | None:
    """`record` with what its `last` round had measured; None if it has that already."""
    if isinstance(record, Run):
        if any(reason.kind == CUT_SHORT for reason in record.validity.reasons):  # who added it was killed
            return None
        return with_last(record, last)
    if isinstance(record, SearchRecord) and record.unfinished is not None and not record.unfinished.measured:
        return replace(record, unfinished=filled(record.unfinished, last))
    return None


def _removed(folder: Path) -> None:
    remove(folder, _OWNER)
    with suppress(OSError):
        folder.parent.rmdir()
