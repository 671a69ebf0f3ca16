"""What a worker counted is there when it is not, and never half of it."""

import os
from contextlib import closing

import pytest

from suite.measure.news_file import News, NewsFile
from suite.records.detail import Detail

FIRST, LATER = (Detail("failed", "reset", "store", count, 0.5, "reset by peer") for count in (1, 7))
STATUSES = (("store", "0x0000", 12),)


def test_what_was_written_last_is_read() -> None:
    with closing(NewsFile.create()) as file, closing(NewsFile.open(os.getpid(), file.descriptor)) as other:
        assert file.read() == News()
        file.write([FIRST], STATUSES)
        file.write([LATER], STATUSES)
        assert other.read() == News((LATER,), STATUSES)


@pytest.mark.parametrize("place", [0, 1 << 18])
def test_a_write_that_was_cut_off_leaves_the_one_before(place: int) -> None:
    with closing(NewsFile.create()) as file:
        file.write([FIRST], STATUSES)
        file.write([LATER], STATUSES)
        os.pwrite(file.descriptor, b"#", place + 20)
        left = FIRST if place == 0 else LATER
        assert file.read().details == (left,)


def test_more_than_there_is_room_for_leaves_what_there_was() -> None:
    with closing(NewsFile.create()) as file:
        file.write([FIRST], ())
        file.write([Detail("failed", "reset", "store", 1, 0.5, "x" * (1 << 18))], ())
        assert file.read().details == (FIRST,)
