"""When what came in the middle of operations: marks of one group of users."""

from __future__ import annotations

from suite.measure.number_file import NumberFile


class MarkFile(NumberFile):
    """Marks of four numbers: row, nested row, since, at."""

    fields = 4

    def add(self, row: int, nested: int, since: int, at: int) -> None:
        """Note that something came `at`, the last thing of its kind before it `since` (0: none).

        Times are monotonic nanoseconds; `at` below 0 says that nothing had come by then, 0 that a mark was
        never written. `row` is that of the loop's operation, `nested` of the one in it, -1 for none.
        """
        place = self._place
        if place == self._end:
            if not self._grew():
                return
            place = 0
        view = self._view
        view[place] = row  # type: ignore[index]
        view[place + 1] = nested  # type: ignore[index]
        view[place + 2] = since  # type: ignore[index]
        view[place + 3] = at  # type: ignore[index]  # last: a mark without a time is none
        self._place = place + 4
