"""Which cores the system gets, and which the workers."""

import os
from typing import Any

import pytest

from suite.process.pinning import share_out


@pytest.mark.parametrize(
    ("workers", "cores", "system", "each"),
    [
        (1, {0}, None, [None]),
        (3, {5}, None, [None, None, None]),
        (1, {0, 1}, {0}, [{1}]),
        (3, {0, 1}, {0}, [{1}, {1}, {1}]),
        (2, {2, 4, 6, 8}, {2, 4}, [{6}, {8}]),
        (5, {0, 1, 2}, {0}, [{1}, {2}, {1}, {2}, {1}]),
    ],
)
def test_sharing_out_cores(workers: int, cores: set[int], system: set[int] | None, each: list[Any]) -> None:
    shared = share_out(workers, frozenset(cores))
    assert shared.system == system
    assert list(shared.workers) == each
    assert shared.apart is (system is not None)


def test_sharing_out_our_own_cores() -> None:
    shared = share_out(2)
    taken = {core for worker in shared.workers if worker for core in worker} | (shared.system or set())
    assert taken <= os.sched_getaffinity(0)
