"""When operations of one worker ended badly, and when they were tried again."""

from __future__ import annotations

from suite.measure.number_file import NumberFile

FURTHER = -1
"""Code of a further attempt; others are of causes, from 0 on."""


class MomentFile(NumberFile):
    """Pairs of moments (monotonic ns), each behind the code of what they are of."""

    fields = 3

    def add(self, code: int, first: int, last: int) -> None:
        """Note when an operation was due and ended that failed for the cause `code`; of a further attempt
        when its operation began, and it.
        """
        place = self._place
        if place == self._end:
            if not self._grew():
                return
            place = 0
        view = self._view
        view[place] = code  # type: ignore[index]
        view[place + 1] = first  # type: ignore[index]
        view[place + 2] = last  # type: ignore[index]
        self._place = place + 3
