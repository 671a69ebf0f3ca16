"""What a user says of a log that is replayed."""

from pathlib import Path
from typing import Any

import pytest

from suite import Command, User, Workload, open_loop, operation, replay
from suite.config.configured import configured, startable
from suite.config.settings import Settings
from suite.contract.loop import facts, not_replayed
from suite.errors import ConfigurationError

WRONG: dict[str, Any] = {
    "speed": 0, "client": "cookie", "stamp": "middle", "took": "h", "idle": 0, "begin": -1,
    "operations": {"orders": "buy"},
}  # fmt: skip


class Visitor(User):
    @operation
    async def visit(self):
        pass


def workload(**how):
    loop = open_loop(arrivals=replay("access.log", **how))
    return Workload("shop/tuesday", Command("true"), Visitor, loop=loop)


def test_the_log_lies_beside_the_load_file():
    assert Path(replay("access.log").path) == Path(__file__).parent / "access.log"


def test_nothing_is_read_before_a_round():
    """`suite list` and workers know such a workload without its log."""
    found = startable(workload(speed=2.0), Settings(seconds=5.0))
    said = facts(found.loop)
    assert (said["arrivals"], said["log"], said["speed"], said["seconds"]) == (
        "replay",
        "access.log",
        2.0,
        5.0,
    )
    assert configured(workload(), Settings(quick=True)).loop.seconds == 1.0


def test_a_replay_has_no_rate_of_its_own():
    with pytest.raises(ConfigurationError, match="a replayed log says the rate"):
        open_loop(100, arrivals=replay("access.log"))
    with pytest.raises(ConfigurationError, match=r"replays access\.log: it has no --rate"):
        configured(workload(), Settings(rate=10.0))


def test_what_can_not_replay_says_so():
    with pytest.raises(ConfigurationError, match=r"suite soak can't replay access\.log"):
        not_replayed(workload().loop, "suite soak")


def test_all_faults_are_told_at_once():
    with pytest.raises(ConfigurationError) as caught:
        replay("a.log", **WRONG)
    assert [line.split()[1] for line in str(caught.value).splitlines()] == [
        "speed", "client", "stamp", "took", "idle", "begin", "operations",
    ]  # fmt: skip
