"""Imports are not held up by garbage collections."""

import gc

import pytest

from suite.process.importing import uncollected


@pytest.fixture(autouse=True)
def threshold():
    before = gc.get_threshold()
    yield before
    gc.set_threshold(*before)


def test_nothing_is_collected_inside(threshold):
    before = [one["collections"] for one in gc.get_stats()]
    with uncollected():
        kept = [[] for _ in range(20 * threshold[0])]
        assert [one["collections"] for one in gc.get_stats()] == before
    assert len(kept)
    assert gc.get_threshold() == threshold


def test_what_an_import_sets_stays():
    with uncollected():
        gc.set_threshold(5_000, 5, 5)
    assert gc.get_threshold() == (5_000, 5, 5)


def test_a_collector_that_is_off_stays_off():
    gc.disable()
    try:
        with uncollected():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_one_within_another(threshold):
    with uncollected():
        with uncollected():
            pass
        assert gc.get_threshold() != threshold
    assert gc.get_threshold() == threshold
