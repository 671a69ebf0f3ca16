"""The columns that a watchman wrote out: what the round had measured in which its command ended."""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from suite.errors import StoreError
from suite.files import check_is_file, read_bytes
from suite.measure.column_file import ColumnFile
from suite.measure.columns import ROW_BYTES
from suite.measure.mark_file import MarkFile
from suite.measure.news_file import News, NewsFile, counted
from suite.measure.older_columns import OLDER_ROW_BYTES, with_users
from suite.measure.partial import last_moment, measured_until
from suite.measure.resources import Resources
from suite.process.redaction import redacted
from suite.process.sweep import ENDED
from suite.records.detail import added_up
from suite.records.held_round import HeldColumns, HeldRound
from suite.records.outcome import OUTCOMES
from suite.records.run import Failure, Round

_UNREAD = "the command ended in this round"
_NEVER = 1 << 61
"""Nanoseconds that no machine has been up: 73 years. Sums of such moments stay numbers of 64 bits."""


def held_round(held: HeldRound, folder: Path) -> Round | None:
    """A round of which the columns lie in `folder`; None where they don't, or nothing was measured.

    Raises StoreError.
    """
    if not (folder / ENDED).exists():
        return None
    try:
        start, died = map(int, read_bytes(folder / ENDED).split())
    except ValueError:
        start = died = -1
    if not (0 <= start < _NEVER and 0 <= died < _NEVER):
        raise StoreError(f"{folder / ENDED} is damaged")
    with ExitStack() as opened:
        files, marks = list[ColumnFile](), list[MarkFile | None]()
        for index, one in enumerate(held.columns):
            files.append(_columns(folder / f"columns-{index}", one, held.row_bytes))
            opened.callback(files[-1].close)
            _check(folder / f"columns-{index}", files[-1], one, len(held.names))
            marks.append(_marks(folder / f"marks-{index}", opened) if one.marks else None)
        cut = min(
            died, last_moment([file for file, one in zip(files, held.columns, strict=True) if one.by_loop])
        )
        found = measured_until(cut, held, files, marks, start, resources=Resources.absent(_UNREAD))
        told = [_news(path, opened) for path in sorted(folder.glob("news-*"))]
    details = added_up(one.details for one in told)
    return found and replace(
        found,
        failure=Failure("interrupted", _UNREAD),
        details=tuple(replace(one, example=redacted(one.example, os.environ)) for one in details),
        statuses=counted(one.statuses for one in told),
    )


def _columns(path: Path, one: HeldColumns, row_bytes: int) -> ColumnFile:
    if row_bytes not in (ROW_BYTES, OLDER_ROW_BYTES):
        raise StoreError(
            f"{path} has {row_bytes} bytes an operation, here they are {ROW_BYTES}: another version of "
            "Loadledger wrote it, and reads it"
        )
    opened = _opened(path)
    if row_bytes == ROW_BYTES:
        return ColumnFile(opened, one.rows, one.planned)
    return with_users(opened, one.rows, one.planned)


def _check(path: Path, file: ColumnFile, one: HeldColumns, names: int) -> None:
    """Whether all rows have an outcome and an operation that there is, and moments that clocks give."""
    for part, rows in file.parts(one.due):
        outcomes = np.frombuffer(part.outcome, np.uint8, rows).max(initial=0)
        operations = 0 if one.choices else np.frombuffer(part.operation, np.uint16, rows).max(initial=0)
        if outcomes >= len(OUTCOMES) or operations >= names:
            raise StoreError(f"{path} is damaged: it has outcomes or operations that there are not")
        for moments in (part.intended, part.dispatched, part.started, part.finished):
            if not _are_within(np.frombuffer(moments, np.int64, rows), 0):
                raise StoreError(f"{path} is damaged: it has moments that no clock gives")


def _are_within(moments: npt.NDArray[np.int64], lowest: int) -> bool:
    return bool(moments.min(initial=0) >= lowest and moments.max(initial=0) < _NEVER)


def _marks(path: Path, opened: ExitStack) -> MarkFile:
    """Marks as they were written; a moment below 0 says that nothing had come by then."""
    marks = MarkFile(_opened(path))
    opened.callback(marks.close)
    try:
        sound = _are_within(np.frombuffer(marks.read(), np.int64).reshape(-1, MarkFile.fields), 1 - _NEVER)
    except (ValueError, TypeError):  # no whole marks
        sound = False
    if not sound:
        raise StoreError(f"{path} is damaged")
    return marks


def _news(path: Path, opened: ExitStack) -> News:
    news = NewsFile(_opened(path))
    opened.callback(news.close)
    try:
        return news.read()
    except (ValueError, TypeError) as error:
        raise StoreError(f"{path} is damaged: {error}") from error


def _opened(path: Path) -> int:
    try:
        check_is_file(path)
        # Into what a link leads to the names of operations would be written.
        return os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError as error:
        raise StoreError(f"can't read {path}: {error.strerror}") from error
