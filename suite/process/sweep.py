"""Nothing of a round outlives it: find every process that carries the round's id and end it.

A process carries it in its environment, and as a limit on resources that no kernel looks at: children inherit
limits whatever becomes of their environment, session or parent.

Run as a program this file is the watchman (see watchman.py); it imports nothing of ours, so that it
starts in a moment and holds little memory.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import resource
import select
import shutil
import signal
import stat
import sys
import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

ROUND_VARIABLE = "LOADLEDGER_ROUND"
"""Environment variable with the round's id; every process of a round inherits it."""
_LOCKS = 10
"""RLIMIT_LOCKS, which Linux has ignored since 2.5 and Python has no name for."""
_LOCKS_LINE = b"Max file locks"
_DIGITS = 15
"""Of the round's id, in base 16: as many as a limit takes."""

ENDED, LOCK = "ended", ".held"
"""Of the files that the watchman writes: what says that they are whole, and what it locks until then."""
_PIECE = 1 << 20
_POSTMASTER, _KEYS, _TRIED = "postmaster.pid", 1 << 32, 100  # all keys of shared memory, those it tries
_GLANCES = 20
_SPARED = 1.0
"""Seconds that a tracker of resources has for its work."""


def carry(round_id: str) -> None:
    """Have this process, and all that it starts from now on, carry `round_id` as a limit; no id if empty.

    Where we may not set such a limit the environment alone says whose they are.
    """
    with contextlib.suppress(OSError, ValueError):
        hard = resource.getrlimit(_LOCKS)[1]
        resource.setrlimit(_LOCKS, (int(round_id[:_DIGITS], 16) if round_id else hard, hard))


def carrying(round_id: str) -> list[int]:
    """Pids of live processes, other than this one, that carry `round_id`."""
    mark, limit = _marks(round_id)
    return [pid for pid in _pids() if _carries(pid, mark, limit)]


def _pids() -> list[int]:
    """Of all processes but this one, the newest first: what goes on in a child all the time does not wait."""
    pids = (int(entry) for entry in os.listdir("/proc") if entry.isdigit())
    return sorted((pid for pid in pids if pid != os.getpid()), reverse=True)


def _marks(round_id: str) -> tuple[bytes, bytes]:
    """What is in a process's environment, and in its limits; of what is no id of ours no limit."""
    mark = f"{ROUND_VARIABLE}={round_id}".encode()
    with contextlib.suppress(ValueError):
        return mark, str(int(round_id[:_DIGITS], 16)).encode()
    return mark, b""


def _carries(pid: int, mark: bytes, limit: bytes) -> bool:
    with contextlib.suppress(OSError), open(f"/proc/{pid}/environ", "rb") as file:
        if mark in file.read().split(b"\0"):
            return True
    with contextlib.suppress(OSError), open(f"/proc/{pid}/limits", "rb") as file:
        _, _, line = file.read().partition(_LOCKS_LINE)
        return bool(limit) and line.split(maxsplit=1)[:1] == [limit] and not _is_dead(pid)
    return False


def _is_dead(pid: int) -> bool:
    """Whether it waits for its parent only: its limits are there yet, its environment is not."""
    with open(f"/proc/{pid}/stat", "rb") as file:
        return file.read().rpartition(b")")[2].split()[0] in b"ZX"


def sweep(round_id: str, patience: float = 3.0) -> list[int]:
    """SIGKILL all that carries `round_id` until nothing does; returns what had to be killed.

    What removes semaphores and shared memory of others that died ends by itself when they have.
    """
    mark, limit = _marks(round_id)
    killed, begin, left = set[int](), time.monotonic(), True
    while left and time.monotonic() < begin + patience:
        left = False
        for pid in _left(mark, limit):
            left = True
            if time.monotonic() < begin + _SPARED and _tidies_up(pid):
                continue
            killed.add(pid)
            with contextlib.suppress(OSError):
                _kill(pid, mark, limit)
        if left:
            select.select((), (), (), 0.005)  # no sleep(): under libfaketime that fails
    reap(killed)
    return sorted(killed)


def _left(mark: bytes, limit: bytes) -> Iterator[int]:
    """Who carries the id, each as soon as it is met: one that goes on in a new child, and ends, is gone by
    the time that all others were looked at. Such a one was never there for one look at all, either: where
    nobody seems to be left, who came meanwhile is looked at some times more.
    """
    seen, found = set[int](), False
    for _ in range(1 + _GLANCES):
        new = [pid for pid in _pids() if pid not in seen]
        seen.update(new)
        for pid in new:
            if _carries(pid, mark, limit):
                found = True
                yield pid
        if found:
            return


def _kill(pid: int, mark: bytes, limit: bytes) -> None:
    """SIGKILL this process, and none that has got its number meanwhile."""
    descriptor = os.pidfd_open(pid)
    try:
        if _carries(pid, mark, limit):
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)
    finally:
        os.close(descriptor)


def _tidies_up(pid: int) -> bool:
    """Whether a process is Python's tracker of resources and no more, or ends just now and has no command."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            command = file.read()
            return not command or b".resource_tracker import main" in command
    except OSError:
        return False


def children() -> frozenset[int]:
    """Pids of this process's children, zombies included."""
    found = set[int]()
    for task in Path("/proc/self/task").iterdir():
        with contextlib.suppress(OSError):
            found.update(map(int, (task / "children").read_text().split()))
    return frozenset(found)


