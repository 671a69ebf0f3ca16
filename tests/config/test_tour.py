"""A tour keeps to its time, whatever its workloads take."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from suite import Component, User, Workload, closed_loop, operation
from suite.config.catalog import installed
from suite.config.settings import Settings
from suite.config.tour import SECONDS_OF_A_SYSTEM, SECONDS_OF_ALL, TAG, Tour
from suite.contract.loop import ClosedLoop
from suite.contract.metric import QUANTILES
from suite.measure.distribution import GATE, samples_wanted

QUICK = Settings(quick=True)


class Idler(User):
    @operation
    def idle(self): ...


def lasting(name, seconds):
    return Workload(
        name, Component(dict), Idler, loop=closed_loop(seconds=seconds), quick=closed_loop(seconds=seconds)
    )


@dataclass
class Clock:
    """A clock that is moved by hand."""

    now: float = 0.0
    starts: list = field(default_factory=list)

    def __call__(self):
        return self.now


@given(st.lists(st.tuples(st.sampled_from("abcdefghij"), st.floats(0.5, 15)), max_size=60))
def test_no_system_gets_more_than_its_time_and_all_together_no_more_than_theirs(planned):
    clock = Clock()
    tour = Tour(clock=clock)
    spent = dict.fromkeys("abcdefghij", 0.0)
    ran = 0
    for number, (system, seconds) in enumerate(planned):
        workload = lasting(f"{system}/{number}", seconds)
        if tour.fits(workload, QUICK):
            with tour.timed(workload):
                clock.now += seconds + 1.5
            spent[system] += seconds + 1.5
            ran += 1
    assert max(spent.values()) <= SECONDS_OF_A_SYSTEM + 1e-6
    assert sum(spent.values()) <= SECONDS_OF_ALL + 1e-6
    assert ran + len(tour.left_out) == len(planned)
    assert ran or not planned


def test_what_took_longer_than_planned_is_on_the_systems_account():
    clock = Clock()
    tour = Tour(["c/0"], clock)
    with tour.timed(lasting("a/0", 1)):
        clock.now += 18
    assert not tour.fits(lasting("a/1", 1), QUICK)
    assert tour.fits(lasting("b/1", 1), QUICK)
    assert tour.left_out == ["c/0", "a/1"]


def test_no_row_of_the_tour_is_in_doubt_for_want_of_samples():
    """A percentile that is gated on has as many as it wants, where the plan says how many there are."""
    counted = 0
    for found in installed():
        loop = found.workload.quick
        if TAG not in found.workload.tags or not isinstance(loop, ClosedLoop) or loop.operations is None:
            continue
        for threshold in found.workload.thresholds:
            quantile = QUANTILES.get(threshold.metric.removeprefix("response."))
            if quantile is not None:
                counted += 1
                assert loop.operations >= samples_wanted(quantile, GATE), found.workload.name
    assert counted >= 5
