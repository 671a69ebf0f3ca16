"""What a round replays of a log: which lines, when, and for which worker."""

import os
from pathlib import Path

import numpy as np
import pytest
from support.access_logs import exact

from suite import Command, User, Workload, open_loop, operation
from suite.contract.replay import Replay
from suite.engine.plan import RoundPlan
from suite.engine.replaying import replayed_rows, resolved
from suite.engine.script import Script
from suite.errors import ConfigurationError

RANDOM = np.random.default_rng(11)
STARTS = np.cumsum(RANDOM.exponential(1 / 50, 3_000))
CLIENTS = RANDOM.integers(0, 40, len(STARTS))


class Shopper(User):
    @operation
    async def browse(self):
        pass

    @operation
    async def buy(self):
        pass


class Reader(User):
    @operation
    async def visit(self):
        pass


@pytest.fixture(scope="module")
def log(tmp_path_factory):
    path = tmp_path_factory.mktemp("log") / "access.log"
    path.write_text(
        "".join(
            exact(at, f"10.0.0.{client}", "POST" if i % 5 == 0 else "GET", f"/{i}")
            for i, (at, client) in enumerate(zip(STARTS.tolist(), CLIENTS.tolist(), strict=True))
        )
    )
    return str(path)


BOTH = (("POST *", "buy"), ("GET *", "browse"))


def loop(log, seconds=0.0, warmup=0.0, users=None, **how):
    return open_loop(
        seconds=seconds, warmup=warmup, users=users, arrivals=Replay(log, **{"operations": BOTH, **how})
    )


def workload(log, users=Shopper, **how):
    return Workload("shop/tuesday", Command("true"), users, loop=resolved(loop(log, **how)))


def test_gaps_are_those_of_the_log(log):
    """Within a hundredth at every decile, at any speed; in truth to the microsecond of the stamps."""
    quantiles = np.arange(0.1, 1.0, 0.1)
    wanted = np.quantile(np.diff(STARTS), quantiles)
    for speed in (0.5, 1.0, 8.0):
        rows = replayed_rows(resolved(loop(log, speed=speed)))
        assert np.quantile(np.diff(rows.starts), quantiles) * speed == pytest.approx(wanted, rel=0.01)


def test_the_whole_log_is_replayed_unless_a_time_says_less(log):
    whole = resolved(loop(log))
    assert whole.seconds == pytest.approx(STARTS[-1] - STARTS[0], rel=0.001)
    assert whole.rate == pytest.approx(3_000 / whole.seconds)
    part = resolved(loop(log, seconds=10, warmup=2, begin=5.0, speed=2.0))
    within = (STARTS - STARTS[0] >= 9) & (STARTS - STARTS[0] < 29)
    assert part.rate == pytest.approx(within.sum() / 10, rel=0.01)
    found = part.arrivals.summary
    assert found.planned + found.beyond + np.sum(STARTS - STARTS[0] < 5) == pytest.approx(3_000, abs=1)
    rows = replayed_rows(part)
    assert len(rows.starts) == found.planned
    assert 0 <= rows.starts[0] < rows.starts[-1] < 12


def test_the_peak_is_the_busiest_stretch(log):
    peak = resolved(loop(log, seconds=2, warmup=1, begin="peak", speed=2.0))
    counts = [np.sum((begin <= STARTS) & (begin + 4 > STARTS)) for begin in STARTS]
    assert round(peak.rate * 2) == pytest.approx(max(counts), abs=1)
    rows = replayed_rows(peak)
    assert len(rows.starts) == peak.arrivals.summary.planned
    assert np.sum(rows.starts >= 1) == round(peak.rate * 2)


def rotated(path):
    """Another log is there, as after midnight."""
    path.rename(path.with_suffix(".1"))
    path.write_text(exact(9.0) + exact(12.0))


def grown(path):
    with path.open("a") as file:
        file.write("".join(exact(5.0 + at) for at in range(300)))


@pytest.mark.parametrize("become", [rotated, grown, Path.unlink])
def test_a_log_that_changes_while_it_is_replayed_is_the_one_that_was_read(tmp_path, become):
    """A live log made each round longer than the last, and what its Run said of it was another one's."""
    path = tmp_path / "access.log"
    path.write_text("".join(exact(at) for at in (0.25, 1.25, 2.25)))
    given = loop(str(path), operations=())
    wanted = resolved(given)
    become(path)
    found = resolved(given, anew=False)
    assert (found.seconds, found.arrivals.summary) == (wanted.seconds, wanted.arrivals.summary)
    assert replayed_rows(found).starts == pytest.approx([0.0, 1.0, 2.0], abs=1e-5)
    if become is not Path.unlink:
        assert resolved(given).arrivals.summary != wanted.arrivals.summary, "the next one reads it again"


def test_each_session_is_one_workers_in_its_order(log):
    plan = RoundPlan(workload(log), 3, 1)
    try:
        plan.begin_at(10**9)
        seen = {}
        for worker in plan.workers:
            (group,) = worker.groups
            assert worker.loop == plan._workload.loop
            (file,) = plan.files_of(worker.index)
            (columns,) = file
            script = Script.open(os.getpid(), group.script)
            asked = [script.logged(row) for row in range(group.due)]
            codes = columns.operation[: group.due].tolist()
            assert [plan.names[code] for code in codes] == [
                "buy" if one.method == "POST" else "browse" for one in asked
            ]
            numbers = [int(one.target[1:]) for one in asked]
            assert numbers == sorted(numbers)
            for row, number in enumerate(numbers):
                client = CLIENTS[number]
                assert seen.setdefault(script.session[row], client) == client
                assert columns.intended[row] == pytest.approx(
                    1e9 * (1 + STARTS[number] - STARTS[0]), abs=2_000
                )
            ends = [script.session[row] for row in range(group.due) if script.last[row]]
            assert sorted(ends) == sorted(set(script.session))
            script.close()
        assert len(seen) == 40
        assert sum(group.due for group in plan.groups) == 3_000
    finally:
        plan.close()


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"seconds": 1e6}, "long at speed 1, too short for 1e"),
        ({"seconds": 1e6, "begin": "peak"}, "long at speed 1, too short for 1e"),
        ({"begin": 1e6}, "nothing is left after begin and warm-up"),
        ({"begin": "peak"}, 'begin="peak" needs seconds='),
        (
            {"seconds": 1e-5, "begin": 1e-4},
            "has no request in the 1e-05 s that are replayed; give more seconds, or begin=",
        ),
    ],
)
def test_more_than_the_log_has(log, how, said):
    with pytest.raises(ConfigurationError, match=said):
        resolved(loop(log, **how))


def test_more_requests_than_can_be_planned(log, monkeypatch):
    monkeypatch.setattr("suite.engine.replaying._MOST_PLANNED", 100)
    with pytest.raises(
        ConfigurationError, match="has 3,000 requests there, more than 100; give fewer seconds"
    ):
        resolved(loop(log))


@pytest.mark.parametrize(
    ("users", "operations", "said"),
    [
        ({Shopper: 1, Reader: 1}, BOTH, "a replay has one class of users"),
        (Shopper, (), "which of browse, buy is a line of access.log"),
        (Reader, BOTH, r"replay\(operations=\.\.\.\) names browse, buy, Reader has visit"),
    ],
)
def test_lines_that_are_no_operation(log, users, operations, said):
    with pytest.raises(ConfigurationError, match=said):
        RoundPlan(workload(log, users, operations=operations), 1, 1)
