"""The least that a hand-over takes."""

import pytest

from suite.reference.vision.bare_hand_over import bare_hand_over


def test_each_reader_wakes_after_the_copy_began():
    bare = bare_hand_over(readers=2, size=10_000, budget=100_000)
    assert 0.0 < bare.until_awake < 5.0
    assert 0.0 < bare.copy_p99 < 5.0


def test_frames_that_are_not_those_expected_are_told(monkeypatch):
    monkeypatch.setattr("suite.reference.vision.bare_hand_over.frame", lambda number, size: bytes(size))
    with pytest.raises(RuntimeError, match="reader of bare hand-overs"):
        bare_hand_over(readers=1, size=10_000, budget=100_000)
