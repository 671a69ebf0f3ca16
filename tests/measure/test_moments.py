"""When operations ended badly, and were tried again, read where workers noted it."""

from itertools import chain

import pytest

from suite.measure import moments
from suite.measure.moment_file import FURTHER, MomentFile
from suite.measure.moments import Moments

RESET, LATE = ("failed", "reset"), ("timeout", "timeout")


@pytest.fixture
def files():
    """Of two workers that gave their causes other codes; the second saw no time-out."""
    first, second = MomentFile.create(), MomentFile.create()
    for entry in ((0, 5, 9), (FURTHER, 3, 4), (1, 8, 12), (0, 6, 7)):
        first.add(*entry)
    for entry in ((FURTHER, 3, 6), (0, 20, 21)):
        second.add(*entry)
    yield [(first, [LATE, RESET]), (second, [RESET])]
    first.close()
    second.close()


@pytest.mark.parametrize("chunk", [1, 3, 1 << 16])
def test_moments_of_all_workers_are_of_the_causes_of_each(files, monkeypatch, chunk):
    monkeypatch.setattr(moments, "_CHUNK", chunk)
    read = Moments(files, retried=True)
    found = {}
    for one in read.causes():
        found.setdefault((one.outcome, one.kind), []).extend(
            zip(one.due.tolist(), one.ended.tolist(), strict=True)
        )
    assert found == {LATE: [(5, 9), (6, 7)], RESET: [(8, 12), (20, 21)]}
    retries = [(one.begun.tolist(), one.again.tolist()) for one in read.retries()]
    assert [[*chain.from_iterable(part)] for part in zip(*retries, strict=True)] == [[3, 3], [4, 6]]


def test_without_files_there_are_none():
    assert [*Moments().causes(), *Moments().retries()] == []
    empty = MomentFile.create()
    assert [*Moments([(empty, [])]).causes()] == []
    empty.close()
