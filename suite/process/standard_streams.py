"""stdout and stderr that are full, closed, or read by nobody any more: no command ends early for that."""

from __future__ import annotations

import errno
import io
import os
import select
import sys
from typing import Any, TextIO


def guard_streams() -> None:
    """From here on what stdout and stderr don't take is dropped: what is measured is worth keeping even so.

    That stdout is full or closed is told on stderr, once, and by `stdout_refused`. Of a reader that left
    (`suite run | head`) nothing is told: it has what it wanted. For a process that is all ours.
    """
    if sys.stdin is None:  # what we open must not take the place of one that was closed
        sys.stdin = open(os.devnull)  # noqa: SIM115 - to the end
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="backslashreplace")  # what was typed may be no text
    sys.stdout = _guarded(1, sys.stdout, sys.__stdout__)
    sys.stderr = _guarded(2, sys.stderr, sys.__stderr__)


def stdout_refused() -> bool:
    """Whether something that was written to stdout by now is lost to somebody who wanted it."""
    sys.stdout.flush()
    return isinstance(sys.stdout, _Stream) and sys.stdout.refused


class _Stream(io.TextIOWrapper):
    """A stream that raises no OSError."""

    def __init__(self, descriptor: int, like: TextIO | None, fault: OSError | None = None) -> None:
        self._file = _File(descriptor, fault)
        # Where Python does not buffer (PYTHONUNBUFFERED) we don't.
        plain = bool(getattr(like, "write_through", False))
        super().__init__(
            self._file if plain else io.BufferedWriter(self._file),
            encoding=like.encoding if like is not None else "utf-8",
            errors=like.errors if like is not None else "replace",
            line_buffering=bool(like is not None and like.line_buffering),
            write_through=plain,
        )

    @property
    def refused(self) -> bool:
        """Whether something is lost, and not for want of a reader."""
        return self._file.refused


class _File(io.FileIO):
    def __init__(self, descriptor: int, fault: OSError | None) -> None:
        super().__init__(descriptor, "w", closefd=False)
        self._fault = fault
        self.refused = False

    def write(self, data: Any, /) -> int:
        view = memoryview(data).cast("B")
        done = 0
        try:
            while view[done:] and not self.refused:
                if self._fault is not None:
                    raise self._fault
                written = super().write(view[done:])
                done += written or 0
                if written is None:  # whoever started us has it not block
                    select.select([], [self], [])
        except OSError as error:
            self._fault = error
            self.refused = error.errno != errno.EPIPE
            if self.refused and self.fileno() == 1:
                _tell(error)
        return len(view)


def _guarded(descriptor: int, stream: TextIO | None, first: TextIO | None) -> TextIO:
    """`stream`, if it is the `first` that Python opened and no other's in its place."""
    if stream is None:
        os.open(os.devnull, os.O_WRONLY)  # it gets the lowest number that is free, `descriptor`
        return _Stream(descriptor, None, OSError(errno.EBADF, os.strerror(errno.EBADF)))
    return _Stream(descriptor, stream) if stream is first else stream


def _tell(error: OSError) -> None:
    from suite.files import refusal  # for the few that need it

    sys.stderr.write(f"suite: can't write to stdout: {refusal(error)}\n")
