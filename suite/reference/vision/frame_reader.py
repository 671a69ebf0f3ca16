"""A process that reads frames where another has put them, without a copy."""

from __future__ import annotations

import mmap
import os
import select
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import TypeVar

from suite.reference.vision.frame_ring import HEAD, MARK, OFFSET, SIZE, STAMP, TAIL, FrameRing

T = TypeVar("T")
_BELLS = 4_096


class Evicted(LookupError):
    """A frame is not held any more, or not yet."""


class FrameReader:
    """Reads the ring at the `path` of a `FrameWriter`; `bell` is one of its, to hear of new frames.

    Raises OSError if the writer is gone, or is another user's.
    """

    def __init__(self, path: str, bell: str | None = None) -> None:
        file = os.open(path, os.O_RDONLY)
        try:
            self._memory = mmap.mmap(file, 0, prot=mmap.PROT_READ)
        finally:
            os.close(file)
        view = memoryview(self._memory)
        self._ring = FrameRing(view, FrameRing.slots_in(view))
        self._bell = None if bell is None else os.open(bell, os.O_RDONLY)

    @property
    def held(self) -> range:
        """Numbers of the frames that are held right now."""
        return self._ring.held

    def read(self, number: int, use: Callable[[memoryview, int], T]) -> T:
        """What `use(view, stamp)` returns for a frame: its bytes where they are, and when it was taken.

        The view is good during the call only. Raises Evicted if the frame is not held, or was evicted
        meanwhile: whatever `use` saw or raised then was of no whole frame.
        """
        words, slot = self._ring.words, self._ring.slot(number)
        if not words[TAIL] <= number < words[HEAD] or words[slot + MARK] != number + 1:
            raise Evicted(f"frame {number} is not held")
        start, size, stamp = words[slot + OFFSET], words[slot + SIZE], words[slot + STAMP]
        try:
            with self._ring.data[start : start + size] as view:
                used = use(view, stamp)
        except Exception:
            if words[TAIL] > number:
                raise Evicted(f"frame {number} was evicted while it was read") from None
            raise
        if words[TAIL] > number:
            raise Evicted(f"frame {number} was evicted while it was read")
        return used

    def window(self, since: int, until: int) -> range:
        """Numbers of the frames taken from `since` to `until`, monotonic ns, both included."""
        held = self.held
        first = bisect_left(held, since, key=self._stamp)
        return held[first : bisect_right(held, until, key=self._stamp)]

    def wait(self, number: int, timeout: float | None = None) -> bool:
        """Wait until frame `number` was added, at most `timeout` seconds; whether it was.

        Raises EOFError if the writer is gone and it was not. Only with a bell.
        """
        if self._bell is None:
            raise ValueError("this reader has no bell")
        while self._ring.words[HEAD] <= number:
            if timeout is not None and not select.select([self._bell], [], [], timeout)[0]:
                return False
            if not os.read(self._bell, _BELLS) and self._ring.words[HEAD] <= number:
                raise EOFError("the writer is gone")
        return True

    def close(self) -> None:
        """Let go."""
        self._ring.release()
        self._memory.close()
        if self._bell is not None:
            os.close(self._bell)

    def _stamp(self, number: int) -> int:
        return self._ring.words[self._ring.slot(number) + STAMP]