def reap(pids: Iterable[int]) -> None:
    """Collect those of `pids` that are ours and dead: as subreaper we inherit orphans."""
    for pid in pids:
        with contextlib.suppress(ChildProcessError):
            os.waitpid(pid, os.WNOHANG)


class _Held:
    """Files in memory of a process, open here too, to be written out should it die: see `Watchman.hold`."""

    def __init__(self, order: bytes) -> None:
        into, self._since, *named = os.fsdecode(order).split("\0")
        self._into = Path(into)
        self._descriptors: dict[str, int] = {}
        self._lock = os.open(self._into / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        for name, _, number in (one.partition("=") for one in named):
            self._descriptors[name] = os.open(f"/proc/{os.getppid()}/fd/{number}", os.O_RDWR)

    def write(self, died: int) -> None:
        """All of it, durably, and then that this is done."""
        for name, descriptor in self._descriptors.items():
            _copy(descriptor, self._into / name)
        with open(self._into / ENDED, "x") as file:
            file.write(f"{self._since} {died}")
            file.flush()
            os.fsync(file.fileno())

    def close(self) -> None:
        for descriptor in (*self._descriptors.values(), self._lock):
            os.close(descriptor)


def _copy(source: int, target: Path) -> None:
    """Only what is not zero takes room. What a system said may be in it: it is private."""
    size = os.fstat(source).st_size
    with open(target, "xb", buffering=0, opener=partial(os.open, mode=0o600)) as file:
        for place in range(0, size, _PIECE):
            piece = os.pread(source, _PIECE, place)
            if piece.count(0) < len(piece):
                os.pwrite(file.fileno(), piece, place)
        file.truncate(size)
        os.fsync(file.fileno())


def remove(folder: Path, marker: str) -> None:
    """Remove what is ours, and the file by which it is known as that last.

    Where something is still put into it, or we are killed in the midst of this, the rest is found again.
    """
    with contextlib.suppress(OSError):
        top = _opened(str(folder))
        try:
            _empty(top, marker)
            if all(name == marker for name in os.listdir(top)):
                shutil.rmtree(folder, ignore_errors=True)
        finally:
            os.close(top)


def _empty(top: int, spared: str) -> None:
    """Remove all in the folder `top` but one name. A system may have made folders that nobody may change, and
    deeper ones than a path, or Python, takes: what lies in one is brought up. No link is followed.
    """
    waiting, brought = [name for name in os.listdir(top) if name != spared], 0
    own = f".removed-{os.getpid()}-{time.monotonic_ns()}"
    while waiting:
        name = waiting.pop()
        with contextlib.suppress(OSError):
            if _unlinked(name, top):
                continue
            place = _opened(name, top)
            try:
                for entry in os.listdir(place):
                    if entry == _POSTMASTER:
                        _free_memory(place)
                    with contextlib.suppress(OSError):
                        if not _unlinked(entry, place):
                            brought += 1
                            os.close(_opened(entry, place))
                            os.rename(entry, f"{own}-{brought}", src_dir_fd=place, dst_dir_fd=top)
                            waiting.append(f"{own}-{brought}")
            finally:
                os.close(place)
            os.rmdir(name, dir_fd=top)


def _free_memory(data: int) -> None:
    """Remove a killed PostgreSQL's mark on its folder `data`, shared memory (System V): nothing else does.

    Anybody may have written the file: what goes is used by nobody, and has the folder's number.
    """
    with contextlib.suppress(OSError, ValueError, IndexError):
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        with open(os.open(_POSTMASTER, flags, dir_fd=data), "rb") as file:
            key, piece = map(int, file.read(1 << 12).splitlines()[6].split())
        all_pieces = map(str.split, Path("/proc/sysvipc/shm").read_text(encoding="ascii").splitlines()[1:])
        keys = [int(words[0]) for words in all_pieces if words[1] == str(piece) and words[6] == "0"]
        if keys and (keys[0] - key) % _KEYS == 0 and (key - os.fstat(data).st_ino) % _KEYS < _TRIED:
            import ctypes  # dear, and seldom needed

            ctypes.CDLL(None).shmctl(piece, 0, None)  # IPC_RMID


def _unlinked(name: str, place: int) -> bool:
    """False for a folder."""
    try:
        os.unlink(name, dir_fd=place)
    except IsADirectoryError:
        return False
    return True


def _opened(name: str, place: int | None = None) -> int:
    """A folder, from now on one that its owner may change."""
    found = os.open(name, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=place)
    try:
        mode = stat.S_IMODE(os.fstat(found).st_mode)
        if mode & stat.S_IRWXU != stat.S_IRWXU:
            with contextlib.suppress(OSError):
                Path(f"/proc/self/fd/{found}").chmod(mode | stat.S_IRWXU)
        return os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=found)
    finally:
        os.close(found)


if __name__ == "__main__":
    identity, directory, marker = sys.argv[1:]
    held: _Held | None = None
    for line in sys.stdin.buffer:
        if line == b"done\n":
            sys.exit()
        with contextlib.suppress(OSError):
            if held is not None:
                held.close()
            held = None
            held = _Held(bytes.fromhex(line.decode()))
    ended = time.monotonic_ns()  # without a word: whoever held the other end is dead
    sweep(identity)
    with contextlib.suppress(OSError):  # of a full disk nobody can be told
        if held is not None:
            held.write(ended)
    remove(Path(directory), marker)
