"""The rule of hand-written load tests: a leak is when RSS grew by more than 50 MB in 200 requests."""

import contextlib

import psutil
from studies.leaks_accuracy.asking import connected

from suite.process.identity import round_identity
from suite.process.scratch import scratch_directory

LIMIT = 50 * 1024**2
REQUESTS = 200
_WARM = 10


def accuses(case, seed=1):
    """Whether the rule calls `case` a leak. Raises SystemFailed."""
    with scratch_directory() as folder, round_identity(folder):
        return growth(case, seed) > LIMIT


def growth(case, seed=1):
    """Bytes that the RSS of the server and its children grew by, after a few requests to warm it up."""
    with case.workload(seed).system as system, connected(system) as ask:
        ask(_WARM)
        before = _resident(system.pid)
        ask(REQUESTS)
        return _resident(system.pid) - before


def _resident(pid):
    root = psutil.Process(pid)
    total = 0
    for process in (root, *root.children(recursive=True)):
        with contextlib.suppress(psutil.NoSuchProcess):
            total += process.memory_info().rss
    return total
