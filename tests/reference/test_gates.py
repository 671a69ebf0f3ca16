"""What holds for the workloads of all reference systems."""

import math

import pytest

from suite.config.catalog import installed
from suite.config.settings import Settings
from suite.contract.loop import OpenLoop
from suite.contract.metric import QUANTILES
from suite.measure.distribution import GATE, samples_wanted

WORKLOADS = {entry.workload.name: entry.workload for entry in installed()}


def planned(loop):
    """How many operations a round has; any number if only the system decides."""
    if isinstance(loop, OpenLoop):
        return loop.rate * loop.seconds if isinstance(loop.rate, (int, float)) else math.inf
    return loop.operations or math.inf


@pytest.mark.parametrize("name", WORKLOADS)
def test_no_workload_is_doubtful_for_what_it_plans(name):
    workload = WORKLOADS[name]
    for threshold in workload.thresholds:
        place = threshold.metric.partition("@")[0].partition(".")[2]
        if place in QUANTILES:
            assert Settings().round_count() * planned(workload.loop) >= samples_wanted(QUANTILES[place], GATE)
