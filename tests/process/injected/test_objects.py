"""The agent's mode "objects": what changed from mark to mark, by traceback."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.scripts import Script, script

from suite.process.agent_answers import Counts, EnvironmentChange
from suite.process.injection import Injection, injected


@contextmanager
def running(folder: Path, text: str) -> Iterator[tuple[Injection, Script]]:
    with injected(folder / "agents", "objects") as agents, script(folder, text) as process:
        assert process.says() == "ready"
        yield agents, process


def mark(agents: Injection, *pids: int) -> None:
    for found in agents.mark(pids, 60).values():
        assert isinstance(found, Counts), found


def at_line(changes: tuple[EnvironmentChange, ...], line: int) -> list[tuple[int, int, int]]:
    """What changed at a line of the script, innermost."""
    return [
        change[:3]
        for change in changes
        if change.stack[0][1] == line and change.stack[0][0].endswith("script.py")
    ]


HOLDS = """import sys
kept, churned = [], [None] * 100
print("ready", flush=True)
for line in sys.stdin:
    for index in range(100):
        kept = {"before": kept}
    for index in range(100):
        churned[index] = {"a": 1}
    print("done", flush=True)
"""


def test_changes_are_those_of_the_objects_made_and_freed(tmp_path: Path) -> None:
    """A dict and its table are of the line that made the dict, though the other line frees as many."""
    with running(tmp_path, HOLDS) as (agents, process):
        begun = time.time()
        mark(agents, process.pid)
        assert agents.objects() == {}, "there is none before the first"
        for _ in range(3):
            process.go_on()
            assert process.says() == "done"
            mark(agents, process.pid)
        (found,) = agents.objects().values()
        assert [at_line(each.changes, 6) for each in found] == [[(18_400, 200, 100 * 64 + 100 * 128)]] * 3
        assert at_line(found[0].changes, 8) == [(18_400, 200, 19_200)]
        assert at_line(found[1].changes, 8) == at_line(found[2].changes, 8) == []
        assert begun < found[0].at < found[1].at < found[2].at < time.time()
        assert process.finished() == (0, "", "")
        assert list(agents.objects()) == [process.pid], "it ended"


def test_an_idle_process_does_not_change(tmp_path: Path) -> None:
    """The agent's own memory does not count, and marks leave nothing behind."""
    with running(tmp_path, HOLDS) as (agents, process):
        for _ in range(4):
            mark(agents, process.pid)
        (found,) = agents.objects().values()
        agent = [stack for each in found for *_, stack in each.changes if "loadledger" in stack[0][0]]
        assert agent == []
        assert abs(sum(change.asked for change in found[-1].changes)) < 1000


FORKS = """import os, sys
kept = []
def hoard(count):
    kept.extend([index + 0.5] for index in range(count))
ours, theirs = os.pipe()
back, done = os.pipe()
print("ready", flush=True)
sys.stdin.readline()
pid = os.fork()
if pid == 0:
    while os.read(ours, 1):
        hoard(300)
        os.write(done, b"d")
    os._exit(0)
print(pid, flush=True)
for line in sys.stdin:
    hoard(100)
    os.write(theirs, b"g")
    os.read(back, 1)
    print("done", flush=True)
"""


def test_each_process_has_changes_of_its_own(tmp_path: Path) -> None:
    with running(tmp_path, FORKS) as (agents, process):
        process.go_on()
        child = int(process.says())
        pids = (process.pid, child)
        mark(agents, *pids)
        for _ in range(2):
            process.go_on()
            assert process.says() == "done"
            mark(agents, *pids)
        found = agents.objects()
        assert sorted(found) == sorted(pids)
        blocks = [sum(at[1] for at in at_line(found[pid][-1].changes, 4)) for pid in pids]
        assert [round(count / 300) for count in blocks] == [1, 3], "three blocks each"
        os.kill(child, 9)


STOPS = HOLDS.replace("kept, churned", "import tracemalloc\ntracemalloc.stop()\nkept, churned")


def test_a_process_that_stops_tracemalloc_has_nothing_to_tell(tmp_path: Path) -> None:
    with running(tmp_path, STOPS) as (agents, process):
        mark(agents, process.pid)
        mark(agents, process.pid)
        assert agents.objects() == {}


@pytest.mark.parametrize("rest", ["", '{"at":2.0,"chan', "\n"])
def test_a_line_that_breaks_off_is_left_out(tmp_path: Path, rest: str) -> None:
    whole = '{"at":1.5,"changes":[[10,1,16,[["/a \\u00e9.py",3],["/b.py",4]]]]}\n'
    (tmp_path / "7.objects").write_text(whole + rest)
    (found,) = Injection(tmp_path).objects()[7]
    assert found.at == 1.5
    assert found.changes == (EnvironmentChange(10, 1, 16, (("/a é.py", 3), ("/b.py", 4))),)
