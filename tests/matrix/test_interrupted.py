"""A command that is interrupted before it kept anything says so, in a line."""

import os
import signal

import pytest
from matrix.cells import COMMANDS, Cell
from matrix.stage import Stage
from support.variants import nightly

pytestmark = pytest.mark.exhaustive

EARLY = "suite: interrupted before anything was measured\n"
OFTEN = ("run", "ab", "leaks", "soak", "blame")
"""One of those that go about it alike."""


@pytest.mark.parametrize("command", [one if one in OFTEN else nightly(one) for one in COMMANDS])
def test_what_is_interrupted_before_anything_was_measured_says_so(tmp_path, command):
    """Its first system is being started."""
    with Stage(Cell("Ctrl-C", command, "closed", "starting"), tmp_path, 10.0) as stage:
        stage.hold("starting", 1)
        stage.start()
        stage.until((tmp_path / "at-starting").exists)
        os.killpg(stage.suite.process.pid, signal.SIGINT)
        stage.release()
        assert stage.suite.finish() == 130
        # Its Runs are no results yet, of which it tells itself how many there are.
        assert stage.suite.err == (EARLY if command != "calibrate" else "suite: interrupted\n")
        assert not stage.left()
