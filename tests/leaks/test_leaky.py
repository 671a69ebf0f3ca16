"""The leaky server does to memory what it says: counted in processes of its own, and from outside."""

import gc
import itertools
import json
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from examples import leaky
from examples.leaky import FRAME, FRAMES, behaving
from support.processes import wait_for
from support.variants import exhaustive

from suite import Command, Server, System
from suite.measure import proc

EXAMPLES = Path(__file__).parent.parent / "examples"
COUNTED = [
    "clean:1000:500:4",
    "cycles:1000:500:4",
    "cache-early:1000:100:5",
    "cache-late:1000:500:6",
    "ring:0:100:6",
    "ring-in-place:0:100:6",
    "fragmentation:0:300:5",
    "busy:1000:500:8:0.1",
    "expiring-timer:1000:500:3",
    "expiring-timer:1000:500:3:0.8:0.1",
    "sporadic:10000:2000:3",
    *(f"{how}:{size}:1000:3" for how in ("python", "numpy", "malloc", "mmap") for size in (100, 1000, 10000)),
]
STRAY = 40
"""Blocks per look that are the counting's own."""


@pytest.fixture(scope="module")
def counted():
    """Of each case, the changes from look to look of blocks, malloc and resident bytes."""
    if not hasattr(psutil, "heap_info"):
        pytest.skip("psutil has no heap_info")
    script = [sys.executable, str(EXAMPLES / "leaky_count.py"), *COUNTED]
    done = subprocess.run(script, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    cases = {}
    for line in done.stdout.splitlines():
        case = json.loads(line)
        levels = case["levels"]
        cases[case["case"]] = {
            name: [after[name] - before[name] for before, after in itertools.pairwise(levels)]
            for name in levels[0]
        }
    assert sorted(cases) == sorted(COUNTED)
    return cases


@pytest.fixture(autouse=True)
def forgotten():
    yield
    for kept in (leaky._remembered, leaky._cache, leaky._seen):
        kept.clear()


@pytest.mark.parametrize("case", [exhaustive("clean:1000:500:4"), "cycles:1000:500:4"])
def test_clean_ones_keep_nothing(counted, case):
    assert max(counted[case]["blocks"]) < STRAY
    assert sum(counted[case]["malloc"]) < 50_000  # of 2 MB that went through


@pytest.mark.exhaustive
def test_cycles_are_for_the_collector():
    request = behaving("cycles", 1_000)
    gc.collect()
    gc.disable()
    try:
        for _ in range(100):
            request([])
        assert gc.collect() >= 100
    finally:
        gc.enable()


@pytest.mark.parametrize(("case", "filling"), [("cache-early:1000:100:5", 1), ("cache-late:1000:500:6", 3)])
def test_caches_fill_and_then_are_full(counted, case, filling):
    requests = int(case.split(":")[2])
    blocks, malloc = counted[case]["blocks"], counted[case]["malloc"]
    assert min(blocks[:filling]) > 2 * requests  # less than that are the bytes alone
    assert min(malloc[:filling]) > 1_000 * requests
    assert max(blocks[filling:]) < STRAY
    assert sum(malloc[filling:]) < 0.4 * sum(malloc[:filling])


def test_a_ring_grows_for_a_lap(counted):
    kept = counted["ring:0:100:6"]
    assert sum(kept["malloc"][:2]) == pytest.approx(FRAME * FRAMES, rel=0.05)
    assert abs(sum(kept["malloc"][2:])) < 5 * FRAME
    assert sum(kept["resident"][:2]) == pytest.approx(FRAME * FRAMES, rel=0.05)


def test_a_ring_in_place_grows_for_the_kernel_alone(counted):
    kept = counted["ring-in-place:0:100:6"]
    assert sum(map(abs, kept["malloc"])) < FRAME
    assert max(kept["blocks"]) < STRAY
    assert sum(kept["resident"][:2]) == pytest.approx(FRAME * FRAMES, rel=0.05)
    assert abs(sum(kept["resident"][2:])) < 5 * FRAME


def test_fragmentation_leaves_holes(counted):
    kept = counted["fragmentation:0:300:5"]
    assert max(kept["blocks"]) < STRAY
    assert abs(sum(kept["malloc"])) < 800_000  # of 4 MB that are replaced each time
    assert sum(kept["resident"]) > sum(kept["malloc"])


def test_the_busy_one_allocates_by_itself_and_within_bounds(counted):
    kept = counted["busy:1000:500:8:0.1"]
    assert any(abs(change) > STRAY for change in kept["blocks"])
    # On a slow machine it still fills itself in the first window.
    assert abs(sum(kept["blocks"][1:])) < 500  # of some 1,000
    assert abs(sum(kept["malloc"][1:])) < 600_000


@pytest.mark.parametrize("size", [100, 1000, 10000])
@pytest.mark.parametrize("how", ["python", "numpy", "malloc", "mmap"])
def test_leaks_leak_their_size_and_touch_it(counted, how, size):
    kept = counted[f"{how}:{size}:1000:3"]
    whole = -(-size // 4096) * 4096 if how == "mmap" else size
    rise = sum(kept["resident"][1:]) / 2_000
    assert 0.95 * whole < rise < 1.05 * whole + 200
    blocks = 0 if how == "malloc" else 1_000
    assert all(blocks <= change < blocks + STRAY for change in kept["blocks"])
    if how == "malloc" or (how != "mmap" and size > 512):  # less than that is in pools
        assert all(size <= change / 1_000 < 1.01 * size + 150 for change in kept["malloc"])


def test_the_sporadic_one_leaks_on_one_request_in_a_hundred(counted):
    kept = counted["sporadic:10000:2000:3"]["malloc"]
    assert all(5 * 10_000 < change < 40 * 10_000 for change in kept)
    assert 35 * 10_000 < sum(kept) < 90 * 10_000


@pytest.mark.parametrize("how", ["python", "numpy", "mmap"])
def test_what_is_kept_is_distinct(how):
    request = behaving(how, 64)
    for _ in range(100):
        request([])
    assert len({bytes(memoryview(kept)[:64]) for kept in leaky._remembered}) == 100


def test_what_is_held_goes_with_its_connection():
    made = [leaky._Connection(behaving("held", 1_000)) for _ in range(2)]
    for connection in made:
        connection.connection_made(Unread())
        connection.data_received(b"?" * 100)
    made[0].connection_lost(None)
    assert [len(connection.held) for connection in made] == [0, 100]


class Unread:
    def write(self, data):
        assert data == b"."


def test_state_expires_with_the_next_request():
    request = behaving("expiring", 100, ttl=0.05)
    for _ in range(10):
        request([])
    wait_for(lambda: leaky.time.monotonic() - leaky._seen[-1][0] > 0.06)
    assert len(leaky._seen) == 10
    request([])
    assert len(leaky._seen) == 1


@pytest.mark.exhaustive
def test_state_expires_by_a_timer(counted):
    lasting, passing = counted["expiring-timer:1000:500:3"], counted["expiring-timer:1000:500:3:0.8:0.1"]
    assert min(lasting["blocks"]) > 3 * 500
    assert max(passing["blocks"]) < STRAY


def ask(port, requests):
    """Ask over four connections in turn, which are closed at the end."""
    lines = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(4)]
    for number in range(requests):
        lines[number % 4].sendall(b"?")
        assert lines[number % 4].recv(1) == b"."
    for line in lines:
        line.close()


def alive(pid):
    """Whether it still runs: an orphan that ended may be ours to bury, which is not its doing."""
    found = proc.stat(pid)
    return found is not None and not found.zombie


def anonymous(pid):
    return proc.resident(pid).anonymous


@pytest.mark.exhaustive
@pytest.mark.parametrize("children", ["", "fork", "spawn"])
@pytest.mark.parametrize("kind", ["server", "command"])
def test_the_process_that_answers_is_the_one_that_leaks(kind, children):
    system: System
    if kind == "server":
        system = Server(leaky.leaky, behaviour="python", size=10_000, children=children)
    else:
        words = f"{{python}} leaky.py --port={{port}} --behaviour=python --size=10000 --children={children}"
        system = Command(words, cwd=EXAMPLES)
    with system:
        root = psutil.Process(system.pid)
        ask(system.port, 50)
        expected = {"": 0, "fork": 2, "spawn": 3}[children]  # spawn has a tracker beside
        wait_for(lambda: len(root.children(recursive=True)) == expected)
        pids = [root.pid, *(each.pid for each in root.children(recursive=True))]
        before = {pid: anonymous(pid) for pid in pids}
        ask(system.port, 600)
        grown = {pid: anonymous(pid) - level for pid, level in before.items()}
    assert sum(grown.values()) > 0.9 * 600 * 10_000
    if children:
        assert grown[root.pid] < 500_000
    wait_for(lambda: not any(alive(pid) for pid in before))
