"""One instance as a DICOM file (PS3.10): written so that it is there whole or not at all, and read back."""

from __future__ import annotations

import contextlib
import itertools
import os
import struct
from collections.abc import Container, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from suite.clients.dicom.pdu import IMPLEMENTATION_CLASS, IMPLEMENTATION_VERSION

PART = ".part"
_PREAMBLE = bytes(128) + b"DICM"
_GROUP_LENGTH = struct.Struct("<HH2sHI")
_META_AT = len(_PREAMBLE) + _GROUP_LENGTH.size
_parts = itertools.count()
Buffer = bytes | bytearray | memoryview


@dataclass(frozen=True, slots=True)
class Instance:
    """A file read back: who it is, and its dataset as it came over the network."""

    sop_class: str
    uid: str
    transfer_syntax: str
    dataset: bytes


def write(path: Path, header: bytes, dataset: Buffer, *, durable: bool = False) -> int:
    """Write `header` and `dataset` under a temporary name, then rename; the number of bytes written.

    `durable` syncs the file and its folder first. On any error nothing is left behind. Several may write
    the same path at once: one of them stays. Raises OSError.
    """
    part = path.with_name(f"{path.name}.{os.getpid()}.{next(_parts)}{PART}")
    file = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    try:
        try:
            size = _write_all(file, [header, dataset])
            if durable:
                os.fsync(file)
        finally:
            os.close(file)
        part.rename(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
    if durable:
        _sync_folder(path.parent)
    return size


def read(path: Path) -> Instance:
    """Read a file that `write` wrote. Raises OSError, and ValueError if it is no such file."""
    data = path.read_bytes()
    if data[: len(_PREAMBLE)] != _PREAMBLE or len(data) < _META_AT:
        raise ValueError(f"{path} is no DICOM file of ours")
    end = _META_AT + _GROUP_LENGTH.unpack_from(data, len(_PREAMBLE))[4]
    found: dict[int, str] = {}
    at = _META_AT
    while at < end:
        if at + 8 > len(data):
            raise ValueError(f"{path} ends within its file meta information")
        _, element, kind, length = struct.unpack_from("<HH2sH", data, at)
        at += 8
        if kind == b"OB":
            length = struct.unpack_from("<I", data, at)[0]
            at += 4
        if kind == b"UI":
            found[element] = data[at : at + length].rstrip(b"\0").decode("ascii")
        at += length
    try:
        return Instance(found[0x0002], found[0x0003], found[0x0010], data[end:])
    except KeyError as error:
        raise ValueError(f"{path} lacks element (0002,{error.args[0]:04X})") from error


def header(sop_class: str, uid: str, transfer_syntax: str) -> bytes:
    """Preamble and file meta information of an instance."""
    before, after = _meta_around(sop_class, transfer_syntax)
    meta = before + _element(0x0003, b"UI", uid.encode("ascii")) + after
    return _PREAMBLE + _GROUP_LENGTH.pack(2, 0, b"UL", 4, len(meta)) + meta


def sweep(folder: Path, known: Container[str]) -> int:
    """Remove from `folder` what a killed process left half done; how many files that were.

    These are temporary files, and files whose path is not `known`: their sender got no Success.
    """
    left = [path for path in folder.iterdir() if path.name.endswith(PART) or str(path) not in known]
    for path in left:
        path.unlink()
    return len(left)


@lru_cache(maxsize=64)
def _meta_around(sop_class: str, transfer_syntax: str) -> tuple[bytes, bytes]:
    before = struct.pack("<HH2sHI", 2, 1, b"OB", 0, 2) + b"\0\1"
    before += _element(0x0002, b"UI", sop_class.encode("ascii"))
    after = _element(0x0010, b"UI", transfer_syntax.encode("ascii"))
    after += _element(0x0012, b"UI", IMPLEMENTATION_CLASS.encode("ascii"))
    after += _element(0x0013, b"SH", IMPLEMENTATION_VERSION.encode("ascii"))
    return before, after


def _element(element: int, kind: bytes, value: bytes) -> bytes:
    if len(value) % 2:
        value += b"\0" if kind == b"UI" else b" "
    return struct.pack("<HH2sH", 2, element, kind, len(value)) + value


def _write_all(file: int, parts: Sequence[Buffer]) -> int:
    """Writev until everything is written: it may write less than asked and say so only by its result."""
    left = [memoryview(part) for part in parts]
    total = sum(len(part) for part in left)
    while left:
        written = os.writev(file, left)
        while left and written >= len(left[0]):
            written -= len(left.pop(0))
        if left:
            left[0] = left[0][written:]
    return total


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
