"""The garbage collections of other processes: those that Python counts, and their longest pauses."""

import gc
import json
import os
import runpy
from pathlib import Path

import pytest
from support.injecting import FOLDER, counts, running

from suite.process.injection import Injection

LITTER = """
    import gc, json, sys
    gc.disable()
    gc.set_threshold(100)
    print("ready", flush=True)
    for line in sys.stdin:
        gc.enable()
        for _ in range(200_000):
            ring = []
            ring.append(ring)
        gc.disable()
        gc.collect(0), gc.collect(1), gc.collect(2)
        print(json.dumps(gc.get_stats()), flush=True)
"""


def test_collections_are_those_that_python_counts(tmp_path: Path) -> None:
    with running(tmp_path, LITTER, "gc") as (agents, process):
        pid = process.pid
        stats, tables = [], []
        for _ in range(2):
            process.go_on()
            stats.append(json.loads(process.says()))
            tables.append(agents.collections([pid])[pid])
        last = tables[-1]
        for old, new, before, after in zip(*stats, *tables, strict=True):
            assert after.collections - before.collections == new["collections"] - old["collections"]
            assert after.collected - before.collected == new["collected"] - old["collected"]
            assert after.uncollectable == new["uncollectable"] == 0
            assert after.pause >= after.longest > 0
        assert sum(row.collections for row in last) > 2000
        longest = max(row.longest for row in last)
        assert longest < 0.001 or longest == pytest.approx(
            max(pause for _, pause in agents.pauses([pid])) / 1e9
        )
        agents.forget_longest([pid])
        assert agents.pauses([pid]) == []
        forgotten = agents.collections([pid])[pid]
        assert forgotten == tuple(row._replace(longest=0.0) for row in last)
        process.go_on()
        process.says()
        assert all(row.longest > 0 for row in agents.collections([pid])[pid])
        assert process.finished() == (0, "", "")
        assert agents.collections([pid])[pid][2].collections > last[2].collections, "it ended"


def test_marks_are_no_collections(tmp_path: Path) -> None:
    with running(tmp_path, LITTER) as (agents, process):
        before = agents.collections([process.pid])
        for _ in range(3):
            counts(agents, process.pid)
        assert agents.collections([process.pid]) == before


def test_the_longest_pauses_are_kept_with_their_moments(tmp_path: Path) -> None:
    moments = iter(moment for at in range(200) for moment in (at * 10**9, at * 10**9 + at * 10**5))
    kept = runpy.run_path(str(FOLDER / "loadledger_agent" / "collections.py"))["Collections"](str(tmp_path))
    gc.callbacks.remove(kept._hook)
    info = {"generation": 0, "collected": 0, "uncollectable": 0}
    for _ in range(200):
        kept._hook("start", info, clock=lambda: next(moments))
        kept._hook("stop", info, clock=lambda: next(moments))
    agents = Injection(tmp_path)
    assert agents.pauses([os.getpid()]) == [(at * 10**9, at * 10**5) for at in range(168, 200)]
    assert agents.collections([os.getpid()])[os.getpid()][0].collections == 200
    agents.forget_longest([os.getpid()])
    assert agents.pauses([os.getpid()]) == []
    assert agents.pauses([1]) == []  # has no agent


@pytest.mark.parametrize("kind", ["pipe", "endless"])
def test_what_a_system_puts_in_the_place_of_what_its_agent_writes_keeps_nobody(
    tmp_path: Path, kind: str
) -> None:
    """A round waited for the pipe without end, and read the other until no memory was left."""
    for name in ("7.gc", "7.failed", "7.bill"):
        if kind == "pipe":
            os.mkfifo(tmp_path / name)
        else:
            (tmp_path / name).symlink_to("/dev/zero")
    agents = Injection(tmp_path)
    agents.forget_longest([7])
    assert not agents.collections([7]).get(7)
    assert agents.pauses([7]) == []
    assert agents.bills() == {}
    assert agents._failure(7) in (None, "memray does not work there: ")
