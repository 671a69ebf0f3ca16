"""Which of a party's processes something is done to."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from suite.contract.fault import Fault
from suite.contract.loop import Duration


class ProcessFault(Fault):
    """Base of what happens to processes: all of its party's, or the one that `process` means.

    A number is its place in the party's tree, 0 for the root; text is part of a command line.
    """

    def __init__(
        self, party: str, lasting: Duration | None = None, *, process: int | str | None = None
    ) -> None:
        super().__init__(party, lasting)
        self.process = process

    def problems(self) -> Iterator[str]:
        """See `Fault.problems`."""
        yield from super().problems()
        if isinstance(self.process, int) and self.process < 0:
            yield "process is a number from 0 on, or part of a command line"

    def meant(self, processes: Sequence[int]) -> list[int]:
        """Those of `processes`, the root first, that it is done to."""
        if self.process is None:
            return list(processes)
        if isinstance(self.process, int):
            return list(processes[self.process : self.process + 1])
        return [pid for pid in processes if self.process in _command_line(pid)][:1]


def send(number: int, processes: Sequence[int]) -> None:
    """Signal those that are still there."""
    for pid in processes:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)


def ended(pid: int) -> bool:
    """Whether all of it has, threads too, be it that nobody has asked for its status yet."""
    import psutil  # when there is one to ask about: a load file is read faster

    try:
        process = psutil.Process(pid)
        return bool(process.status() == psutil.STATUS_ZOMBIE) and process.num_threads() <= 1
    except psutil.NoSuchProcess:
        return True


def _command_line(pid: int) -> str:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    return ""
