"""What load tests share."""

import functools

import pytest


@pytest.fixture
def measured(load):
    """A workload's one round, or more, all of its checks and critical thresholds held."""
    return functools.partial(load, rounds=1)
