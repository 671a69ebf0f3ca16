"""What Python's garbage collector does in a system is part of what a round measures."""

import pytest
from examples import load_garbage

from suite.config.settings import Settings
from suite.engine.coordinator import run

pytestmark = pytest.mark.usefixtures("rounds_once")


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", ["component", "server"])
def test_collections_of_the_system_are_counted_and_timed(name):
    found = run(getattr(load_garbage, name), Settings(rounds=2)).metrics
    each = 300 * 200  # cycles made in a round
    for collections, freed in zip(found["gc.collections.0"].values, found["gc.freed.0"].values, strict=True):
        assert collections > 0
        assert 0.5 * each < freed <= 1.1 * each
    assert found["gc.freed.0"].value == sum(found["gc.freed.0"].values)
    assert 0 < found["gc.pause.max"].value == max(found["gc.pause.max"].values)
    assert found["gc.uncollectable"].value == 0
    pause = found["gc.pause.per_operation"].value * 300
    assert pause >= 0.9 * min(found["gc.pause.max"].values)


def test_a_system_that_does_not_tell_has_no_figures_and_says_so():
    found = run(load_garbage.silent, Settings(rounds=1)).metrics
    assert found["gc.pause.per_operation"].value is None
    assert "ignores PYTHONPATH" in found["gc.pause.per_operation"].note
    assert "gc.pause.max" not in found
