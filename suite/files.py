"""Files: written whole or not at all, and what the disk says when it refuses."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fnmatch import fnmatch
from pathlib import Path
from typing import Any
from uuid import uuid4

from suite.errors import StoreError

_SYSTEM = {
    errno.ENOSPC: "the disk is full; free some space",
    errno.EDQUOT: "the disk quota is used up; free some space",
    errno.EROFS: "the file system is read-only; choose another folder",
    errno.EACCES: "no permission; make the folder writable or choose another one",
    errno.EPERM: "no permission; make the folder writable or choose another one",
    errno.ENOTDIR: "a part of its path is a file; choose another folder",
    errno.ENOENT: "the folder that it lies in was removed; choose another one",
    errno.EEXIST: "a part of its path is a file; choose another folder",
    errno.ENXIO: "nobody reads from it; start who does first",
    errno.EISDIR: "it is a folder; give the name of a file",
    errno.EFBIG: "no file there may be that large; allow larger ones: ulimit -f unlimited",
    errno.ENAMETOOLONG: "the name is too long; choose a shorter one",
    errno.EBADF: "it is closed; send it to a file, or to /dev/null",
}


_NO_MORE_FILES = "it takes no more files, its inodes are used up; remove some files"
_OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
_ESCAPED = "backslashreplace"
LARGEST = 256 << 20
"""Bytes of a document: of one that says nothing but zeros there may be more than there is memory."""


@contextmanager
def disk_faults(place: object) -> Iterator[None]:
    """Turn an OSError about writing `place` into StoreError."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"can't write {place}: {refusal(error, place)}") from error


def refusal(error: OSError, place: object = "") -> str:
    """Why something can't be written at `place`, and what would mend it."""
    if error.errno == errno.ENOSPC and (known := refusing(Path(str(place)))):
        return known
    return _SYSTEM.get(error.errno or 0) or error.strerror or str(error)


def refusing(place: Path) -> str | None:
    """Why nothing new can be written at `place`, or where it would be, if its file system takes nothing."""
    for folder in (place, *place.parents):
        with suppress(OSError):
            found = os.statvfs(folder)
            if found.f_flag & os.ST_RDONLY:
                return _SYSTEM[errno.EROFS]
            return _NO_MORE_FILES if found.f_files and not found.f_favail else None
    return None


def write_text(path: Path, text: str, *, private: bool = False) -> None:
    """Replace the file at `path` by `text` (UTF-8) in one step; its folder is made if need be.

    A reader finds the old content or the new, and after a failure the old is still there. If it is `private`
    nobody but its owner may read it. Something that is no plain file (a device, a pipe) is written to and
    never replaced. Lone surrogates (bytes of a path that are no text) become escapes. Raises StoreError.
    """
    with disk_faults(path):
        if _is_special(path):
            with os.fdopen(unwaited(path, os.O_WRONLY), "w", encoding="utf-8", errors=_ESCAPED) as device:
                device.write(text)
            return
        target = path.resolve()  # a link stays a link
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{uuid4().hex}.tmp")
        try:
            if private:
                draft.touch(mode=0o600, exist_ok=False)
            with draft.open("r+" if private else "x", encoding="utf-8", errors=_ESCAPED) as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        sync_folder(target.parent)


def check_writable(path: Path) -> None:
    """Raise the StoreError that `write_text` would, as far as it can be known before."""
    with disk_faults(path):
        if _is_special(path):
            if not path.is_fifo():  # that it was opened and closed would be the end to who reads it
                os.close(unwaited(path, os.O_WRONLY))
            return
        target = path.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{uuid4().hex}.tmp")
        try:
            draft.touch(exist_ok=False)
        finally:
            draft.unlink(missing_ok=True)


def _is_special(path: Path) -> bool:
    """Whether something is there that is no plain file; what a shell calls /dev/fd/63 no other path names."""
    return path.exists() and not path.is_file()


def unwaited(path: str | Path, flags: int) -> int:
    """An opener, as `open` takes one: that somebody reads from a pipe is not waited for."""
    descriptor = os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)
    os.set_blocking(descriptor, True)
    return descriptor


def below(folder: Path, path: Path) -> Path:
    """`path`, whose name we chose, if what is written there lies in `folder`. Raises StoreError for a link
    that leads out of it: it may have come with a checkout.
    """
    if not path.resolve().is_relative_to(folder.resolve()):
        raise StoreError(f"can't write {path}: it is a link that leads out of its folder; remove it")
    return path


def sync_folder(folder: Path) -> None:
    """Have a file that is new in it, or renamed, still there after a power cut. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def safe_name(text: str, longest: int = 100) -> str:
    """`text` as a part of a file's name: it names nothing elsewhere. Texts that differ stay different."""
    name = re.sub(r"[^\w.-]+", "-", text, flags=re.ASCII).lstrip(".")[:longest]
    if name == text:
        return name
    mark = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:8]
    return f"{name}-{mark}" if name else mark


def copy_folder(source: Path, target: Path, *left_out: str) -> None:
    """Copy a folder with all that is in it, but for what is called as `left_out` are; links stay links. What
    is neither file nor folder, as a socket, is passed over. Raises StoreError at the first that goes wrong.
    """
    folders = [(source, target)]
    for folder, copy in folders:
        with disk_faults(copy):
            copy.mkdir(parents=True, exist_ok=True)
        with copying(folder):
            inside = sorted(os.scandir(folder), key=lambda one: one.name)
        for one in inside:
            if any(fnmatch(one.name, pattern) for pattern in left_out):
                continue
            if one.is_dir(follow_symlinks=False):
                folders.append((Path(one.path), copy / one.name))
            elif one.is_symlink() or one.is_file():
                with copying(one.path):
                    shutil.copy2(one.path, copy / one.name, follow_symlinks=False)
    for folder, copy in reversed(folders):  # one that nobody may write to was filled before
        with copying(folder):
            shutil.copystat(folder, copy)


@contextmanager
def copying(place: object) -> Iterator[None]:
    """Turn an OSError about copying `place` into StoreError."""
    try:
        yield
    except OSError as error:
        number = error.errno or 0
        reason = _SYSTEM[number] if number in _OF_THE_DISK else str(error)
        raise StoreError(f"can't copy {place}: {reason}") from error


def check_is_file(path: Path) -> None:
    """Raise StoreError for what is there and no file: a pipe would be waited for. A shell's own may be one.

    Raises OSError where that can't be seen.
    """
    if path.exists() and not path.is_file() and path.parts[1:2] != ("dev",):
        raise StoreError(f"can't read {path}: it is no file")


def parse_toml(text: str) -> dict[str, Any]:
    """What a text in TOML says. Raises ValueError for one that is none, whatever is wrong with it."""
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested without end") from error


def read_bytes(path: Path) -> bytes:
    """What is in a file. Raises OSError, and StoreError if it is no file, or larger than any of ours."""
    check_is_file(path)
    with path.open("rb") as file:
        size = path.stat().st_size if path.is_file() else LARGEST
        found = file.read(min(size, LARGEST) + 1)
    if len(found) > LARGEST:
        raise StoreError(f"{path} is larger than {LARGEST >> 20} MiB, which no result is")
    return found


def read_json(path: Path) -> Any:
    """What is in a JSON file. Raises StoreError if it can't be read, is none, or larger than any of ours."""
    try:
        return json.loads(read_bytes(path).decode("utf-8"))
    except OSError as error:
        raise StoreError(f"can't read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise StoreError(f"{path} is not JSON: {error}") from error
