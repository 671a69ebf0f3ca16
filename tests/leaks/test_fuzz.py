"""Whatever a recording of memray's holds, it is read, or one line says why not; memray itself may crash."""

import os
import random

import pytest
from support.damaged_recordings import damaged_recordings, small_recording

from suite.costs.allocation_sums import read_sums
from suite.leaks.recordings import read_all

pytest.importorskip("memray")
CASES = 3 * int(os.environ.get("LOADLEDGER_EXAMPLES", "10"))
AT_ONCE = 30


@pytest.mark.parametrize("read", [read_all, read_sums])
def test_a_recording_of_any_bytes_is_read_or_a_line_says_why_not(read, tmp_path):
    whole = small_recording(tmp_path / "whole")
    at = whole.stat().st_mtime
    words = [at - 60, at] if read is read_all else []
    chance = random.Random(5)
    sound = 0
    for _ in range(CASES // AT_ONCE):
        recordings = damaged_recordings(whole.read_bytes(), tmp_path, chance, AT_ONCE)
        found = read(recordings, words)
        assert found.keys() == recordings.keys()
        for told in found.values():
            if isinstance(told, str):
                assert told, "a reason"
                assert "\n" not in told
            else:
                sound += 1
    assert 0 < sound < CASES
