"""Which rounds are believed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from suite import closed_loop, open_loop
from suite.contract.loop import Loop
from suite.measure.evidence import gather
from suite.measure.resources import MachineUsage, Resources, Usage
from suite.measure.validity import judge
from suite.records.reason import Reason
from suite.records.recording import Recording
from suite.records.run import Validity

SECOND = 10**9
START = 50 * SECOND
OPEN = open_loop(1000, 4)


def recording_of(response: np.ndarray, late: np.ndarray | int = 20_000) -> Recording:
    """An open loop's rows at 1,000/s: `response` ns from dispatch to end, dispatched `late` ns after plan."""
    count = len(response)
    intended = START + np.arange(count, dtype=np.int64) * 1_000_000
    dispatched = intended + late
    return Recording(
        ("a",), np.zeros(count, np.uint16), np.zeros(count, np.uint8), intended, dispatched, dispatched,
        dispatched + response, np.ones(count, np.bool_), START, START + count * 1_000_000,
    )  # fmt: skip


def noise(count: int = 4000, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).lognormal(14, 0.4, count).astype(np.int64)


def verdict(
    recording: Recording,
    *,
    loop: Loop = OPEN,
    usage: Usage | None = None,
    wall: float = 4.0,
    steal: float = 0.0,
    component: bool = False,
    cores_apart: bool = True,
    worker_deaths: int = 0,
) -> Validity:
    resources = Resources(
        wall, MachineUsage(steal=steal), {"system": Usage(cpu=1.0), "workers": usage or Usage()}
    )
    return judge(
        recording, gather(recording, resources, loop=loop, cores=1), loop=loop, component=component,
        cores_apart=cores_apart, worker_deaths=worker_deaths,
    )  # fmt: skip


def test_a_quiet_round_is_valid():
    assert verdict(recording_of(noise())) == Validity()


def test_lateness_counts_by_what_it_does_to_the_figures():
    late = np.full(4000, 20_000)
    late[::20] = 60_000_000  # 5 % of sends 60 ms late, as on a contended machine
    found = verdict(recording_of(noise(), late))
    assert found.verdict == "invalid"
    late_sends = found.reasons[0].figures
    assert found.reasons[0].kind == "late_sends"
    assert late_sends["metric"] == "response.p99"
    assert late_sends["lateness_p99"] == pytest.approx(0.06, rel=0.01)
    assert late_sends["reported"] == pytest.approx(0.065, abs=0.005)
    assert float(late_sends["punctual"]) < 0.01
    assert verdict(recording_of(noise() * 1000, late)).verdict == "valid"  # nothing to responses of a second
    assert verdict(recording_of(noise(), late), component=True).verdict == "valid"


def test_a_little_lateness_is_a_doubt():
    assert verdict(recording_of(noise(), 300_000)).verdict == "doubtful"


def test_one_hiccup_that_reaches_only_p999_does_not_invalidate():
    late = np.full(20_000, 20_000)
    late[5000:5050] = 80_000_000
    found = verdict(recording_of(noise(20_000), late))
    assert found.verdict == "doubtful"
    assert found.reasons[0].figures["metric"] == "response.p999"


def test_few_samples_are_still_looked_at():
    assert verdict(recording_of(noise(10), 90_000_000)).verdict == "invalid"


@pytest.mark.parametrize(
    ("blocked", "lag_p50", "lag_p99", "expected", "metric"),
    [
        (0.2, 0.0, 0.00015, "valid", None),  # of service times of 1.2 ms, 3 ms at p99
        (0.1, 0.0, 0.002, "invalid", "service.p99"),
        (0.2, 0.0003, 0.0004, "doubtful", "service.p50"),
        (0.6, 0.0003, 0.0004, "invalid", "service.p50"),
        (0.9, 0.05, 0.09, "invalid", "service.p50"),
    ],
)
def test_a_loop_that_an_operation_kept_makes_the_figures(blocked, lag_p50, lag_p99, expected, metric):
    rows, loop = recording_of(noise(), 0), closed_loop(1 if metric is None else 4, seconds=4)  # 3 are idle
    evidence = replace(
        gather(rows, Resources(4.0), loop=loop),
        lag_p50=lag_p50,
        lag_p99=lag_p99,
        blocked=blocked,
        blocked_by="get",
        blocked_at="load.py:7",
    )

    def judged(component: bool) -> Validity:
        return judge(rows, evidence, loop=loop, component=component, cores_apart=True, worker_deaths=0)

    found = judged(component=False)
    assert found.verdict == expected
    assert [reason.figures["metric"] for reason in found.reasons] == ([metric] if metric else [])
    assert judged(component=True).verdict == "valid"


