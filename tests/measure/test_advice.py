"""What a Run's own figures say could be done about it."""

from dataclasses import replace

import pytest
from support.runs import make_histogram, make_measured, make_run, validity_of

from suite.measure.advice import advise
from suite.records.detail import Detail
from suite.records.evidence import Evidence
from suite.records.reason import Reason
from suite.records.run import Failure, Judgement, Measured
from suite.report.reasons import words


def run(limiter=None, *, metrics=(), reasons=(), environment=(), **changes):
    """A Run that `limiter` (kind and figures) held back, with more metrics than a plain one has."""
    made = make_run(rounds=1)
    return replace(
        made,
        metrics={
            **made.metrics,
            **{name: measured(name, value) for name, value in dict(metrics).items()},
        },
        limiter=Reason(*limiter) if limiter else None,
        validity=replace(validity_of("doubtful"), reasons=tuple(reasons)),
        environment={**made.environment, **dict(environment)},
        thresholds=(),
        **changes,
    )


def measured(name, value):
    if not name.startswith("observed."):
        return make_measured(name, value)
    return Measured("1", "none", value, (value,))


def said(found):
    """The advice of a Run: kinds, and words that must say something of each."""
    told = {reason.kind: words(reason) for reason in advise(found)}
    assert all(text and "{" not in text and ": " in text for text in told.values()), told
    return told


def test_a_run_that_says_nothing_gets_no_advice():
    assert advise(run()) == ()
    assert advise(run(("plan", {"planned": 200.0}))) == ()
    assert advise(run(("text", {"text": "the system's CPU: of an older version"}))) == ()


def test_one_that_failed_gets_none():
    assert advise(run(("disk", {"threads": 1.0, "stalled": None}), error=Failure("system", "gone"))) == ()


def test_an_operation_that_blocks_is_to_be_awaited():
    held = ("generator", {"blocked": 0.8, "operation": "ask", "place": "load_shop.py:17", "in_rounds": 1})
    told = said(run(held, metrics={"response.p50": 1e-3, "response.p99": 1.0, "gc.pause.max": 1.0}))
    assert told == {
        "unblock_loop": "await what ask does at load_shop.py:17, or hand it to a thread: it kept the "
        "generator's event loop 80 % of the time"
    }


@pytest.mark.parametrize(("cores", "advice"), [(8, "add_workers"), (2, "load_from_elsewhere")])
def test_a_generator_at_its_limit_wants_more_workers_where_there_are_cores(cores, advice):
    held = ("generator", {"worker": 0, "cpu": 0.99, "delay": 0.0, "delivered": 0.6})
    found = run(held, environment={"affinity": cores}, plan={"loop": "open", "workers": 1})
    assert list(said(found)) == [advice]
    assert f"with 1 of {cores} cores; a worker used 99 % of a core; 60 % of the plan" in said(found)[advice]


@pytest.mark.parametrize(
    ("late", "delayed", "told"),
    [
        (300, 290, True),
        (300, 100, False),
        (300, None, False),
        (50, 290, False),
        (300, 1_300, False),  # an acknowledgement is put off whenever a connection ends
    ],
)
def test_answers_that_wait_for_a_delayed_acknowledgement_are_to_be_written_at_once(late, delayed, told):
    """p50 43 ms of a server that answers in 1 ms: Nagle held the second piece of each answer back."""
    times = make_histogram(*[1.0] * (1_000 - late), *[43.0] * late)
    found = run(histograms={"service": times}, evidence=(None, Evidence(delayed_acks=delayed)))
    assert said(found) == ({
        "write_at_once": "write each answer at once, or turn Nagle off (TCP_NODELAY) on the side of the "
        "system: 300 of 1,000 took 40 to 50 ms, the time of a delayed acknowledgement, of which there were "
        "290"
    } if told else {})  # fmt: skip


@pytest.mark.parametrize("beside", [34.0, 55.0])
def test_times_that_are_long_anyhow_are_not_put_down_to_an_acknowledgement(beside):
    """Instances of 2 MB took 30 to 60 ms, each with an acknowledgement put off meanwhile."""
    times = make_histogram(*[1.0] * 500, *[beside] * 200, *[43.0] * 300)
    assert not said(run(histograms={"service": times}, evidence=(Evidence(delayed_acks=290),)))


def test_an_association_limit_that_was_met_is_named_unless_it_is_what_is_tried():
    refused = [
        Detail("rejected", "association-limit", name, 3, 0.1, "2/3/2") for name in ("connect", "store")
    ]
    found = replace(run(), details=tuple(refused))
    assert said(found) == {
        "allow_associations": "allow more associations, or load with fewer users: the association limit was "
        "reached, 6 were rejected with local limit exceeded"
    }
    assert not said(replace(run(metrics={"limit.excess": 0.0}), details=tuple(refused)))


