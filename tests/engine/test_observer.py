"""What a system says of itself: read beside the load, in nobody's way."""

from dataclasses import replace
from itertools import islice
from types import SimpleNamespace
from typing import Any

import pytest
from support.telling import ALL, COUNTED, Member, told

from suite import Metric, Observe, Threshold, closed_loop
from suite.config.settings import Settings
from suite.engine.coordinator import run
from suite.engine.observer import moments
from suite.engine.observer_process import ObserverProcess, check_first
from suite.errors import ConfigurationError, SystemFailed
from suite.formats.structure import dump, load
from suite.measure.exposition import Exposition
from suite.measure.system_reading import SystemReading
from suite.records.run import Run
from suite.report.reasons import words

pytestmark = pytest.mark.usefixtures("rounds_once")

SECOND = 1_000_000_000
ONE = Settings(rounds=1)


def seen(result, kind):
    return [reason for reason in result.validity.reasons if reason.kind == kind]


# When to read.


def test_a_reading_each_second_before_and_after_the_measured_part_begins_and_at_its_end():
    start = 100 * SECOND
    begin, end = start + 2_500_000_000, start + 8_700_000_000
    planned = [(moment - begin) / SECOND for moment in moments(start, begin, end)]
    assert planned == [-2, -1, 0, 1, 2, 3, 4, 5, 6, 6.2]


