"""Marks in memory that another process reads."""

import os

from suite.measure import mark_file
from suite.measure.mark_file import MarkFile


def test_what_one_writes_another_reads(monkeypatch):
    monkeypatch.setattr(mark_file, "_PIECE", 4096)  # 128 marks
    held = MarkFile.create()
    assert held.read().tolist() == []
    writer = MarkFile.open(os.getpid(), held.descriptor)
    for n in range(300):
        writer.add(n, -1, 2 * n, n + 1)
    written = held.read().tolist()
    assert len(written) == 3 * 512
    assert written[: 4 * 300] == [number for n in range(300) for number in (n, -1, 2 * n, n + 1)]
    assert not any(written[4 * 300 :])
    writer.clear()
    assert held.read().tolist() == []
    writer.add(7, 8, 9, -10)
    assert held.read().tolist()[:5] == [7, 8, 9, -10, 0]
    writer.close()
    held.close()
    held.close()
