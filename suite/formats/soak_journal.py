"""The journal of a soak: a line per window, on disk the moment that the window ends."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

from suite.errors import ConfigurationError, StoreError
from suite.files import LARGEST, check_is_file, disk_faults, sync_folder
from suite.formats.document import run_path
from suite.formats.structure import dump, load
from suite.records.soak import Soak, SoakWindow

SUFFIX = ".journal"
_HEAD, _WINDOW = "soak", "window"
_PIECE = 1 << 20


class SoakJournal:
    """A file that only grows: the `head` of a soak, then its `windows`.

    A line is there when `append` has returned, whatever happens to us or to the machine; one that was broken
    off counts for nothing, and goes when the file is opened again. One process at a time has it open.
    """

    def __init__(self, path: Path, flags: int = 0) -> None:
        self.path = path
        self.head: Soak
        self.windows: list[SoakWindow] = []
        with disk_faults(path):
            check_is_file(path)
            self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CLOEXEC | flags, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self.close()
            raise ConfigurationError(f"{path}: this soak runs already, in another process") from error

    @classmethod
    def create(cls, folder: Path, head: Soak) -> Self:
        """A new one. Raises StoreError."""
        path = run_path(folder, head).with_suffix(SUFFIX)
        with disk_faults(path):
            folder.mkdir(parents=True, exist_ok=True)
        journal = cls(path, os.O_CREAT | os.O_EXCL)
        try:
            journal._write(_HEAD, head)
            with disk_faults(path):
                sync_folder(folder)
        except BaseException:
            journal.remove()
            raise
        journal.head = head
        return journal

    @classmethod
    def continued(cls, path: Path) -> Self:
        """One that is there. Raises StoreError, and ConfigurationError where it is in use."""
        journal = cls(path)
        try:
            with disk_faults(path):
                _cut(journal._file)
            journal.head, journal.windows = read(path)
        except BaseException:
            journal.close()
            raise
        return journal

    def append(self, window: SoakWindow) -> None:
        """One window more, durably. Raises StoreError."""
        if not os.fstat(self._file).st_nlink:
            self._write_anew()
        self._write(_WINDOW, window)
        self.windows.append(window)

    def _write_anew(self) -> None:
        """Somebody removed the file: what would be written to it goes with us. One of an earlier state may
        have come back in its place.
        """
        with disk_faults(self.path):
            self.path.unlink(missing_ok=True)
        with type(self).create(self.path.parent, self.head) as anew:
            for window in self.windows:
                anew.append(window)
            self.path = anew.path
            self._file, anew._file = anew._file, self._file

    def close(self) -> None:
        """Let go of it."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def remove(self) -> None:
        """All of it is kept elsewhere."""
        self.path.unlink(missing_ok=True)
        self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def _write(self, name: str, record: Soak | SoakWindow) -> None:
        line = json.dumps({name: dump(record)}, separators=(",", ":"), ensure_ascii=False) + "\n"
        with disk_faults(self.path):
            rest = memoryview(line.encode())
            while len(rest):
                rest = rest[os.write(self._file, rest) :]
            os.fsync(self._file)


def read(path: Path) -> tuple[Soak, list[SoakWindow]]:
    """What is in a journal; a line that was broken off is left out. Raises StoreError for another file."""
    try:
        with path.open("rb") as file:
            lines = _lines(file)
            first = next(lines, b"")
            if not first:
                raise ValueError("it has no head")
            head = _head(first)
            windows = [_window(line, index) for index, line in enumerate(lines)]
    except OSError as error:
        raise StoreError(f"can't read {path}: {error.strerror}") from error
    except (ValueError, StoreError) as error:
        raise StoreError(f"{path} is no journal of a soak, or a damaged one: {error}") from error
    return head, windows


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """All that are whole, one after the other: who sent the file decided how large it is."""
    while (line := file.readline(LARGEST)).endswith(b"\n"):
        yield line
    if len(line) == LARGEST:
        raise ValueError(f"a line of it is larger than {LARGEST >> 20} MiB")


def cut_off(folder: Path) -> Iterator[tuple[Path, Soak]]:
    """Journals in a folder that nobody writes, newest first, with their heads; ones with damaged windows too.

    What does not begin as a journal does is passed over.
    """
    for path in sorted(folder.glob(f"*{SUFFIX}"), reverse=True):
        with contextlib.suppress(StoreError, ConfigurationError, ValueError, OSError):
            with SoakJournal(path), path.open("rb") as file:
                head = _head(file.readline(LARGEST))
            yield path, head


def unfinished(folder: Path, workload: str) -> Iterator[Path]:
    """Those of a workload."""
    return (path for path, head in cut_off(folder) if head.workload == workload)


def _head(line: bytes) -> Soak:
    return load(Soak, _entry(line, _HEAD))


def _window(line: bytes, index: int) -> SoakWindow:
    try:
        window = load(SoakWindow, _entry(line, _WINDOW))
    except (ValueError, StoreError) as error:
        raise ValueError(f"window {index} can't be read: {error}") from error
    if window.index != index:
        raise ValueError(f"window {index} is missing")
    return window


def _entry(line: bytes, name: str) -> Any:
    try:
        data = json.loads(line)
    except RecursionError as error:
        raise ValueError("it is nested without end") from error
    if not isinstance(data, dict) or name not in data:
        raise ValueError(f"a line has no {name}")
    return data[name]


def _cut(file: int) -> None:
    """Remove what follows the last line break."""
    size = start = os.fstat(file).st_size
    at = -1
    while start and at < 0:
        start, upto = max(0, start - _PIECE), start
        at = os.pread(file, upto - start, start).rfind(b"\n")
    end = start + at + 1
    if end < size:
        os.ftruncate(file, end)
        os.fsync(file)