def test_a_loop_that_stood_still_is_told_where_there_are_few_operations():
    """A generator that was stopped for half of its round (a frozen container) made a valid one of 200."""
    rows, loop = recording_of(noise(200), 0), closed_loop(1, seconds=4)
    usual = gather(rows, Resources(4.0), loop=loop)
    stopped = replace(usual, lag_p50=0.0, lag_p99=1.9, blocked=0.48)
    still = replace(usual, lag_p50=0.0, lag_p99=0.0001, blocked=0.01)
    found = [
        judge(rows, evidence, loop=loop, component=False, cores_apart=True, worker_deaths=0)
        for evidence in (usual, stopped, still)
    ]
    assert [one.verdict for one in found] == ["valid", "invalid", "valid"]
    assert found[1].reasons[0].figures["metric"] == "service.max"


def test_waiting_for_a_core_is_a_doubt_and_with_lateness_a_proof():
    starved = Usage(run_delay=1.2)
    (reason,) = verdict(recording_of(noise()), usage=starved).reasons
    assert reason.kind == "run_delay"
    assert reason.figures == pytest.approx({"share": 0.3, "per_operation": 300e-6}, rel=0.01)
    found = verdict(recording_of(noise(), 300_000), usage=starved)
    assert found.verdict == "invalid"
    assert found.reasons[0].kind == "run_delay"


@pytest.mark.parametrize(("throttled", "kinds"), [(None, []), (0.01, []), (0.34, ["throttled"])])
def test_a_container_that_its_limit_stops_is_a_doubt(throttled, kinds):
    machine = MachineUsage(throttled=throttled, throttles=7)
    evidence = gather(recording_of(noise()), Resources(4.0, machine), loop=OPEN)
    found = judge(
        recording_of(noise()), evidence, loop=OPEN, component=False, cores_apart=True, worker_deaths=0
    )
    assert [reason.kind for reason in found.reasons] == kinds
    assert found.verdict == ("doubtful" if kinds else "valid")


@pytest.mark.parametrize(("missed", "expected"), [(2, "valid"), (20, "doubtful"), (100, "invalid")])
def test_starts_that_the_generator_never_got_to(missed, expected):
    recording = recording_of(noise())
    for column in (recording.dispatched, recording.started, recording.finished):
        column[-missed:] = 0
    recording.outcome[-missed:] = 4
    assert verdict(recording).verdict == expected


def test_users_who_had_done_all_that_they_should_are_not_idle():
    recording = recording_of(np.full(4000, 1_000_000), 0)
    loop = closed_loop(4, each=1000)
    evidence = gather(recording, Resources(4.0), loop=loop, users=1.1)
    assert judge(
        recording, evidence, loop=loop, component=False, cores_apart=True, worker_deaths=0
    ).verdict == "valid"  # fmt: skip


def test_users_that_were_not_at_work():
    recording = recording_of(np.full(4000, 1_000_000), 0)  # one user's worth of work
    assert verdict(recording, loop=closed_loop(1, seconds=4)).verdict == "valid"
    (reason,) = verdict(recording, loop=closed_loop(4, seconds=4)).reasons
    assert reason.kind == "idle_users"
    assert reason.figures == pytest.approx({"busy": 1.0, "users": 4}, rel=0.01)
    assert verdict(recording, loop=closed_loop(4, seconds=4, think=0.003)).verdict == "valid"
    assert verdict(recording, loop=closed_loop(4, seconds=4), component=True).verdict == "valid"


def test_an_operation_across_the_whole_window_is_work():
    recording = replace(recording_of(np.full(1, 9 * SECOND), 0), begin=START + SECOND, end=START + 5 * SECOND)
    found = verdict(recording, loop=closed_loop(1, seconds=4))
    assert not any(reason.kind == "idle_users" for reason in found.reasons)


def test_shared_cores_and_a_noisy_machine_are_doubts():
    found = verdict(recording_of(noise()), cores_apart=False, steal=0.8)
    assert found.verdict == "doubtful"
    assert [reason.kind for reason in found.reasons] == ["shared_cores", "steal"]
    there = recording_of(noise())
    remote = judge(
        there, gather(there, Resources(), loop=OPEN), loop=OPEN, component=False, cores_apart=False,
        worker_deaths=0,
    )  # fmt: skip
    assert remote == Validity()


