"""What /proc says about a process: plain reads that answer None for a process that is gone.

A process may vanish or become a zombie between any two of them. PermissionError and other refusals are
raised (OSError); the sampler turns them into reasons. See proc(5).
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import psutil

from suite.measure.memory_file import MEMORY_NAME

_TICK = os.sysconf("SC_CLK_TCK")
_SIZE = re.compile(rb"^(\w+):\s+(\d+) kB", re.MULTILINE)
_LISTS_CHILDREN = Path(f"/proc/self/task/{os.getpid()}/children").exists()
"""False where the kernel was built without CONFIG_PROC_CHILDREN."""
_MOST_FILES = re.compile(rb"^Max open files +(\d+) ", re.MULTILINE)
_MAPPING = re.compile(rb"^[0-9a-f]+-[0-9a-f]+ ", re.MULTILINE)


class Stat(NamedTuple):
    """`cpu`: seconds used by the process and by its children that it waited for. `born`: clock ticks."""

    cpu: float
    threads: int
    born: int
    zombie: bool


class Resident(NamedTuple):
    """Resident bytes; shared ones are counted in full. `high` is the highest total since it was reset."""

    anonymous: int
    file: int
    shared: int
    high: int


class Held(NamedTuple):
    """Bytes held at a quiet moment, without the recording columns.

    `proportional` counts each page shared by n processes as 1/n, `resident` counts it in full; both are
    anonymous and shared memory without file pages. `columns` are the resident columns.
    """

    proportional: int
    resident: int
    columns: int


class Thread(NamedTuple):
    """`cpu`: seconds used. `delay`: seconds runnable but not running. `switches`: times put on a core.

    `state` is the kernel's letter; `place` the function of the kernel in which the thread sleeps, empty
    or "0" where it runs or the kernel does not tell.
    """

    number: int
    cpu: float
    delay: float
    switches: int
    state: str
    place: str


def stat(pid: int) -> Stat | None:
    """CPU time, threads and birth of a process."""
    text = _read(f"/proc/{pid}/stat")
    if not text:
        return None
    fields = text[text.rindex(b")") + 2 :].split()  # the name before it may hold blanks and brackets
    own, waited_for = sum(map(int, fields[11:13])) / _TICK, sum(map(int, fields[13:15])) / _TICK
    with contextlib.suppress(OSError):  # a zombie has no clock any more
        own = time.clock_gettime(_cpu_clock(pid))
    return Stat(own + waited_for, int(fields[17]), int(fields[19]), fields[0] in b"ZX")


def _cpu_clock(pid: int) -> int:
    """The CPU clock of another process (see clock_getcpuclockid(3)): all its threads, the ended ones
    too, in nanoseconds, where /proc counts in ticks of 10 ms."""
    return (~pid << 3) | 2


def resident(pid: int) -> Resident | None:
    """Resident memory as the kernel counts it, cheap enough under load; None for a zombie."""
    sizes = dict(_SIZE.findall(_read(f"/proc/{pid}/status")))
    if b"RssAnon" not in sizes:
        return None
    return Resident(*(int(sizes[name]) * 1024 for name in (b"RssAnon", b"RssFile", b"RssShmem", b"VmHWM")))


def held(pid: int) -> Held | None:
    """Memory by shares; walks the page tables and stalls the process, so only at quiet moments.

    None for a zombie. Raises OSError if refused, also where the kernel does not tell Pss_Anon (< 5.4).
    """
    sizes = {name: int(size) * 1024 for name, size in _SIZE.findall(_read(f"/proc/{pid}/smaps_rollup"))}
    now = resident(pid)
    if not sizes or now is None:
        return None
    if b"Pss_Anon" not in sizes:
        raise OSError("this kernel does not tell Pss_Anon")
    columns, columns_share = _columns(pid)
    share = sizes[b"Pss_Anon"] + sizes[b"Pss_Shmem"]
    return Held(max(share - columns_share, 0), max(now.anonymous + now.shared - columns, 0), columns)


def reset_peak(pid: int) -> None:
    """Let `Resident.high` start anew from what is resident now. Raises OSError if refused."""
    with open(f"/proc/{pid}/clear_refs", "wb", buffering=0) as file:
        file.write(b"5")


def threads(pid: int) -> list[Thread]:
    """The threads of a process; none if it is gone or the kernel keeps no account of scheduling."""
    found = []
    for task in _tasks(pid):
        account = _read(f"/proc/{pid}/task/{task}/schedstat").split()
        if len(account) != 3:
            continue
        cpu, delay, switches = map(int, account)
        text = _read(f"/proc/{pid}/task/{task}/stat")
        state = text[text.rindex(b")") + 2 :][:1].decode() if text else ""
        found.append(Thread(int(task), cpu * 1e-9, delay * 1e-9, switches, state, _place(pid, task)))
    return found


def _place(pid: int, task: str) -> str:
    try:
        return _read(f"/proc/{pid}/task/{task}/wchan").decode("ascii", "replace")
    except OSError:  # not everyone may ask
        return ""


def descriptors(pid: int) -> int:
    """How many files a process has open; 0 if it is gone. Raises PermissionError if refused."""
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except (FileNotFoundError, ProcessLookupError):
        return 0


def sockets(pid: int) -> int:
    """How many of these files are sockets; dearer than `descriptors`. Raises PermissionError if refused."""
    count = 0
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for number in os.listdir(f"/proc/{pid}/fd"):
            with contextlib.suppress(FileNotFoundError):  # closed meanwhile
                count += os.readlink(f"/proc/{pid}/fd/{number}").startswith("socket:")
    return count


def most_descriptors(pid: int) -> int | None:
    """How many files a process may have open; None without a limit, or where it is gone."""
    found = _MOST_FILES.search(_read(f"/proc/{pid}/limits"))
    return int(found[1]) if found else None


def tree(roots: Iterable[int]) -> list[int]:
    """The processes `roots` and all below them, without repeats, those that are gone left out."""
    found: dict[int, None] = {}
    waiting = list(roots)
    while waiting:
        pid = waiting.pop()
        if pid not in found and (tasks := _tasks(pid)):
            found[pid] = None
            waiting += _children(pid, tasks)
    return list(found)


def _children(pid: int, tasks: list[str]) -> list[int]:
    if not _LISTS_CHILDREN:
        try:
            return [child.pid for child in psutil.Process(pid).children()]
        except psutil.Error:
            return []
    return [int(child) for task in tasks for child in _read(f"/proc/{pid}/task/{task}/children").split()]


def _tasks(pid: int) -> list[str]:
    try:
        return os.listdir(f"/proc/{pid}/task")
    except (FileNotFoundError, ProcessLookupError):
        return []


def _columns(pid: int) -> tuple[int, int]:
    """Resident and proportional bytes of the recording columns in a process."""
    name = MEMORY_NAME.encode()
    if name not in _read(f"/proc/{pid}/maps"):
        return 0, 0
    text = _read(f"/proc/{pid}/smaps")
    starts = [match.start() for match in _MAPPING.finditer(text)]
    sums = {b"Rss": 0, b"Pss": 0}
    for start, end in zip(starts, [*starts[1:], len(text)], strict=True):
        mapping = text[start:end]
        if name in mapping.split(b"\n", 1)[0]:
            sizes = dict(_SIZE.findall(mapping))
            for key in sums:
                sums[key] += int(sizes.get(key, 0)) * 1024
    return sums[b"Rss"], sums[b"Pss"]


def _read(path: str) -> bytes:
    """The whole file; empty if the process is gone."""
    try:
        with open(path, "rb", buffering=0) as file:
            return file.readall()
    except (FileNotFoundError, ProcessLookupError):
        return b""
