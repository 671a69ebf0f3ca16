"""Columns that an older version wrote: its rows do not say whose they are."""

from __future__ import annotations

import os

from suite.measure.column_file import ColumnFile, segment_bytes

OLDER_ROW_BYTES = 35
_BEFORE, _USER, _AFTER = 32, 4, 3
"""Bytes of a row before the user, of the user, and after it."""


def with_users(descriptor: int, rows: int, planned: int | None) -> ColumnFile:
    """A copy in columns as they are now; closes the `descriptor`. Segments have `rows` rows."""
    made = ColumnFile.create(planned, rows=rows)
    size, now = segment_bytes(rows, OLDER_ROW_BYTES), segment_bytes(rows, OLDER_ROW_BYTES + _USER)
    for index in range(os.fstat(descriptor).st_size // size):
        made.reach(index)
        for at, there, count in ((0, 0, _BEFORE), (_BEFORE, _BEFORE + _USER, _AFTER)):
            found = os.pread(descriptor, count * rows, index * size + at * rows)
            os.pwrite(made.descriptor, found, index * now + there * rows)
    os.close(descriptor)
    return made
