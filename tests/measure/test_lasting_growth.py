"""Memory that grows all along is told from a start that takes some, and from noise."""

import numpy as np
import pytest

from suite.measure.lasting_growth import lasting_growth
from suite.measure.resources import Usage, unread

SECOND = 1_000_000_000
BEGIN = 5 * SECOND
SECONDS, RATE = 60, 150
TIMES = np.arange(0, (SECONDS + 8) * SECOND, SECOND // 10, dtype=np.int64)
AT = (TIMES - BEGIN) / 1e9
"""Seconds since the measured part began: some before it, some after."""


def measured(memory, seconds=SECONDS):
    held = 60e6 + np.random.default_rng(7).normal(0, 30e3, len(TIMES)) + memory
    return lasting_growth(Usage(times=TIMES, memory=held), BEGIN, BEGIN + seconds * SECOND, seconds * RATE)


@pytest.mark.parametrize("each", [500, 3_000, 30_000])
def test_a_few_bytes_of_each_operation_add_up(each):
    assert measured(each * RATE * AT).value == pytest.approx(each, rel=0.05)


@pytest.mark.parametrize(
    "memory",
    [
        0 * AT,
        5e6 * (1 - np.exp(-AT / 4)),  # what a start takes
        np.where(AT > 20, 2e6, 0),  # one step
        -100 * RATE * AT,
        300e3 * AT / SECONDS,  # not worth a word
        2e6 * (AT % 7) / 7,  # comes and goes
    ],
    ids=["flat", "start", "step", "falls", "little", "saw"],
)
def test_what_ends_or_is_little_is_no_lasting_growth(memory):
    assert measured(memory).value == 0


def test_too_short_a_round_shows_nothing_and_says_so():
    short = measured(3_000 * RATE * AT, seconds=19)
    assert (short.value, short.note) == (0, "none is shown: it takes 20 s to tell a trend")
    assert measured(3_000 * RATE * AT, seconds=20).value == pytest.approx(3_000, rel=0.05)


def test_what_was_read_too_seldom_shows_nothing():
    few = Usage(times=TIMES[::50], memory=60e6 + 3_000 * RATE * AT[::50])
    found = lasting_growth(few, BEGIN, BEGIN + SECONDS * SECOND, 9_000)
    assert (found.value, found.note) == (0, "none is shown: memory was read in 12 of 60 windows")


def test_what_cannot_be_read_is_not_known():
    found = lasting_growth(unread("runs elsewhere"), BEGIN, BEGIN + SECONDS * SECOND, 9_000)
    assert (found.value, found.note) == (None, "runs elsewhere")