def test_a_short_round_is_read_five_times_and_no_more_than_ten_times_a_second():
    assert list(moments(0, 0, SECOND)) == [part * SECOND // 5 for part in range(6)]
    assert len(list(moments(0, 0, SECOND // 4))) == 4


def test_who_does_not_know_the_end_reads_on():
    assert list(islice(moments(5, 5, None), 3)) == [5, 5 + SECOND, 5 + 2 * SECOND]


# What is told before the load.


def first(*, names=("pool_size", "pool_waits_total"), requests=None, failure="", detail=""):
    found = None if failure else Exposition({}, frozenset(names), requests=requests)
    return [SystemReading(0, "before", 1, 2, found, failure, detail)]


def test_a_place_that_can_t_be_read_is_told_at_once():
    workload = told("/metrics")
    with pytest.raises(ConfigurationError, match=r"^observe /metrics: answers with status 404$"):
        check_first(workload, first(failure="status 404", detail="answers with status 404"))
    with pytest.raises(SystemFailed, match=r"^observe /metrics: gives no answer within 5 s$"):
        check_first(workload, first(failure="timeout", detail="gives no answer within 5 s"))


@pytest.mark.parametrize(
    "options",
    [
        {"observe": Observe("/metrics", requests="pool_wait_total")},
        {"thresholds": [Threshold("observed.pool_wait_total", critical=1)]},
        {"thresholds": [Threshold("observed.pool_wait_total.rate", critical=1)]},
        {"metrics": [Metric("observed.pool_wait_total.max", "1", "higher")]},
    ],
)
def test_a_name_that_nobody_says_is_told_with_those_that_there_are(options):
    workload = told(**{"observe": "/metrics", **options})
    with pytest.raises(ConfigurationError) as error:
        check_first(workload, first())
    assert str(error.value) == (
        "observe /metrics: there is no pool_wait_total; there are pool_waits_total, pool_size"
    )


def test_a_label_that_the_counter_does_not_have_is_told():
    source = Observe("/metrics", requests="hits", labels={"path": "/items", "method": "GET"})
    found = Exposition({}, frozenset({"hits"}), requests=0.0, labels=frozenset({"handler", "method"}))
    with pytest.raises(ConfigurationError, match=r"hits has no label path; there are handler, method$"):
        check_first(told(source), [SystemReading(0, "before", 1, 2, found)])


def test_two_places_may_not_say_the_same():
    found = Exposition({"pool_size": 5}, frozenset({"pool_size"}))
    readings = [SystemReading(source, "before", 1, 2, found) for source in (0, 1)]
    with pytest.raises(ConfigurationError, match=r"^observe: /a and /b both say pool_size; leave it out"):
        check_first(told(["/a", Observe("/b")]), readings)


def test_names_with_a_form_and_without_are_found():
    limits = [Threshold(f"observed.{name}", critical=1) for name in ("pool_size.max", "pool_waits_total")]
    check_first(told("/metrics", thresholds=limits), first())
    counted = Observe("/metrics", requests="pool_waits_total")
    check_first(told(counted), first(requests=0.0))


# Real rounds.


async def place(system):
    """A function may be async, and ask for what it likes."""
    return {"here": system.port > 0, "port": system.port}


@pytest.fixture(scope="module")
def pooled():
    """Six users and a pool of two, seen in two ways, by way of a redirect; and what a function says."""
    limit = Threshold("observed.pool_waits_total", target=0, critical=100_000)
    loop = closed_loop(users=6, seconds=1.5, warmup=0.5)
    observe = [ALL, "/pool", place]
    workload = told(observe, redirect="/metrics", loop=loop, hold=0.01, thresholds=[limit])
    return run(workload, ONE)


@pytest.mark.exhaustive
def test_a_pool_that_is_full_is_what_holds_back(pooled):
    assert pooled.error is None
    assert pooled.limiter.kind == "wait"
    assert pooled.limiter.figures["pool"] == "pool"
    said = words(pooled.limiter)
    assert said.startswith("waiting for a pool in the system: pool: 2 of 2 checked out, ")
    assert " waits of " in said


def test_figures_are_series_and_metrics(pooled):
    metrics = pooled.metrics
    close, json, function = pooled.observed
    assert metrics["observed.port.max"].value == function.values["port"][0] > 0
    assert metrics["observed.pool_size.mean"].value == 2
    assert metrics["observed.pool_checked_out.max"].value == 2
    assert metrics["observed.pool_waits_total"].value > 20
    assert metrics["observed.pool_waits_total"].better == "lower"  # it has a threshold
    assert metrics["observed.http_requests_total"].better == "none"
    seconds = metrics["observed.pool_wait_seconds_total"]
    assert seconds.unit == "s"
    assert 3 < seconds.value < 7  # four of six users wait nearly all of 1.5 s
    assert (close.source, json.source) == ("/metrics", "/pool")
    assert close.second[0] < -0.4  # before the load
    assert close.second[-1] > 1.5
    assert len(close.second) == len(close.values["pool_size"]) >= 7
    assert set(json.counters) == {"pool.waits", "pool.wait_seconds"}


def test_requests_of_all_parties_but_users_are_taken_off(pooled):
    count = pooled.observed[0].requests
    assert count.counted == count.answered == pooled.statuses["read"]["200"]
    assert not seen(pooled, "requests_differ")
    assert not seen(pooled, "unreconciled")


def test_thresholds_judge_what_is_observed(pooled):
    judged = {one.level: one.passed for one in pooled.thresholds}
    assert judged == {"target": False, "critical": True}


def test_the_observer_is_no_part_of_the_system_and_no_other_program(pooled):
    assert len(pooled.pids[0]["the observer"]) == 1
    assert not [name for name in pooled.metrics if name.endswith("@the observer")]


def test_a_document_holds_the_series(pooled):
    assert load(Run, dump(pooled)).observed == pooled.observed


@pytest.mark.exhaustive
def test_a_proxy_that_repeats_one_request_in_a_thousand_is_told():
    result = run(told(COUNTED, twice=1000), ONE)
    assert result.observed[0].requests.counted == 1501
    (reason,) = seen(result, "requests_differ")
    assert reason.figures["beyond"] == 1
    assert result.validity.verdict == "doubtful"
    assert result.metrics["observed.http_requests_total"].value > 750  # of a counted loop, too


@pytest.mark.exhaustive
def test_one_that_repeats_every_fiftieth_makes_the_result_invalid():
    result = run(told(COUNTED, twice=50), ONE)
    assert result.validity.verdict == "invalid"


@pytest.mark.exhaustive
@pytest.mark.rounds
def test_a_blocked_answer_stops_nothing_and_is_counted():
    source = Observe("/metrics", requests="http_requests_total", timeout="200ms")
    result = run(told(source, loop=closed_loop(users=2, seconds=1.5), hold=0.002, blocked=0.3), ONE)
    assert result.error is None
    assert result.outcomes["ok"] > 100
    assert result.observed[0].failures["timeout"] >= 2
    assert result.metrics["observed.pool_size.max"].value == 2  # from the readings that came
    assert seen(result, "unreconciled")[0].figures["why"] == "not read"


@pytest.mark.exhaustive
def test_settings_hold_in_the_observer_and_users_that_come_and_go_are_reconciled():
    source = Observe("/metrics", requests="http_requests_total")
    result = run(told(source, users=Member), replace(ONE, values={"places": 7}))
    assert result.metrics["observed.pool_size.max"].value == 7
    count = result.observed[0].requests
    assert count.counted == count.answered == 1500 + 2 * 4


@pytest.mark.exhaustive
def test_a_wrong_path_ends_the_run_before_the_load():
    with pytest.raises(ConfigurationError, match=r"is neither Prometheus text nor JSON|answers with status"):
        run(told("/items"), ONE)


def test_windows_of_readings_follow_one_another_and_are_forgotten():
    """Counters go on from the last reading of the window before."""
    process: Any = ObserverProcess.__new__(ObserverProcess)
    process.died = True  # there is nobody to hear
    process._workload = SimpleNamespace(observe=[Observe("/metrics")], thresholds=(), metrics=())
    process._readings = []
    assert process.window().metrics == {}

    def read(*pairs):
        for at, value in pairs:
            values = {"rows": value, "served_total": 10 * value}
            found = Exposition(
                values, frozenset(values), frozenset({"served_total"}), frozenset(), None, None
            )
            process._readings.append(SystemReading(0, "beside", at * 10**9, at * 10**9, found))

    read((0, 0), (1, 4), (2, 5))
    first = process.window().metrics
    assert (first["observed.rows.mean"], first["observed.served_total.rate"]) == (3, 25)
    assert len(process._readings) == 1
    read((4, 7))
    second = process.window().metrics
    assert (second["observed.rows.mean"], second["observed.served_total.rate"]) == (6, 10)
