"""What a system said of itself, as the terminal shows it."""

import io
from dataclasses import replace

from rich.console import Console
from support.runs import make_run

from suite.records.observation import Observation, RequestCount
from suite.records.run import Judgement, Measured
from suite.report.terminal.console import Reporter

SAID = Observation(
    "/metrics",
    second=(-1.0, 0.0, 1.0, 2.0, 3.0),
    values={
        "cache_size": (1.0, 2.0, 2.0, 3.0, 3.0),
        "pool_size": (20.0, 20.0, 20.0, 20.0, 20.0),
        "pool_waits_total": (5.0, 5.0, 45.0, 125.0, 165.0),
        "pool_checked_out": (0.0, 20.0, 20.0, None, 10.0),
    },
    counters=("pool_waits_total",),
    failures={"timeout": 2, "still waiting": 1},
    requests=RequestCount("http_requests_total", 10_010, 10_000),
)
METRICS = {
    "observed.cache_size.max": Measured("1", "none", 3.0),
    "observed.cache_size.mean": Measured("1", "none", 2.5),
    "observed.pool_waits_total": Measured("1", "lower", 160.0, (160.0,)),
    "observed.pool_waits_total.rate": Measured("1/s", "none", 53.3),
    "observed.pool_checked_out.max": Measured("1", "none", 20.0),
    "observed.pool_checked_out.mean": Measured("1", "none", 16.7),
}
LIMIT = Judgement("observed.pool_waits_total", "critical", 0.0, 160.0, False)


def printed(said=SAID, width=120):
    run = make_run()
    run = replace(
        run, metrics={**run.metrics, **METRICS}, thresholds=(*run.thresholds, LIMIT), observed=(said,)
    )
    out = io.StringIO()
    Reporter(Console(file=out, width=width, highlight=False)).print_run(run)
    return [line.strip() for line in out.getvalue().splitlines()]


def test_figures_that_moved_have_a_row_with_bars_those_of_pools_first():
    lines = printed()
    head = next(at for at, line in enumerate(lines) if line.startswith("said of itself"))
    rows = [line.split("  ") for line in lines[head + 1 : head + 4]]
    assert [row[0] for row in rows] == ["pool_checked_out", "pool_waits_total", "cache_size"]
    assert [row[-1] for row in rows] == ["▁██ ▅", "▁▅█▅", "▁▅▅██"]
    assert "up to 20, mean 16.7" in lines[head + 1]
    assert "160, 53.3 /s" in lines[head + 2]


def test_only_what_is_judged_stands_among_the_metrics():
    lines = printed()
    assert [line.split()[0] for line in lines if line.startswith("observed.")] == [
        "observed.pool_waits_total"
    ]


def test_readings_that_did_not_come_are_counted():
    assert "/metrics: 5 readings, 3 others did not come (2 × timeout, 1 × still waiting)" in printed()


def test_both_counts_of_requests_are_said():
    assert "✗ 10,000 requests answered, 10,010 counted by http_requests_total" in printed()
    even = replace(SAID, requests=RequestCount("hits", 10, 9, 1))
    assert "✓ 9 requests answered and 1 without an answer, 10 counted by hits" in printed(even)


def test_processes_that_answer_in_turns_are_told():
    lines = printed(replace(SAID, in_turns=True), width=300)
    assert any("several processes answer in turns, each with counters of its own" in line for line in lines)


def test_of_many_figures_twelve_are_shown_and_a_long_round_fits_the_line():
    values = {f"n{at}": tuple(float(at * second) for second in range(500)) for at in range(1, 31)}
    lines = printed(Observation("/metrics", tuple(map(float, range(500))), values, left_out=7))
    assert len([line for line in lines if line.startswith("n")]) == 12
    assert all(len(line) < 120 for line in lines)
    assert "/metrics: 500 readings, 18 figures more in the JSON document, 7 names too many to keep" in lines
