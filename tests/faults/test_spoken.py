"""Faults in words: each kind can be said, and what means nothing is told with what there is."""

import pytest

from suite.errors import ConfigurationError
from suite.faults import Every, First
from suite.faults.spoken import KINDS, spoken


@pytest.mark.parametrize(
    ("line", "kind", "begins", "lasting", "settings"),
    [
        ("partition", "Partition", 0.0, None, {}),
        ("at 5s partition 3s way=to", "Partition", 5.0, 3.0, {"way": "to"}),
        ("Black-Hole 1min", "BlackHole", 0.0, 60.0, {}),
        ("latency 1 delay=100ms jitter=20ms", "Latency", 0.0, 1.0, {"delay": 0.1, "jitter": 0.02}),
        ("loss rate=1% stall=1s", "Loss", 0.0, None, {"rate": 0.01, "stall": 1.0}),
        ("bandwidth rate=2MB/s share=50%", "Bandwidth", 0.0, None, {"rate": 2e6, "share": 0.5}),
        ("slice size=3 pause=5ms", "Slice", 0.0, None, {"size": 3, "pause": 0.005}),
        ("slowclose delay=1s", "SlowClose", 0.0, None, {"delay": 1.0}),
        ("timeout after=2s", "TimeOut", 0.0, None, {"after": 2.0}),
        ("reset first=3", "Reset", 0.0, None, {"requests": First(3)}),
        ("reset every=10", "Reset", 0.0, None, {"requests": Every(10)}),
    ],
)
def test_a_fault_is_what_was_said(line, kind, begins, lasting, settings):
    at = spoken(line, "target")
    fault = at.fault
    assert (fault.kind, fault.party, at.begins, fault.lasting) == (kind, "target", begins, lasting)
    assert {name: getattr(fault, name) for name in settings} == settings


def test_a_ramp():
    assert spoken("latency 4s delay=1s ramp=2s", "target").rising == 2.0


def test_every_kind_on_a_way_can_be_said():
    assert sorted(KINDS) == sorted(
        ["bandwidth", "blackhole", "latency", "loss", "partition", "reset", "slice", "slowclose", "timeout"]
    )


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("", "no fault is called ''; there are bandwidth, blackhole"),
        ("at", "no fault is called ''"),
        ("kill 3s", "no fault is called 'kill'"),
        ("partition 3s 4s", "'4s' means nothing; a setting is NAME=VALUE"),
        ("partition colour=red", "Partition has no 'colour'; it has way, share, first, every, ramp"),
        ("latency", "Latency needs delay="),
        ("slice size=big", "size=big: a whole number is wanted"),
        ("reset first=few", "first=few: a whole number is wanted"),
        ("at noon reset", "'noon' is not a quantity"),
        ("reset first=1 every=2", "first= and every= exclude each other"),
        ("latency delay=1s delay=2s", "delay= was given twice"),
        ("reset first=0", "First(0) meets nothing"),
        ("partition ramp=2s 1s", "it ends before it has grown"),
    ],
)
def test_what_means_nothing(line, told):
    with pytest.raises(ConfigurationError) as caught:
        spoken(line, "target")
    assert told in str(caught.value)
    assert str(caught.value).startswith(repr(line))
