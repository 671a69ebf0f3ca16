"""Faults of a Run on one axis with what became of its operations."""

from support.runs import make_run

from suite.records.incident import Incident
from suite.records.observation import Observation
from suite.report.terminal.fault_axis import fault_axis

SERIES = {
    "second": tuple(float(second) for second in range(-1, 9)),
    "completed": (0.0, 9.0, 9.0, 9.0, 0.0, 0.0, 9.0, 9.0, 9.0, 9.0),
    "failed": (0.0, 0.0, 0.0, 0.0, 9.0, 9.0, 0.0, 0.0, 0.0, 0.0),
    "retries": (0.0,) * 10,
    "p99": (None, 0.01, 0.01, 0.01, None, None, 0.2, 0.01, 0.01, 0.01),
}
CUT = Incident("Partition", "database", 3.0, began=3.02, ended=4.9)


def lines(*incidents, **series):
    return [line.plain for line in fault_axis(make_run(incidents=incidents, series={**SERIES, **series}))]


def test_each_row_has_a_bar_per_second():
    assert lines(CUT) == [
        "fault       ····━━····  Partition of database",
        "completed   ▁███▁▁████  up to 9 /s",
        "failed      ▁▁▁▁██▁▁▁▁  up to 9 /s",
        "p99          ▁▁▁  █▁▁▁  up to 200 ms",
        "            -1 s    9 s",
    ]


def test_a_fault_that_stays_is_drawn_to_the_end_and_one_of_another_round_not_at_all():
    stays = Incident("Kill", "system", 6.0, began=6.0)
    other = Incident("Reset", "system", 6.0, round=1, began=6.0)
    assert lines(stays, other)[0] == "fault       ·······━━━  Kill of system"
    assert not lines(other)
    assert not lines(Incident("Reset", "system", 99.0))
    assert not lines()


def test_of_a_long_round_each_bar_stands_for_several_seconds():
    long = {name: (*values, *(values[1:] * 20)) for name, values in SERIES.items()}
    long["second"] = tuple(float(second) for second in range(-1, 189))
    drawn = lines(CUT, **long)
    assert len(drawn[0]) < 110
    assert drawn[0].startswith("fault       ·━")


def test_what_the_system_counted_only_since_a_fault_stands_beside_it():
    said = Observation(
        "/metrics",
        (-1.0, 1.0, 2.9, 4.0, 5.0, 6.0, 8.0, 9.0),
        {
            "opened_total": (0.0, 0.0, 0.0, 1.0, 2.0, 2.0, 2.0, 2.0),
            "closed_total": (None, None, 0.0, 0.0, 0.0, 1.0, 1.0, 1.0),
            "requests_total": (0.0, 9.0, 18.0, 18.0, 18.0, 27.0, 36.0, 45.0),
            "errors_total": (0.0,) * 8,
            "restarted_total": (5.0, 5.0, 5.0, 0.0, 0.0, 0.0, 0.0, 0.0),
            "state": (0.0, 0.0, 0.0, 2.0, 2.0, 0.0, 0.0, 0.0),
        },
        ("closed_total", "errors_total", "opened_total", "requests_total", "restarted_total"),
    )
    run = make_run(incidents=(CUT,), series=SERIES, observed=(said,))
    assert [line.plain for line in fault_axis(run) if line.plain.startswith("said")] == [
        "said        ▁▁▁▁██▁▁▁▁  opened_total, 2 in all",
        "said        ▁▁▁▁▁▁█▁▁▁  closed_total, 1 in all",
    ]
    early = make_run(
        incidents=(Incident("Reset", "system", 0.5, began=0.5),), series=SERIES, observed=(said,)
    )
    assert not [line for line in fault_axis(early) if line.plain.startswith("said")]
