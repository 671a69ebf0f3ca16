"""The one process that puts frames into a ring in shared memory."""

from __future__ import annotations

import mmap
import os
import time
from contextlib import suppress

from suite.reference.vision.frame_buffer import Frame
from suite.reference.vision.frame_ring import (
    BYTES,
    HEAD,
    MARK,
    OFFSET,
    SIZE,
    SLOTS,
    STAMP,
    TAIL,
    FrameRing,
)


class FrameWriter:
    """The last frames of one camera: as many as `budget` bytes and `slots` hold, none older than `max_age`.

    `max_age` is in seconds, None for any age. Frames may differ in size; each lies in one piece. The memory
    has no name and no file: it is gone with the processes that have it open, however they end. `path` is
    where another process of the same user opens it, see `FrameReader`. Raises ValueError for sizes below 1,
    MemoryError where a limit leaves no room.
    """

    def __init__(self, budget: int, *, slots: int = 4_096, max_age: float | None = None) -> None:
        if budget < 1 or slots < 1:
            raise ValueError(f"no ring of {slots} frames in {budget} bytes: at least 1 of each")
        self.budget = budget
        self._age = None if max_age is None else round(max_age * 1e9)
        size = FrameRing.size(budget, slots)
        self._file = os.memfd_create("frames")
        self.path = f"/proc/{os.getpid()}/fd/{self._file}"
        try:
            os.ftruncate(self._file, size)
            self._memory = mmap.mmap(self._file, size)
        except (OSError, OverflowError) as error:
            os.close(self._file)
            raise MemoryError(f"no room for a ring of {size:,} bytes: {error}") from error
        self._ring = FrameRing(memoryview(self._memory), slots)
        self._ring.words[SLOTS] = slots
        self._next = 0
        self._bells: list[tuple[int, int]] = []

    def bell(self) -> str:
        """Where one more reader hears of new frames, see `FrameReader`."""
        ends = os.pipe()
        os.set_blocking(ends[1], False)
        self._bells.append(ends)
        return f"/proc/{os.getpid()}/fd/{ends[0]}"

    def add(self, frame: Frame, stamp: int | None = None) -> int:
        """Copy `frame` in and tell the readers; its number, from 0 on.

        `stamp` is when it was taken, monotonic ns, now if None. As many of the oldest go as it takes. Raises
        ValueError for an empty one and for one that is larger than the whole budget.
        """
        size = len(frame)
        if not size:
            raise ValueError("a frame without a byte")
        if size > self.budget:
            raise ValueError(f"a frame of {size} bytes does not fit into {self.budget}")
        words = self._ring.words
        number = words[HEAD]
        taken = time.monotonic_ns() if stamp is None else stamp
        start = self._next if self._next + size <= self.budget else 0
        self._make_room(start, size, taken)
        self._ring.data[start : start + size] = frame
        slot = self._ring.slot(number)
        words[slot + OFFSET], words[slot + SIZE], words[slot + STAMP] = start, size, taken
        words[slot + MARK] = number + 1
        words[BYTES] += size
        words[HEAD] = number + 1
        self._next = start + size
        for _, end in self._bells:
            with suppress(BlockingIOError):  # it has not come to those before
                os.write(end, b"!")
        return number

    @property
    def held(self) -> range:
        """Numbers of the frames that are held."""
        return self._ring.held

    @property
    def raw_bytes(self) -> int:
        """Bytes of the frames that are held."""
        return self._ring.words[BYTES]

    def close(self) -> None:
        """Let go, at the first call; readers keep what they have open, and hear that no more comes."""
        if self._memory.closed:
            return
        self._ring.release()
        self._memory.close()
        os.close(self._file)
        for ends in self._bells:
            for end in ends:
                os.close(end)

    def _make_room(self, start: int, size: int, taken: int) -> None:
        """Evict the oldest frames until none is in the way, too old, or in the slot of the new one."""
        words, slot = self._ring.words, self._ring.slot
        head, tail = words[HEAD], words[TAIL]
        around = start < self._next  # what lies behind the last frame is older than what lies at the start
        freed = 0
        while tail < head:
            oldest = slot(tail)
            offset, length = words[oldest + OFFSET], words[oldest + SIZE]
            if not (
                (around and offset >= self._next)
                or (offset < start + size and start < offset + length)
                or head - tail >= self._ring.slots
                or (self._age is not None and taken - words[oldest + STAMP] > self._age)
            ):
                break
            freed += length
            tail += 1
        words[TAIL] = tail
        words[BYTES] -= freed
