"""What a good operation holds."""

import pytest

from suite import Component, Metric, Threshold, User, Workload, closed_loop, operation
from suite.contract.limits import limits_of
from suite.errors import ConfigurationError


def test_limits_are_seconds_by_what_they_bound():
    limits = limits_of({"response": "2s", "first@listen": "300ms", "gap": 0.05}, {"listen"})
    assert dict(limits) == {"response": 2.0, "first@listen": 0.3, "gap": 0.05}
    assert dict(limits_of({}, ())) == {}


class Listener(User):
    @operation
    async def listen(self): ...


def workload(good, *thresholds):
    return Workload(
        "a/b", Component(dict), Listener, loop=closed_loop(1, operations=1), good=good, thresholds=thresholds
    )


def test_all_faults_are_told_at_once():
    good = {"latency": "1s", "first.p95": "1s", "first@speak": "1s", "gap": "soon", "response": 0}
    with pytest.raises(ConfigurationError) as caught:
        workload(good, Threshold("god", critical=1))
    assert str(caught.value).splitlines() == [
        "workload a/b: good={'latency': ...}: give limits for response, first or gap",
        "workload a/b: good={'first.p95': ...}: give limits for response, first or gap",
        "workload a/b: good={'first@speak': ...}: there is no operation 'speak'",
        "workload a/b: good={'gap': ...}: 'soon' is not a quantity in 's'; write it like \"100ms\"",
        "workload a/b: good={'response': 0}: give a time above 0",
        "workload a/b: threshold on unknown metric 'god'",
    ]


def test_a_threshold_on_good_wants_limits():
    fault = "unknown metric 'good@listen'; say with good= what a good operation holds"
    with pytest.raises(ConfigurationError, match=fault):
        workload({}, Threshold("good@listen", critical="90%"))
    assert workload({"gap": 1}, Threshold("good@listen", critical="90%")).good == {"gap": 1.0}


def test_a_workloads_own_good_is_its_own():
    own = Metric("good", "1", "lower", lambda _system, _kept, _recording: 1.0)
    made = Workload(
        "a/b",
        Component(dict),
        Listener,
        loop=closed_loop(1, operations=1),
        metrics=[own],
        thresholds=[Threshold("good", critical=2)],
    )
    assert made.metric("good") is own
