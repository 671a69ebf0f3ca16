"""What is counted inside Python processes, by function, line and statement."""

import time
from pathlib import Path

import pytest
from support.scripts import script

from suite.costs.allocations import AllocationCounter
from suite.costs.calls import CallCounter, Place
from suite.costs.counter import Span
from suite.costs.details import allocation_sites, c_functions, functions, sent_statements
from suite.leaks.site import Sites
from suite.process.identity import round_identity
from suite.process.injection import Injection, injected

CALLS = """
    import asyncio, os, sqlite3, sys, tempfile, threading, types
    from sqlalchemy import create_engine, text

    journal = tempfile.TemporaryFile(buffering=0)
    raw = sqlite3.connect(":memory:")
    engine = create_engine("sqlite://")

    class Cursor:  # of PyMySQL
        def execute(self, query, args=None):
            return 1

    class Connection:  # of asyncpg
        async def execute(self, query, *args):
            return await self._execute(query, args, 0) if args else None

        async def _execute(self, query, args, limit):
            await asyncio.sleep(0)

        async def _executemany(self, query, args):
            await asyncio.sleep(0)

    class PreparedStatement:
        def get_query(self):
            return "prepared 1"

        async def fetch(self):
            return await self.__do_execute(None)

        async def __do_execute(self, executor):
            pass

    for name, kind in (("pymysql.cursors", Cursor), ("asyncpg.connection", Connection),
                       ("asyncpg.prepared_stmt", PreparedStatement)):
        package = sys.modules.setdefault(name.partition(".")[0], types.ModuleType(name.partition(".")[0]))
        sys.modules[name] = types.ModuleType(name)
        setattr(sys.modules[name], kind.__name__, kind)
        setattr(package, name.partition(".")[2], sys.modules[name])

    def ask_drivers():
        Cursor().execute("mysql 1")

        async def ask():
            await Connection().execute("plain 1")
            await Connection().execute("with 1", 2)
            await Connection()._executemany("many 1", [1, 2])
            await PreparedStatement().fetch()

        asyncio.run(ask())

    def price(number):
        return sum(each for each in range(number))

    def look_up(connection, number):
        return connection.execute(text("select :a"), {"a": number}).scalar()

    def operation():
        price(4)
        noted()
        raw.execute("select 1 + 17")
        with engine.connect() as connection:
            for number in range(6):
                look_up(connection, number)

    def aside():
        price(1)

    def noted():
        os.fsync(journal.fileno())
        os.fsync(journal.fileno()), "".join([])

    print("ready", flush=True)
    for line in sys.stdin:
        ask_drivers() if line.strip() == "drivers" else operation()
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


def windows(process, agents, counter, count=2, word=""):
    """Counted windows of one operation each; their counts."""
    found = []
    for _ in range(count):
        counter.begin(agents, [process.pid], [])
        begun = time.monotonic_ns()
        process.go_on(word)
        assert process.says() == "done"
        counter.look([process.pid])
        ended = time.monotonic_ns()
        found.append(counter.end([Span("buy", begun, ended)], (ended - begun) / 1e9))
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
        drivers = CallCounter(counter.sites)
        windows(process, agents, drivers, 1, "drivers")
    return counter, counts, process.pid, drivers


def test_calls_are_counted_by_function_generators_and_threads_included(called):
    counter, *_ = called
    own = [one for one in functions(counter, 1) if one.file == "script.py"]
    found = {one.function.rpartition(".")[2]: one.calls for one in own}
    assert found["operation"] == 1
    assert found["look_up"] == 6
    assert found["price"] == 2, "one of them in another thread"
    assert found["<genexpr>"] == 5 + 2
    assert not any("loadledger" in place.file for place in counter.windows[-1].calls)


def test_statements_have_their_text_their_sender_and_how_often_one_operation_sends_them(called):
    counter, counts, pid, _ = called
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


def test_c_functions_are_counted_by_name_and_by_the_line_that_calls_them(called):
    counter, *_ = called
    own = [one for one in c_functions(counter, 1) if (one.function, one.file) == ("noted", "script.py")]
    first = CALLS.splitlines().index("    def noted():") + 3
    assert {(one.called, one.line, one.calls) for one in own} == {
        ("os.fsync", first - 1, 1.0),
        ("io.FileIO.fileno", first - 1, 1.0),
        ("os.fsync", first, 1.0),
        ("io.FileIO.fileno", first, 1.0),
        ("str.join", first, 1.0),
    }


def test_windows_that_are_alike_differ_in_nothing(called):
    counter, *_ = called
    line = CALLS.splitlines().index("    def price(number):") + 1
    first, second = (window.calls[Place("price", "script.py", line)] for window in counter.windows)
    assert first == second == 2


def test_drivers_without_sqlalchemy_are_listened_to_each_statement_once(called):
    *_, drivers = called
    found = sent_statements(drivers.windows)
    assert {(one.text, one.function, one.sent) for one in found} == {
        ("mysql ?", "ask_drivers", 1.0),
        ("plain ?", "ask_drivers.<locals>.ask", 1.0),
        ("with ?", "Connection.execute", 1.0),
        ("many ?", "ask_drivers.<locals>.ask", 1.0),
        ("prepared ?", "PreparedStatement.fetch", 1.0),
    }


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
    [worst] = [one for one in allocation_sites(counter, 1) if one.allocated > 40_000]
    assert worst.function in ("hoard", "hoard.<locals>.<listcomp>")
    assert worst.file == "script.py"
    assert 100 <= worst.allocations <= 130  # each is an object and its bytes
    assert 50_000 <= worst.allocated <= 60_000
    assert counts[0]["cost.allocations"][pid] == pytest.approx(counts[1]["cost.allocations"][pid], abs=20)
    assert counts[0]["cost.allocated"][pid] >= 50_000


def test_a_process_that_does_not_answer_says_why(tmp_path):
    with round_identity(tmp_path), injected(tmp_path / "agents", "calls") as agents:
        counter = CallCounter(Sites())
        counter.begin(agents, [2**22 + 1], [])
        assert counter.end([], 1.0) == {"cost.calls": {}, "cost.statements": {}}
    assert counter.missing().kind == "no_answer"
    assert counter.missing().figures["error"] == "it has ended"
    assert [note.kind for note in counter.notes()] == ["no_answer"]
    assert CallCounter(Sites()).missing().kind == "not_counted"
    assert not Path(tmp_path / "agents" / "x.bill").exists()


def test_allocations_that_can_not_be_read_say_why(tmp_path):
    (tmp_path / "memray.12").write_bytes(b"junk" * 1000)
    counter = AllocationCounter(Sites())
    counter.agents = Injection(tmp_path)
    assert counter.end([], 1.0) == {"cost.allocations": {}, "cost.allocated": {}}
    assert counter.missing().kind == "no_answer"
    assert counter.missing().figures["process"] == 12
    assert "what it allocated can't be read: " in str(counter.missing().figures["error"])
    assert not [*tmp_path.iterdir()]
