"""A household whose members come and go."""

from pathlib import Path

import numpy as np
import pytest

from suite.data.embeddings import embeddings
from suite.reference.vision.checks import matrix_is_the_database
from suite.reference.vision.household import Household
from suite.reference.vision.matcher import UNKNOWN
from suite.reference.vision.members import member_name


@pytest.fixture
def household():
    made = Household(5, 16, each=2)
    yield made
    made.close()


def test_who_comes_is_known_and_who_goes_is_not(household):
    face = embeddings(1, 16, seed=9)
    assert household.match(face[0]) == UNKNOWN
    household.enrol("guest", face)
    assert household.match(face[0]) == "guest"
    household.forget("guest")
    household.forget(member_name(3))
    assert household.match(face[0]) == UNKNOWN
    assert {household.match(known) for known in embeddings(10, 16)} == {
        *(member_name(number) for number in (0, 1, 2, 4)), UNKNOWN
    }  # fmt: skip
    assert matrix_is_the_database(household, [], None) == "8 embeddings of 4 people"


def test_what_can_not_be_enrolled_is_in_neither(household):
    for rows, why in ((np.zeros((1, 16), np.float32), "no direction"), (embeddings(1, 8), "shape")):
        with pytest.raises(ValueError, match=why):
            household.enrol("guest", rows)
    with pytest.raises(LookupError, match="nobody here is called guest"):
        household.forget("guest")
    assert household.stored().people == household.gallery.people == 5


def test_a_matrix_that_does_not_follow_is_found_out(household):
    household.gallery.add("ghost", embeddings(1, 16, seed=9))
    with pytest.raises(AssertionError, match="the matrix has 11 embeddings, the database 10"):
        matrix_is_the_database(household, [], None)


def test_its_folder_goes_with_it():
    household = Household(2, 8)
    folder = Path(household._folder.name)
    assert folder.exists()
    household.close()
    assert not folder.exists()
