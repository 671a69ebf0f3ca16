"""Users are numbered 0, 1, 2, ... without gap or repeat, whichever worker adds them."""

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suite.engine.numbering import Numbering

TAKING = """
import sys
from suite.engine.numbering import Numbering
numbering = Numbering.open(int(sys.argv[1]), int(sys.argv[2]), 20_000)
print(*(numbering.take() for _ in range(3_000)))
"""


@pytest.fixture
def numbering():
    made = Numbering.create(3, 20_000)
    yield made
    made.close()


def test_numbers_follow_those_that_are_taken_already(numbering):
    assert [numbering.take() for _ in range(3)] == [3, 4, 5]


def test_a_number_that_is_given_back_is_used_next(numbering):
    assert numbering.take() == 3
    numbering.give_back(1)
    assert [numbering.take() for _ in range(2)] == [1, 4]


def test_there_are_no_more_than_there_is_room_for():
    numbering = Numbering.create(1, 2)
    assert [numbering.take(), numbering.take()] == [1, None]
    numbering.close()


@given(st.lists(st.booleans(), max_size=60), st.integers(0, 5))
def test_no_two_who_are_there_have_the_same_number_and_no_number_is_left_out(joins, used):
    numbering = Numbering.create(used, 100)
    there, most = list(range(used)), used
    for join in joins:
        if join:
            there.append(numbering.take())
        elif there:
            numbering.give_back(there.pop(0))
        most = max(most, len(there))
        assert len(set(there)) == len(there)
        assert max(there, default=-1) < most
    numbering.close()


def test_two_processes_never_get_the_same(numbering):
    words = [sys.executable, "-c", TAKING, str(os.getpid()), str(numbering.descriptor)]
    running = [subprocess.Popen(words, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    taken = [int(number) for process in running for number in process.communicate()[0].split()]
    assert sorted(taken) == list(range(3, 6_003))
