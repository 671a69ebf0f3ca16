"""What commands left in their journals that were killed: found, completed and kept for good."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path

from suite.errors import StoreError, interruption
from suite.files import read_bytes, read_json
from suite.formats.document import write_document
from suite.formats.envelope import envelope, exit_code, kind_of, read_document
from suite.formats.structure import load
from suite.ledger.held_columns import held_round
from suite.ledger.journal import (
    BEGUN,
    LEDGER,
    NAME,
    OWNER,
    ROUND,
    SUFFIX,
    TEMPORARY,
    WITHIN,
    ledger_name,
    moved,
    removed,
)
from suite.ledger.store import Ledger
from suite.measure.partial import CUT_SHORT
from suite.measure.unfinished import filled, with_last
from suite.process.ownership import is_abandoned, taken_over
from suite.process.scratch import remove_abandoned
from suite.process.sweep import LOCK
from suite.records.held_round import HeldRound
from suite.records.record import Record
from suite.records.run import Round, Run
from suite.records.unfinished import SearchRecord

_WATCHMAN_SECONDS = 20.0
"""What it may take to write out the columns of a round."""


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
        with taken_over(folder, OWNER) as abandoned:
            if not abandoned:
                continue
            _tidied(folder)
            if not _is_for(folder, results, ledger):
                continue
            if not all(os.access(place, os.W_OK) for place in (results, folder.parent, folder)):
                yield BroughtIn(
                    folder.parent,
                    fault=f"{folder.parent} may not be written: it stays there; where {results} can be "
                    "written suite show keeps it",
                )
                return
            found = _all(folder, results, ledger)
            if not any(one.fault for one in found):
                removed(folder)
        yield from found


def _all(folder: Path, results: Path, ledger: Ledger | None) -> list[BroughtIn]:
    """What is in the journal `folder` of a dead command, and in those of commands that it had started."""
    written = cache(partial(_is_written, folder / ROUND))  # once for all drafts
    drafts = [_brought_in(draft, folder, results, ledger, written) for draft in _drafts(folder)]
    found = [one for one in drafts if one is not None]
    for inner in _inside_all(_inside(folder / WITHIN)):
        found += _within(inner, results, [one.path for one in found])
    return found


def _within(inner: Path, results: Path, kept: Iterable[Path]) -> Iterator[BroughtIn]:
    """What a command had measured, or was about to, of which `inner` are the results; but not what stands in
    the documents that are `kept`. They are for no ledger.
    """
    for folder in _journals(inner):
        with taken_over(folder, OWNER) as abandoned:
            if abandoned:
                yield from _all(folder, results, None)
            elif (folder / OWNER).exists():  # without it the command was killed before it kept anything
                yield BroughtIn(folder, fault=f"{folder}: a command is at work there yet; try again later")
    known = "".join(path.read_text(encoding="utf-8", errors="replace") for path in kept)
    for path in _inside_all(_inside(inner)):
        if path.suffix == ".json" and path.is_file():
            try:
                records = read_document(path).records
                if any(f'"{record.id}"' not in known for record in records):
                    yield BroughtIn(moved(path, inner, results), records)
            except StoreError as error:
                yield BroughtIn(path, fault=str(error))


def _journals(results: Path) -> list[Path]:
    """Folders below that of journals. What is there by a link is somebody else's, and would be removed."""
    return sorted(path for path in _inside(results / NAME) if path.is_dir())


def _inside(folder: Path) -> Iterator[Path]:
    """What lies in a folder, but no links; nothing of one that is itself a link."""
    with suppress(OSError):
        if not folder.is_symlink():
            yield from [path for path in folder.iterdir() if not path.is_symlink()]


def _inside_all(folders: Iterable[Path]) -> Iterator[Path]:
    yield from [path for folder in folders if folder.is_dir() for path in _inside(folder)]


def _tidied(folder: Path) -> None:
    """Remove what rounds of the journal `folder` left where they wrote to, as where each job of a CI has a
    place of its own.
    """
    with suppress(OSError, StoreError, ValueError):  # of a journal from elsewhere; ValueError of a NUL
        place = Path(read_bytes(folder / TEMPORARY).decode())
        if place.is_absolute() and place != Path(tempfile.gettempdir()):  # else each round does it itself
            remove_abandoned(place)


def _is_for(folder: Path, results: Path, ledger: Ledger | None) -> bool:
    try:
        place = read_bytes(folder / LEDGER).decode()
    except OSError:  # killed before it had kept anything
        return True
    except (StoreError, UnicodeDecodeError):  # a pipe, or no text: of no journal of ours
        return False
    if ledger is None or not place:
        return not place
    return place in (ledger.identity, ledger_name(results, ledger.identity))


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
    drafts = (path for place in places for path in _inside(place) if path.suffix in (SUFFIX, BEGUN))
    return sorted(drafts)


def _brought_in(
    draft: Path, folder: Path, results: Path, ledger: Ledger | None, written: Callable[[], bool]
) -> BroughtIn | None:
    """None of a draft of which nothing was measured."""
    try:
        completed = _complete(draft, folder / ROUND, written)
        if draft.suffix == BEGUN and not completed:
            return None
        document = read_document(draft)
        if ledger is not None and (folder / LEDGER).stat().st_size:
            ledger.add_new(document.records)
        return BroughtIn(moved(draft, folder, results), document.records)
    except StoreError as error:
        return BroughtIn(draft, fault=str(error))
    except Exception as error:
        if interruption(error) is not None:
            raise
        # It may say anything, if it is from elsewhere.
        return BroughtIn(draft, fault=f"{draft} is damaged: {type(error).__name__}: {error}")


def _complete(draft: Path, folder: Path, written: Callable[[], bool]) -> bool:
    """Add to a draft what the round had measured that ran, if it ran yet; whether there is such."""
    if folder.is_symlink() or not (folder / ROUND).exists():
        return False
    if not written():
        raise StoreError(f"{folder}: what was recorded is written there yet; try again later")
    about = read_json(folder / ROUND)
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
