"""What the users of a closed loop leave behind them."""

import os
from types import SimpleNamespace
from typing import Any

from suite import closed_loop
from suite.engine.closed import ClosedUsers
from suite.measure import proc
from suite.measure.column_file import ColumnFile


def test_segments_that_all_users_have_left_are_unmapped():
    """A live round may go on for days: each that stayed mapped would hold a descriptor."""
    file = ColumnFile.create(rows=4)
    group: Any = SimpleNamespace(file=file, plan=SimpleNamespace(live=True))
    users = ClosedUsers(group, closed_loop(1, seconds=1), 0)
    segment = users._segment
    before = proc.descriptors(os.getpid())
    for _ in range(50):
        following = users._after(segment)
        assert following is not None
        segment = following
    assert proc.descriptors(os.getpid()) - before <= 1
    assert users._segment is segment, "who comes later begins where the others are"
    file.close()
