"""The generator does not blame others for its own faults, nor itself for theirs."""

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from examples.load_null import Asker, null_server
from support.load import skip_if_shared

from suite import Workload, closed_loop, open_loop, operation
from suite.config.settings import Settings
from suite.engine import pacer
from suite.engine.coordinator import run
from suite.engine.progress import Silent
from suite.process.pinning import share_out

pytestmark = pytest.mark.rounds

USERS = 16
STALLED = open_loop(1000, 5, arrivals="poisson", users=USERS)
SEED = 11
_OF_THE_GENERATOR = {"late_sends", "run_delay", "generator_saturated"}


@pytest.fixture(scope="module")
def costs():
    """What an operation costs the generator and the server when they are busy: (seconds, seconds)."""
    workload = Workload("null/full", null_server(), Asker, loop=closed_loop(32, seconds=1))
    metrics = run(workload, Settings(rounds=1)).metrics
    return metrics["generator.cpu_per_operation"].value, metrics["cpu.per_operation"].value


# --- the system stalls


class Stall(Silent):
    """Stops the server for a second, 2 s into each round; `moments` are those of the last round."""

    def __init__(self, pid_file):
        self.pid_file = pid_file
        self.moments = None

    def phase(self, workload, index, rounds, phase):
        if phase == "running":
            threading.Thread(target=self._stall, daemon=True).start()

    def _stall(self):
        pid = int(self.pid_file.read_text())
        time.sleep(2)
        os.kill(pid, signal.SIGSTOP)
        stopped = time.monotonic_ns()
        time.sleep(1)
        self.moments = stopped, time.monotonic_ns()
        os.kill(pid, signal.SIGCONT)


def expected(intended, stopped, continued, base, each):
    """Response times of planned starts at a server that answers in order, `base` ns when idle and one
    every `each` ns when they queue."""
    ended = np.empty_like(intended)
    last = 0
    for i, due in enumerate(intended):
        caught = stopped - base < due < continued
        last = ended[i] = max((continued if caught else due) + base, last + each)
    return ended - intended


def differs(measured, truth):
    """Which percentiles are more than 3 % off."""
    for name, quantile in (("response.p90", 0.90), ("response.p99", 0.99)):
        right, found = np.sort(truth)[int(np.ceil(quantile * len(truth))) - 1] * 1e-9, measured[name].value
        if abs(found - right) > 0.03 * right:
            yield f"{name} is {found:.4f} s, not {right:.4f} s"


@pytest.mark.slow
def test_a_stall_of_the_server_is_measured_from_the_plan_and_blamed_on_nobody(tmp_path, costs):
    pid_file, rows_file = tmp_path / "pid", tmp_path / "rows.npy"

    def rows_are_kept(system, kept, recording):
        import numpy

        rows = recording.loop_only()
        order = numpy.argsort(rows.intended)
        numpy.save(rows_file, numpy.stack([rows.intended, rows.started, rows.finished])[:, order])

    stall = Stall(pid_file)
    server = null_server(pid_file=str(pid_file))
    workload = Workload("null/stall", server, Asker, loop=STALLED, checks=[rows_are_kept])
    result = run(workload, Settings(rounds=1, seed=SEED), progress=stall)
    intended, started, finished = np.load(rows_file)
    stopped, continued = stall.moments
    plan = np.round(pacer.plan(STALLED, SEED) * 1e9).astype(np.int64)
    assert np.array_equal(intended - intended[0], plan - plan[0])

    base = int(np.median((finished - started)[intended < stopped - 10**9]))
    truth = expected(intended, stopped, continued, base, round(max(costs) * 1e9))
    wrong = list(differs(result.metrics, truth))
    blamed = [reason for reason in result.validity.reasons if reason.kind in _OF_THE_GENERATOR]
    if wrong or blamed:
        skip_if_shared(result)
    assert not wrong
    assert not blamed
    assert result.validity.verdict != "invalid", result.validity
    assert 0.3 < result.metrics["response.p90"].value < 0.7  # a second in five
    assert result.metrics["response.p99"].value > 0.85

    queued = (intended > stopped) & (intended < continued) & (started > continued)
    assert np.count_nonzero(queued) > 900
    assert result.metrics["service.p99"].value < 0.1 * result.metrics["response.p90"].value
    assert np.quantile((finished - started)[queued], 0.9) < 0.02e9
    assert result.evidence[0].dispatched == result.evidence[0].planned


# --- the generator is starved


@pytest.fixture
def busy_loops():
    """Three busy loops on the core that a single worker gets."""
    (core,) = share_out(1).workers
    if core is None:
        pytest.skip("there is one core for all: the worker has none of its own to be starved on")
    script = "import os, sys\nos.sched_setaffinity(0, {int(sys.argv[1])})\nwhile True: pass"
    loops = [subprocess.Popen([sys.executable, "-c", script, str(*core)]) for _ in range(3)]
    yield
    for process in loops:
        process.kill()
        process.wait()


@pytest.mark.usefixtures("rounds_once")
def test_a_starved_generator_is_found_out(busy_loops):
    workload = Workload("null/starved", null_server(), Asker, loop=open_loop(1000, 2, users=USERS))
    result = run(workload, Settings(rounds=1))
    assert result.validity.verdict in ("doubtful", "invalid")
    kinds = {reason.kind for reason in result.validity.reasons}
    assert kinds & {"run_delay", "late_sends"}, result.validity
    assert result.evidence[0].worker_delay[0] > 0.03
    assert result.exit_code in (0, 3)


# --- an operation keeps the loop


class Sleeper(Asker):
    @operation
    async def ask(self):
        time.sleep(0.05)
        await super().ask()


@pytest.mark.usefixtures("rounds_once")
def test_an_operation_that_blocks_is_named_and_its_figures_are_invalid():
    workload = Workload("null/blocked", null_server(), Sleeper, loop=closed_loop(4, seconds=1))
    result = run(workload, Settings(rounds=1))
    (reason,) = [reason for reason in result.validity.reasons if reason.kind == "loop_blocked"]
    assert result.validity.verdict == "invalid"
    assert reason.figures["operation"] == "ask"
    assert reason.figures["place"] == f"test_honesty.py:{Sleeper.ask.body.__code__.co_firstlineno + 2}"
    assert result.limiter.kind == "generator"
    assert float(result.limiter.figures["blocked"]) > 0.5


# --- more is asked of the generator than it can do


@pytest.mark.usefixtures("rounds_once")
def test_twice_the_generators_ceiling_is_invalid_with_the_delivered_share(costs):
    generator, server = costs
    assert server < generator, "the null server must cost less than its users"
    loop = open_loop(2 / generator, 2, users=32)
    result = run(Workload("null/twice", null_server(), Asker, loop=loop, grace=0.2), Settings(rounds=1))
    if result.validity.verdict == "doubtful":  # the reasons name the machine then
        skip_if_shared(result)
    assert result.validity.verdict == "invalid", result.validity
    assert result.exit_code == 3
    assert result.limiter.kind == "generator"
    (share,) = [
        float(reason.figures["share"])
        for reason in result.validity.reasons
        if reason.kind in ("undelivered", "missed_starts")
    ]
    evidence = result.evidence[0]
    assert share == pytest.approx(evidence.delivered / evidence.planned, abs=0.01)
    assert share < 0.8
