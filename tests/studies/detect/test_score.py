"""What counts as found."""

import pytest
from studies.detect.score import Score, score


@pytest.mark.parametrize(
    ("true", "found", "right"),
    [
        ([], [], 0),
        ([50], [], 0),
        ([], [50], 0),
        ([50], [45], 1),
        ([50], [44], 0),
        ([50], [48, 52], 1),
        ([50, 54], [52], 1),
        ([50, 54], [52, 47], 2),
        ([50, 58], [51, 54], 2),
    ],
)
def test_each_stands_for_one(true, found, right):
    assert score(true, found) == Score(len(true), len(found), right)


def test_shares():
    total = Score(4, 5, 3) + Score(2, 0, 0)
    assert (total.precision, total.recall) == (0.6, 0.5)
    assert total.f1 == pytest.approx(2 / (1 / 0.6 + 1 / 0.5))


def test_nothing_there_and_nothing_found_is_right():
    assert (Score().precision, Score().recall, Score().f1) == (1, 1, 1)
