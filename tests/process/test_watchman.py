"""Who cleans up after a program that was killed."""

from pathlib import Path

from suite.process.sweep import ROUND_VARIABLE, carrying
from suite.process.variables import inherited
from suite.process.watchman import watched


def test_it_does_not_end_with_the_round_amid_which_it_began(tmp_path: Path) -> None:
    """Once the data of a server that is kept stayed when a later round's program was killed."""
    with inherited({ROUND_VARIABLE: "a round"}), watched("a session", tmp_path):
        assert carrying("a round") == []