def test_a_trend_is_a_doubt_unless_the_load_has_one():
    growing = (noise() * np.linspace(1, 3, 4000)).astype(np.int64)
    found = verdict(recording_of(growing))
    assert found.verdict == "doubtful"
    assert found.reasons[0].kind == "trend"
    first, last = (float(found.reasons[0].figures[name]) for name in ("first", "last"))
    assert 1e-3 < first < 2e-3 < last
    assert verdict(recording_of(growing), loop=open_loop(1000, 4, arrivals="ramp")).verdict == "valid"
    assert verdict(recording_of(growing[:400])).verdict == "valid"


def test_noise_is_not_taken_for_a_trend():
    rng = np.random.default_rng(5)
    for seed in range(100):
        slow_spell = noise(1500, seed)
        start = rng.integers(0, 1400)
        slow_spell[start : start + 100] *= 5
        assert verdict(recording_of(slow_spell)).verdict == "valid"


def test_deaths_and_emptiness_invalidate():
    assert verdict(recording_of(noise()), worker_deaths=1).verdict == "invalid"
    closed = closed_loop(1, seconds=4)
    assert verdict(recording_of(noise(0)), loop=closed) == Validity("invalid", (Reason("no_samples"),))


def test_a_round_that_plans_nothing_by_chance_is_a_round():
    found = verdict(recording_of(noise(0)), loop=open_loop(0.25, 4, arrivals="poisson"))
    assert found == Validity("doubtful", (Reason("nothing_planned"),))


def test_waiting_matters_by_what_it_does_to_an_operation():
    quick, slow = np.full(4000, 100_000), np.full(4000, 10_000_000)
    starved = Usage(run_delay=0.2)  # 5 % of the time, 50 µs per operation
    assert verdict(recording_of(quick), usage=starved).verdict == "doubtful"
    assert verdict(recording_of(slow), usage=starved).verdict == "valid"


def saturated(cpu: float, delay: float = 0.0) -> Usage:
    return Usage(cpu=cpu, run_delay=delay, processes={9: (cpu, delay)})


def test_a_generator_at_its_limit_that_falls_short_is_invalid():
    late = np.linspace(0, 4 * SECOND, 4000).astype(np.int64)  # half of what was planned
    found = verdict(recording_of(np.full(4000, 100_000), late), usage=saturated(3.96))
    assert found.verdict == "invalid"
    (reason,) = [reason for reason in found.reasons if reason.kind == "undelivered"]
    assert reason.figures == pytest.approx(
        {"share": 0.5, "delivered": 500.0, "planned": 1000.0, "worker": 0, "cpu": 0.99, "delay": 0.0},
        rel=0.01,
    )


def test_a_system_that_falls_short_is_not_blamed_on_the_generator():
    slow = np.linspace(0, 4 * SECOND, 4000).astype(np.int64)
    assert (
        verdict(recording_of(slow, 0), usage=saturated(2.0), loop=open_loop(1000, 4, arrivals="ramp"))
        == Validity()
    )


def test_a_closed_loop_at_the_generators_limit_is_a_doubt():
    found = verdict(
        recording_of(np.full(4000, 1_000_000), 0), loop=closed_loop(1, seconds=4), usage=saturated(3.9)
    )
    assert found.verdict == "doubtful"
    (reason,) = found.reasons
    assert reason.kind == "generator_saturated"
    assert reason.figures == pytest.approx({"worker": 0, "cpu": 0.975, "delay": 0.0})


def test_the_systems_own_count_can_not_be_below_ours():
    recording = recording_of(noise())
    for served, expected in ((4000.0, "valid"), (4100.0, "valid"), (3999.0, "invalid")):
        evidence = gather(recording, Resources(), loop=OPEN, metrics={"served": served})
        found = judge(recording, evidence, loop=OPEN, component=False, cores_apart=True, worker_deaths=0)
        assert found.verdict == expected


def test_others_on_the_machine_are_a_doubt_where_they_cost_the_system_time():
    recording = recording_of(noise())
    for delay, expected in ((0.1, "valid"), (1.2, "doubtful")):
        system = Usage(cpu=1.0, run_delay=delay)
        resources = Resources(4.0, MachineUsage(busy=5.0, pressure={"memory": 0.0}), {"system": system})
        evidence = gather(recording, resources, loop=OPEN)
        found = judge(recording, evidence, loop=OPEN, component=False, cores_apart=True, worker_deaths=0)
        assert found.verdict == expected
        for reason in found.reasons:
            assert reason.kind == "machine_busy"
            assert reason.figures == pytest.approx({"others": 1.0, "waited": 1.2, "wall": 4.0})
