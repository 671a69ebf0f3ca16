"""The least that a hand-over takes."""

from suite.reference.vision.bare_hand_over import bare_hand_over


def test_each_reader_wakes_after_the_copy_began():
    assert 0.0 < bare_hand_over(readers=2, size=10_000, budget=100_000) < 5.0
