"""What the kernel says that processes did: switches, faults, reads and writes, bytes of their connections."""

from __future__ import annotations

import contextlib
import os
import re
import socket
import struct
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

_SWITCHES = re.compile(rb"^voluntary_ctxt_switches:\s+(\d+)", re.MULTILINE)
_CALLS = re.compile(rb"^sysc([rw]): (\d+)", re.MULTILINE)
_SOCKET = re.compile(r"socket:\[(\d+)\]")

# sock_diag(7): a dump of all TCP sockets with their tcp_info.
_NETLINK_SOCK_DIAG = 4
_BY_FAMILY, _DONE, _ERROR = 20, 3, 2
_DUMP = 0x301
_HEADER = struct.Struct("=IHHII")
_ASKED = struct.Struct("=BBBxI48x")
_INFO = 2
_INODE = 68
"""Where the inode stands in an answer, and below where the attributes begin."""
_ATTRIBUTES = 72
_MOVED = struct.Struct("=QQ")  # bytes that were acknowledged, bytes received
_MOVED_AT = 120


class ProcessUsage(NamedTuple):
    """Times that a process waited, pages that it had to get, calls of read and write in all their forms; None
    where it may not be known.
    """

    switches: int
    faults: int
    reads: int | None
    writes: int | None


def usage(pid: int) -> ProcessUsage | None:
    """Of a process since its start, all threads that it has now; None where it is gone."""
    try:
        text = Path(f"/proc/{pid}/stat").read_bytes()
        tasks = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return None
    fields = text[text.rindex(b")") + 2 :].split()
    calls: dict[bytes, int] = {}
    with contextlib.suppress(OSError):
        calls = {name: int(count) for name, count in _CALLS.findall(Path(f"/proc/{pid}/io").read_bytes())}
    return ProcessUsage(
        sum(_waits(pid, task) for task in tasks),
        int(fields[7]) + int(fields[9]),
        calls.get(b"r"),
        calls.get(b"w"),
    )


def _waits(pid: int, task: str) -> int:
    with contextlib.suppress(OSError):
        if found := _SWITCHES.search(Path(f"/proc/{pid}/task/{task}/status").read_bytes()):
            return int(found[1])
    return 0


def moved(pids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """By inode, the bytes that came in and went out over each TCP connection of these processes so far.

    Raises OSError where the kernel does not tell.
    """
    owned = {inode for pid in pids for inode in _inodes(pid)}
    found: dict[int, tuple[int, int]] = {}
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, _NETLINK_SOCK_DIAG) as kernel:
        kernel.settimeout(5.0)
        for family in (socket.AF_INET, socket.AF_INET6):
            asked = _ASKED.pack(family, socket.IPPROTO_TCP, 1 << (_INFO - 1), 0xFFFFFFFF)
            kernel.send(_HEADER.pack(_HEADER.size + len(asked), _BY_FAMILY, _DUMP, 0, 0) + asked)
            while _read_answers(kernel.recv(1 << 18), owned, found):
                pass
    return found


def _inodes(pid: int) -> list[int]:
    numbers = []
    with contextlib.suppress(OSError):
        for entry in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(OSError):
                if match := _SOCKET.fullmatch(os.readlink(f"/proc/{pid}/fd/{entry}")):
                    numbers.append(int(match[1]))
    return numbers


def _read_answers(data: bytes, owned: set[int], found: dict[int, tuple[int, int]]) -> bool:
    """Take what is `owned` out of answers; whether more of them come."""
    at = 0
    while at + _HEADER.size <= len(data):
        length, kind, *_ = _HEADER.unpack_from(data, at)
        if kind == _DONE:
            return False
        if kind == _ERROR or length < _HEADER.size:
            raise OSError("the kernel does not list connections (sock_diag)")
        message = data[at + _HEADER.size : at + length]
        (inode,) = struct.unpack_from("=I", message, _INODE)
        if inode in owned and (both := _bytes_moved(message)):
            found[inode] = both
        at += length + 3 & ~3
    return True


def _bytes_moved(message: bytes) -> tuple[int, int] | None:
    at = _ATTRIBUTES
    while at + 4 <= len(message):
        length, kind = struct.unpack_from("=HH", message, at)
        if kind == _INFO and length >= 4 + _MOVED_AT + _MOVED.size:
            out, into = _MOVED.unpack_from(message, at + 4 + _MOVED_AT)
            return into, out
        at += max(length + 3 & ~3, 4)
    return None
