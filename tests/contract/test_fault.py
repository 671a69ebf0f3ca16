"""What a fault may be, and what a timeline of them may not: all of it is told in one go."""

import pytest

from suite import Command, Component, Remote, User, Workload, closed_loop, open_loop, operation
from suite.config.configured import configured
from suite.config.settings import Settings
from suite.errors import ConfigurationError
from suite.faults import (
    At,
    Bandwidth,
    Every,
    First,
    Kill,
    Latency,
    Loss,
    Partition,
    Pause,
    Reset,
    Slice,
    SlowClose,
    TimeOut,
)
from suite.services import redis


class Caller(User):
    @operation
    async def call(self): ...


def workload(*faults, system=None, loop=None, **more):
    return Workload(
        "some/load",
        system or Command("true {port}"),
        Caller,
        loop=loop or open_loop(10, seconds=10),
        faults=faults,
        **more,
    )


def told(make):
    """What the ConfigurationError says that `make` raises, line by line."""
    with pytest.raises(ConfigurationError) as caught:
        make()
    return str(caught.value).splitlines()


def test_a_fault_has_its_times_in_seconds_and_the_rest_as_plain_data():
    at = At("500ms", Latency("system", "2s", delay="100ms", share="50%", requests=Every(3)), ramp="1s")
    assert (at.begins, at.ends, at.rising) == (0.5, 2.5, 1.0)
    assert at.fault.settings() == {
        "way": "both",
        "share": 0.5,
        "requests": "every 3",
        "delay": 0.1,
        "jitter": 0.0,
    }
    assert At(1, Kill("system")).ends is None
    assert At(1, Kill("system")).described() == "Kill of system at 1 s"
    assert At(2, Reset("cache", 3, share=0.5), ramp=1).described() == (
        "Reset of cache at 2 s for 3 s way=both share=0.5 ramp=1.0"
    )


@pytest.mark.parametrize(
    ("make", "line"),
    [
        (lambda: At(-1, Reset("system", 1)), "Reset of system at -1 s: it can't begin at a negative time"),
        (lambda: At(0, Reset("system", -1)), "it can't last a negative time"),
        (lambda: At("soon", Reset("system")), "'soon' is not a quantity"),
        (lambda: At(0, "Reset"), "'Reset' is no fault; suite.faults has them"),  # type: ignore[arg-type]
        (lambda: At(0, Reset("system"), ramp=-1), "it can't grow for a negative time"),
        (lambda: At(0, Kill("system"), ramp=1), "there is no half of a Kill: it has no ramp"),
        (lambda: At(0, Reset("system", 1), ramp=2), "it ends before it has grown"),
        (lambda: At(0, Reset("system", way="up")), "way must be 'both', 'to' or 'from', not 'up'"),  # type: ignore[arg-type]
        (lambda: At(0, Reset("system", share=0)), "share must be above 0 and at most 1 (100%)"),
        (lambda: At(0, Reset("system", requests=First(0))), "First(0) meets nothing; give at least 1"),
        (lambda: At(0, Reset("system", requests=Every(0))), "Every(0) means nothing; give at least 1"),
        (lambda: At(0, Latency("system", delay=1, jitter=2)), "jitter must be from 0 to delay"),
        (lambda: At(0, Latency("system", delay=-1)), "which can't be negative"),
        (lambda: At(0, Loss("system", rate="0%")), "rate must be between 0 and 1 (100%)"),
        (lambda: At(0, Loss("system", rate=0.5, stall=0)), "stall must be above 0"),
        (lambda: At(0, Bandwidth("system", rate="0/s")), "rate must be above 0"),
        (lambda: At(0, Slice("system", size=0)), "size must be at least 1"),
        (lambda: At(0, Slice("system", size=1, pause=0)), "pause must be at least 1 ms"),
        (lambda: At(0, SlowClose("system", delay=-1)), "delay can't be negative"),
        (lambda: At(0, TimeOut("system", after=-1)), "after can't be negative"),
        (lambda: At(0, Pause("system", process=-1)), "process is a number from 0 on"),
        (lambda: workload(Reset("system")), 'faults= takes when and what: At("5s", Partition('),
        (lambda: workload(At(1, Reset("cache", 1))), "there is no such party; there are 'system'"),
        (lambda: workload(At(11, Reset("system"))), "begins when the load of 10 s has ended"),
        (lambda: workload(At(9, Reset("system", 2))), "ends at 11 s, after the load of 10 s"),
        (
            lambda: workload(At(1, Partition("system")), At(2, Partition("system", 1))),
            "Partition of system at 2 s, while Partition of system at 1 s lasts until the load ends",
        ),
        (
            lambda: workload(At(2, Pause("system", 1)), At(1, Kill("system", 2))),
            "Pause of system at 2 s, while Kill of system at 1 s lasts until 3 s: they contradict each other",
        ),
        (
            lambda: workload(At(1, Kill("system", 1)), system=Remote("http://shop:80")),
            "http://shop:80 runs elsewhere, its processes are not ours",
        ),
        (
            lambda: workload(At(1, Reset("system", 1)), system=Remote("https://shop")),
            "https://shop has a certificate that does not hold for a proxy in between",
        ),
        (
            lambda: workload(At(1, Reset("system", 1)), system=Component(dict)),
            "a Component has no address and no process of its own",
        ),
        (
            lambda: workload(At(1, Pause("cache", 1)), beside={"cache": redis("redis://shop")}),
            "this Redis runs already, its processes are not ours",
        ),
        (lambda: workload(beside={"system": redis("redis://shop")}), "a helper can't be called 'system'"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_told_before_anything_starts(make, line):
    assert any(line in one for one in told(make))


def test_all_faults_of_a_timeline_are_told_at_once():
    lines = told(lambda: workload(At(1, Reset("cache")), At(11, Reset("system")), system=Component(dict)))
    assert len(lines) >= 3
    assert all(line.startswith("workload some/load: ") for line in lines)


def test_faults_side_by_side_that_go_together():
    one = workload(
        At(1, Latency("system", 5, delay=0.1)), At(2, Partition("system", 1)), At(3, Partition("system", 1)),
        At(4, Kill("system", 1)), At(5, Pause("system", 1)),
    )  # fmt: skip
    assert len(one.faults) == 5


def test_a_loop_that_counts_is_as_long_as_it_takes():
    assert workload(At(1000, Reset("system")), loop=closed_loop(1, operations=5)).faults


def test_a_load_of_another_length_must_still_hold_the_timeline():
    one = workload(At(5, Reset("system", 1)))
    assert configured(one, Settings(seconds=20)).faults == one.faults
    (line,) = told(lambda: configured(one, Settings(seconds=4)))
    assert line == "some/load: Reset of system at 5 s begins when the load of 4 s has ended"


def test_a_quick_load_shortens_its_timeline():
    (at,) = configured(workload(At(5, Latency("system", 2, delay=1), ramp=1)), Settings(quick=True)).faults
    assert (at.begins, at.ends, at.rising, at.fault.settings()["delay"]) == pytest.approx(
        (0.5, 0.7, 0.1, 1.0)
    )


def test_a_load_that_takes_the_place_of_its_own_has_no_faults():
    one = workload(At(5, Reset("system", 1)))
    assert configured(one, Settings().with_loop(closed_loop(1, seconds=1))).faults == ()


def test_a_target_that_can_not_be_killed():
    one = workload(At(5, Kill("system", 1)))
    (line,) = told(lambda: configured(one, Settings(target="http://shop:80")))
    assert "runs elsewhere" in line
