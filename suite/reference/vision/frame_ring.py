"""How frames lie in memory that several processes share."""

from __future__ import annotations

from typing import Final

_WORD: Final = 8
HEAD, TAIL, BYTES, SLOTS = range(4)
"""Words at the start: the next frame's number, the oldest's that is held, bytes held, slots."""
HEADER: Final = 8
MARK, OFFSET, SIZE, STAMP = range(4)
"""Words of a slot: the frame's number + 1, where it begins, its bytes, when it was taken (ns)."""
SLOT: Final = 4


class FrameRing:
    """Words of 64 bits, four per slot behind the first eight, then the frames' bytes, in `memory`.

    One process writes. It moves `TAIL` past a frame before it overwrites any of it, so what a reader read of
    a frame is whole if `TAIL` is not past that frame afterwards. Words are aligned and written whole, in
    order: this holds where stores are not reordered (x86).
    """

    def __init__(self, memory: memoryview, slots: int) -> None:
        start = _bytes_before(slots)
        self.words = memory[:start].cast("Q")
        self.data = memory[start:]
        self.slots = slots

    @staticmethod
    def size(budget: int, slots: int) -> int:
        """Bytes that a ring for `budget` bytes of frames takes."""
        return _bytes_before(slots) + budget

    @staticmethod
    def slots_in(memory: memoryview) -> int:
        """How many slots the ring in `memory` has."""
        return int(memory[: _WORD * HEADER].cast("Q")[SLOTS])

    def slot(self, number: int) -> int:
        """The first word of the slot of a frame."""
        return HEADER + SLOT * (number % self.slots)

    @property
    def held(self) -> range:
        """Numbers of the frames that are held."""
        return range(self.words[TAIL], self.words[HEAD])

    def release(self) -> None:
        """Let go of the memory."""
        self.words.release()
        self.data.release()


def _bytes_before(slots: int) -> int:
    return _WORD * (HEADER + SLOT * slots)
