"""Of a search that is killed amid a look, window or round, the next command has what that had recorded."""

import json

import pytest
from matrix import faults
from matrix.cells import Cell
from matrix.stage import Stage
from support.variants import nightly

pytestmark = pytest.mark.exhaustive

SEARCHES = ("capacity", "leaks", "costs", "resilience", "recover")


def searches(*often):
    """All of them; what is not tried so `often`, at night."""
    return [one if one in often else nightly(one) for one in SEARCHES]


@pytest.mark.parametrize("command", searches("capacity", "leaks"))
def test_what_a_killed_search_had_recorded_is_kept(tmp_path, command):
    """Its load is over, and its users are held while they leave."""
    with Stage(Cell("coordinator killed", command, "closed", "draining"), tmp_path, 10.0) as stage:
        stage.begin()
        faults.make(stage)
        stage.release()
        stage.suite.finish()
        said = stage.asked()
        assert "a command ended before all was kept; what it had measured of matrix/closed is " in said.stderr
        (path,) = stage.results.glob("*/*.json")
        (found,) = json.loads(path.read_text())["results"]
        assert found["partial"]
        assert found["unfinished"]["outcomes"]["ok"] > 0
        assert not stage.left()


@pytest.mark.parametrize("command", searches("costs", "resilience", "recover"))
def test_what_an_interrupted_search_had_recorded_is_kept_and_shown(tmp_path, command):
    with Stage(Cell("Ctrl-C", command, "closed", "draining"), tmp_path, 10.0) as stage:
        stage.begin()
        faults.make(stage)
        stage.release()
        assert stage.suite.finish() == 130
        assert "cut short: " in stage.suite.out
        documents = [*stage.results.glob("*/*.json")]
        (found,) = json.loads(documents[0].read_text())["results"]
        assert found["unfinished"]["outcomes"]["ok"] > 0
        assert not stage.left()
