"""What is counted inside Python processes, by function, line and statement."""

import time
from pathlib import Path

import pytest
from support.scripts import script

from suite.costs.allocations import AllocationCounter
from suite.costs.calls import CallCounter, Place
from suite.costs.counter import Span
from suite.costs.details import allocation_sites, functions, sent_statements
from suite.leaks.site import Sites
from suite.process.identity import round_identity
from suite.process.injection import injected

CALLS = """
    import sqlite3, sys, threading
    from sqlalchemy import create_engine, text

    raw = sqlite3.connect(":memory:")
    engine = create_engine("sqlite://")

    def price(number):
        return sum(each for each in range(number))

    def look_up(connection, number):
        return connection.execute(text("select :a"), {"a": number}).scalar()

    def operation():
        price(4)
        raw.execute("select 1 + 17")
        with engine.connect() as connection:
            for number in range(6):
                look_up(connection, number)

    def aside():
        price(1)

    print("ready", flush=True)
    for line in sys.stdin:
        operation()
        thread = threading.Thread(target=aside)
        thread.start()
        thread.join()
        print("done", flush=True)
"""
ALLOCATIONS = """
    import sys

    kept = []

    def hoard():
        kept.extend([bytearray(1000) for _ in range(50)])
        kept.clear()

    print("ready", flush=True)
    for line in sys.stdin:
        hoard()
        print("done", flush=True)
"""


def windows(process, agents, counter, count=2):
    """Counted windows of one operation each; their counts."""
    found = []
    for _ in range(count):
        counter.begin(agents, [process.pid], [])
        begun = time.monotonic_ns()
        process.go_on()
        assert process.says() == "done"
        counter.look([process.pid])
        found.append(counter.end([Span("buy", begun, time.monotonic_ns())]))
    return found


@pytest.fixture(scope="module")
def called(tmp_path_factory):
    """Calls and statements of two windows."""
    folder = tmp_path_factory.mktemp("calls")
    counter = CallCounter(Sites([folder]))
    with (
        round_identity(folder),
        injected(folder / "agents", "calls") as agents,
        script(folder, CALLS) as process,
    ):
        assert process.says() == "ready"
        counts = windows(process, agents, counter)
    return counter, counts, process.pid


def test_calls_are_counted_by_function_generators_and_threads_included(called):
    counter, _, _ = called
    own = [one for one in functions(counter.windows, 1) if one.file == "script.py"]
    found = {one.function.rpartition(".")[2]: one.calls for one in own}
    assert found["operation"] == 1
    assert found["look_up"] == 6
    assert found["price"] == 2, "one of them in another thread"
    assert found["<genexpr>"] == 5 + 2
    assert not any("loadledger" in place.file for place in counter.windows[-1].calls)


def test_statements_have_their_text_their_sender_and_how_often_one_operation_sends_them(called):
    counter, counts, pid = called
    found = sent_statements(counter.windows)
    assert [(one.text, one.function, one.file, one.sent, one.repeated, one.looped) for one in found] == [
        ("select ?", "look_up", "script.py", 6.0, 6, True),
        ("select ? + ?", "operation", "script.py", 1.0, 1, False),
    ]
    assert found[0].operations == ("buy",)
    lines = CALLS.strip().splitlines()
    assert "connection.execute" in lines[found[0].line - 2]
    assert counts[-1]["cost.statements"] == {pid: 7.0}
    assert counts[-1]["cost.calls"][pid] > 30


def test_windows_that_are_alike_differ_in_nothing(called):
    counter, _, _ = called
    first, second = (window.calls[Place("price", "script.py", 7)] for window in counter.windows)
    assert first == second


@pytest.fixture(scope="module")
def allocated(tmp_path_factory):
    pytest.importorskip("memray")
    folder = tmp_path_factory.mktemp("allocations")
    counter = AllocationCounter(Sites([folder]))
    with (
        round_identity(folder),
        injected(folder / "agents", "allocations") as agents,
        script(folder, ALLOCATIONS) as process,
    ):
        assert process.says() == "ready"
        counts = windows(process, agents, counter)
    return counter, counts, process.pid


def test_allocations_are_counted_by_line_also_those_that_are_freed_at_once(allocated):
    counter, counts, pid = allocated
    [worst] = [one for one in allocation_sites(counter.windows, 1) if one.allocated > 40_000]
    assert worst.function in ("hoard", "<listcomp>")
    assert worst.file == "script.py"
    assert 100 <= worst.allocations <= 130  # each is an object and its bytes
    assert 50_000 <= worst.allocated <= 60_000
    assert counts[0]["cost.allocations"][pid] == pytest.approx(counts[1]["cost.allocations"][pid], abs=20)
    assert counts[0]["cost.allocated"][pid] >= 50_000


def test_a_process_that_does_not_answer_says_why(tmp_path):
    with round_identity(tmp_path), injected(tmp_path / "agents", "calls") as agents:
        counter = CallCounter(Sites())
        counter.begin(agents, [2**22 + 1], [])
        assert counter.end([]) == {"cost.calls": {}, "cost.statements": {}}
    assert counter.missing().kind == "no_answer"
    assert counter.missing().figures["error"] == "it has ended"
    assert [note.kind for note in counter.notes()] == ["no_answer"]
    assert CallCounter(Sites()).missing().kind == "not_counted"
    assert not Path(tmp_path / "agents" / "x.bill").exists()
