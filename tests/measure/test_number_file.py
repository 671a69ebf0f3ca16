"""Numbers in memory that another process reads."""

import os

import pytest

from suite.measure import number_file
from suite.measure.mark_file import MarkFile
from suite.measure.moment_file import MomentFile

PIECE = 3 << 12
"""Of three pages: whole entries of either kind."""


@pytest.fixture(autouse=True)
def small_pieces(monkeypatch):
    monkeypatch.setattr(number_file, "_PIECE", PIECE)


@pytest.mark.parametrize("kind", [MarkFile, MomentFile])
def test_what_one_writes_another_reads(kind):
    held = kind.create()
    assert held.read().tolist() == []
    writer = kind.open(os.getpid(), held.descriptor)
    entries = [tuple(range(n, n + kind.fields)) for n in range(1, 1001)]
    for entry in entries:
        writer.add(*entry)
    written = held.read().tolist()
    assert len(written) == -(-1000 * kind.fields * 8 // PIECE) * PIECE // 8
    assert written[: 1000 * kind.fields] == [number for entry in entries for number in entry]
    assert not any(written[1000 * kind.fields :])
    writer.clear()
    assert held.read().tolist() == []
    writer.add(*range(7, 7 + kind.fields))
    assert held.read().tolist()[: kind.fields + 1] == [*range(7, 7 + kind.fields), 0]
    writer.close()
    held.close()
    held.close()


@pytest.mark.parametrize("kind", [MarkFile, MomentFile])
def test_what_there_is_no_room_for_is_left_out_and_when_is_known(kind, monkeypatch):
    """They grew until the kernel ended a process, where columns had ended the round."""
    held = kind.create()
    monkeypatch.setattr(number_file, "has_room", lambda _: len(held.read()) == 0)
    for n in range(1, 1001):
        held.add(*(n,) * kind.fields)
    written = held.read().tolist()
    assert (len(written), written[-1]) == (PIECE // 8, PIECE // 8 // kind.fields)
    assert held.full_at > 0
    held.close()


@pytest.mark.parametrize("kind", [MarkFile, MomentFile])
def test_a_piece_has_whole_entries(kind, monkeypatch):
    monkeypatch.undo()
    assert number_file._PIECE % (8 * kind.fields) == 0