def test_one_at_a_time_wants_several():
    queued = {"behind": "lock or pool", "busy": 8.0, "at_once": 1.1, "used": 0.2, "cores": 2}
    assert said(run(("wait", queued)))["serve_several"] == (
        "serve several at a time: of 8 operations 1.1 at a time were served, as by one association, one "
        "worker or one lock for all"
    )
    assert not said(run(("wait", {**queued, "at_once": 3.0})))
    assert not said(run(("wait", {**queued, "behind": "pool"})))


def test_each_pool_that_was_waited_for_is_named_with_by_how_much():
    pool = {"size": 5.0, "checked_out.max": 5.0, "waits": 312.0, "waited_seconds": 12.5, "timeouts": 3.0}
    metrics = {f"observed.db_pool_{name}": value for name, value in pool.items()}
    idle = {"observed.other_pool_size": 5.0, "observed.other_pool_waits": 0.0}
    evidence = (Evidence(wall=5.0, little=10.0, delivered=100.0),)
    told = said(run(("limit", {"rejected": 3, "due": 9}), metrics={**metrics, **idle}, evidence=evidence))
    assert told == {
        "widen_pool": "give the pool more places, or hold each for less time: db_pool: 5 of 5 checked out, "
        "312 waits of 40.1 ms, 3 given up"
    }


def test_a_lock_is_to_be_held_for_less_time():
    told = said(run(("wait", {"behind": "lock", "busy": 16.0, "at_once": 1.0, "locked": 14.2, "used": 0.2})))
    assert told["hold_lock_shorter"].startswith(
        "hold the lock for less time, or take several: of 16 operations 1 at a time were served, 14.2 threads"
    )


@pytest.mark.parametrize(
    ("figures", "advice"),
    [
        ({"thread": 0.98, "delay": 0.0, "cores": 4}, "add_processes"),
        ({"process": 1.0}, "add_processes"),
        ({"thread": 0.98, "delay": 0.0, "cores": 1}, "spend_less_cpu"),
        ({"used": 3.9, "cores": 4}, "spend_less_cpu"),
    ],
)
def test_one_busy_thread_of_several_cores_wants_processes_and_all_cores_less_work(figures, advice):
    told = said(run(("cpu", figures), metrics={"cpu.per_operation": 0.0004}))
    assert list(told) == [advice]
    assert "400 µs" in told[advice]


def test_a_disk_that_holds_back_is_to_be_synchronised_less_and_one_that_others_use_is_not():
    assert "synchronise_less" in said(run(("disk", {"threads": 3.0, "stalled": 0.2})))
    beside = (Evidence(threads_blocked=0.2, pressure_io=0.9),)
    assert not said(run(("loop", {"users": 8, "thinking": 0.0}), evidence=beside))


def test_a_backlog_that_holds_back():
    assert "full 12 times" in said(run(("backlog", {"overflows": 12, "slow": 40})))["widen_backlog"]


def test_a_tail_as_long_as_the_collectors_pauses_is_put_down_to_them():
    slow = {"response.p50": 0.002, "response.p99": 0.05, "gc.pause.max": 0.04, "gc.collections.2": 3.0}
    assert "longest pause was 40 ms (3 of all generations)" in said(run(metrics=slow))["calm_collector"]
    assert not said(run(metrics={**slow, "gc.pause.max": 0.004}))  # something else took as long
    assert not said(run(metrics={**slow, "response.p50": 0.02}))  # and here there is no tail


def test_a_tail_beside_threads_that_wait_for_the_disk():
    slow, blocked = {"response.p50": 0.002, "response.p99": 0.05}, (Evidence(threads_blocked=0.8), None)
    assert "0.8 threads did" in said(run(metrics=slow, evidence=blocked))["take_disk_off_the_way"]
    held = run(("disk", {"threads": 0.8, "stalled": 0.0}), metrics=slow, evidence=blocked)
    assert list(said(held)) == ["synchronise_less"]  # which says it already


def test_samples_that_are_missing_are_told_as_time():
    few = Reason("few_samples", {"metric": "response.p99", "n": 500, "wanted": 2000})
    assert said(run(reasons=[few]))["run_longer"].startswith("measure 4 times as long: response.p99 rests on")
    assert not said(run(reasons=[few], plan={"quick": True}))  # which is short on purpose


def test_a_cpu_limit_that_stopped_the_system():
    throttled = Reason("throttled", {"times": 31, "share": 0.4})
    assert "31 times and took 40 %" in said(run(reasons=[throttled]))["raise_cpu_limit"]


def test_memory_above_its_limit_is_worth_a_search():
    grown = run(metrics={"memory.growth": 60e6})
    judged = Judgement("memory.growth", "critical", 50e6, 60e6, passed=False)
    told = said(replace(grown, thresholds=(judged,)))["search_for_leaks"]
    assert f"suite leaks {grown.workload}: memory grew by 60 MB, and 50 MB are allowed" in told
    assert not said(replace(grown, thresholds=(replace(judged, passed=True),)))
