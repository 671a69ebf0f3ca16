"""What a soak says to people."""

from dataclasses import replace

import pytest
from rich.console import Console
from support.soaks import make_soak, make_window

from suite.records.comparison import Shift
from suite.records.reason import Reason
from suite.records.run import Judgement, Validity
from suite.records.soak import Trend
from suite.report.terminal.soak import shown, soak_closing, soak_lines, trends, window_line
from suite.report.words import span_words

STEADY = make_soak().trends[1]


def trend(metric, course, **changes):
    return replace(STEADY, metric=metric, course=course, **changes)


def lines(soak):
    return [line.plain for line in soak_lines(soak)]


def test_a_window_says_what_operations_came_to_and_what_is_held():
    window = make_window(0, outcomes={"ok": 990, "failed": 6, "timeout": 4})
    assert window_line(window, 7, 120).plain == (
        "  7 of 120  16.5 /s  p50 10 ms  p99 14.9 ms  1 % failed  memory 100 MB  descriptors 20  threads 3"
    )
    assert window_line(replace(window, warming=True), 0, 120).plain.startswith("warm-up  ")
    late = Validity("invalid", (Reason("steal", {"share": 0.2}),))
    said = window_line(replace(window, validity=late, parties={}), 1, 120).plain
    assert said.endswith("failed  invalid: noisy machine: the hypervisor took 20 % of a core away")


def test_the_gravest_comes_first_and_what_rests_is_counted():
    found = [
        trend("memory", "small"),
        trend("disk", "told"),
        trend("response.p99@buy", "steady"),
        trend("sockets", "stopped"),
        trend("descriptors", "drifts"),
        trend("response.p50", "steady"),
        trend("threads", "steady", values=(0.0,) * 20),
    ]
    assert [one.metric for one in shown(found)] == [
        "descriptors",
        "disk",
        "sockets",
        "memory",
        "response.p50",
    ]
    assert lines(replace(make_soak(), trends=tuple(found)))[0] == "2 metrics more did not get worse"


def test_broken_levels_and_doubts_are_told():
    missed = Judgement("response.p50", "critical", 0.005, 0.01, passed=False)
    doubt = Validity("doubtful", (Reason("few_windows", {"windows": 12, "wanted": 20}),))
    assert lines(make_soak(thresholds=(missed,), validity=doubt)) == [
        "✗ CRITICAL  response.p50 10 ms, limit 5 ms",
        "! too few windows to tell a trend: 12 of 20",
    ]


def test_the_end_names_what_is_nearest_to_its_limit():
    soak = make_soak()
    more = trend("failures", "drifts", unit="ratio", slope=Shift(0.02, 0.01, 0.03), left=60.0)
    both = replace(soak, trends=(*soak.trends, more))
    said = soak_closing(both, 1, "x.json", None).plain
    assert said == (
        "FAILED  failures +2 points per hour, its limit in 60 s, and 1 metric more; saved as x.json"
    )
    unlimited: Trend = replace(soak.trends[0], left=None)
    assert soak_closing(replace(soak, trends=(unlimited,)), 1, None, None).plain == (
        "FAILED  descriptors +60 per hour"
    )
    missed = Judgement("failures", "critical", 0.01, 0.05, passed=False)
    assert soak_closing(make_soak(trends=(), thresholds=(missed,)), 1, None, None).plain == (
        "FAILED  nothing drifts, but failures broke its critical level"
    ), "it was said that nothing drifts, and no more"
    cut = make_soak(partial=True)
    assert soak_closing(replace(cut, trends=()), 130, None, "suite soak x --resume").plain == (
        "INTERRUPTED  after 60 windows; go on with: suite soak x --resume"
    )


@pytest.mark.parametrize("width", [60, 70, 79, 80, 100])
def test_how_each_went_is_told_whole_in_a_narrow_terminal(width):
    """At 60 columns "✗ DRIFTS" was cut to "✗ DR"."""
    console = Console(width=width, color_system=None)
    drifting, steady = make_soak().trends
    long = replace(drifting, metric="response.p50@browse", slope=Shift(-1234.5, -4321.5, -999.5), left=4.1e7)
    with console.capture() as said:
        console.print(trends(make_soak(trends=(long, steady, trend("disk", "small"))), width))
    assert all(words in said.get() for words in ("✗ DRIFTS", "too little", "steady"))


def test_long_times_are_told_in_their_own_units():
    assert [span_words(seconds) for seconds in (0.5, 90, 119, 600, 7200, 90_000, 200_000)] == [
        "500 ms", "90 s", "119 s", "10 min", "2 h", "25 h", "2.31 days",
    ]  # fmt: skip
