"""The agent in processes of others: what it counts, what it records, and that it is not noticed."""

import ast
import gc
import json
import os
import runpy
import signal
import sys
import textwrap
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.scripts import Script, script
from support.variants import exhaustive

from suite.process import injection
from suite.process.child import Child, start_command, start_function
from suite.process.identity import round_identity
from suite.process.injection import Counts, Injection, Mode, injected

FOLDER = Path(injection.__file__).parent / "injected"
NO_AGENT = "no agent answers: not Python, or it ignores PYTHONPATH (-I, -E, -S)"


@contextmanager
def running(
    folder: Path, text: str, mode: Mode = "counters", directory: str = "agents"
) -> Iterator[tuple[Injection, Script]]:
    """A script with an agent, and who talks to that. It says "ready" first."""
    with injected(folder / directory, mode) as agents, script(folder, text) as process:
        assert process.says() == "ready"
        yield agents, process


def suspend(pid: int) -> None:
    os.kill(pid, signal.SIGSTOP)
    while any(
        task.read_text().rpartition(")")[2].split()[0] != "T"
        for task in Path(f"/proc/{pid}/task").glob("*/stat")
    ):
        time.sleep(0.001)


def program(argv: list[str], folder: Path) -> Child:
    return start_command(argv, log=folder / "log", env={})


def counts(agents: Injection, pid: int) -> Counts:
    found = agents.mark([pid])[pid]
    assert isinstance(found, Counts), found
    return found


def held(agents: Injection, pids: Sequence[int]) -> dict[int, Counts]:
    found = {pid: told for pid, told in agents.mark(pids).items() if isinstance(told, Counts)}
    assert list(found) == list(pids)
    return found


HOARDER = """
    import sys
    kept = []
    print("ready", flush=True)
    for line in sys.stdin:
        kept.extend(object() for _ in range(100))
        kept.append(bytearray(100_000))
        print("kept", flush=True)
"""


def test_what_stays_is_counted_and_nothing_else(tmp_path: Path) -> None:
    with running(tmp_path, HOARDER) as (agents, process):
        marks: list[Counts] = []
        while len(marks) < 15 or len(set(marks[-15:])) > 1:  # an idle process moves no block and no byte
            marks.append(counts(agents, process.pid))
            assert len(marks) < 500, marks
        for _ in range(3):
            process.go_on()
            assert process.says() == "kept"
            marks.append(counts(agents, process.pid))
        last, before = marks[-1], marks[-2]  # it may be back at reading, or not yet: that takes a little
        assert 95 <= last.blocks - before.blocks <= 110
        if last.malloc is not None and before.malloc is not None:
            assert 70_000 <= last.malloc - before.malloc <= 140_000
        assert process.finished() == (0, "", "")


FAMILY = """
    import multiprocessing, os, signal, sys, time

    def hoard():
        kept = [object() for _ in range(1000)]
        kept.append(bytearray(300_000))
        return kept

    def child(pipe):
        kept = hoard()
        pipe.send(os.getpid())
        pipe.recv()
        kept += hoard()
        pipe.send("done")
        pipe.recv()

    if __name__ == "__main__":
        pipes = []
        for method in ("fork", "spawn"):
            context = multiprocessing.get_context(method)
            ours, theirs = context.Pipe()
            context.Process(target=child, args=(theirs,)).start()
            pipes.append(ours)
        pids = [pipe.recv() for pipe in pipes]
        kept = hoard()
        print("ready", flush=True)
        print(os.getpid(), *pids, flush=True)
        sys.stdin.readline()
        for pipe in pipes:
            pipe.send("more")
            pipe.recv()
        print("done", flush=True)
        sys.stdin.readline()
        for pipe in pipes:
            pipe.send("enough")
"""


def test_a_parent_with_forked_and_spawned_children(tmp_path: Path) -> None:
    with round_identity(tmp_path), running(tmp_path, FAMILY) as (agents, process):
        pids = [int(word) for word in process.says().split()]
        before = held(agents, pids)
        process.go_on()
        assert process.says() == "done"
        after = held(agents, pids)
        grown = [after[pid].blocks - before[pid].blocks for pid in pids]
        assert [round(count / 1000) for count in grown] == [0, 1, 1], "each process has a counter of its own"
        assert set(agents.collections(pids)) == set(pids)
        process.go_on()
        assert process.finished() == (0, "", "")


def recorded(path: Path, function: str) -> int:
    """Bytes that were allocated below `function` and never freed, as the recording has it."""
    from memray import FileReader

    with FileReader(path, max_memory_records=10**7) as reader:
        return sum(
            interval.n_bytes
            for record in reader.get_temporal_allocation_records(merge_threads=True)
            if any(frame[0] == function for frame in record.stack_trace())
            for interval in record.intervals
            if interval.deallocated_before_snapshot is None
        )


@pytest.mark.parametrize("ending", ["stopped", exhaustive("terminated"), exhaustive("by itself")])
def test_a_recording_of_each_process(tmp_path: Path, ending: str) -> None:
    pytest.importorskip("memray")
    with round_identity(tmp_path), running(tmp_path, FAMILY, "trace") as (agents, process):
        pids = [int(word) for word in process.says().split()]
        assert all(isinstance(found, Counts) for found in agents.mark(pids).values())
        process.go_on()
        assert process.says() == "done"
        if ending == "stopped":
            assert agents.stop(pids) == {}
            assert agents.stop(pids) == dict.fromkeys(pids, "it is not being recorded")
        elif ending == "terminated":
            for pid in pids[1:]:
                os.kill(pid, signal.SIGTERM)
            process.process.kill()
        if ending != "terminated":
            process.go_on()
            assert process.finished() == (0, "", "")
        process.process.wait()
        found = agents.recordings()
        assert sorted(found) == sorted(found | dict.fromkeys(pids))
        sizes = [recorded(found[pid], "hoard") for pid in pids]
    children = 0 if ending == "by itself" else 2  # by themselves they free it in good order
    assert [size // 316_000 for size in sizes] == [1, children, children]


def test_a_process_without_memray(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "memray.py").write_text("raise ImportError('memray is\\nnot for here')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with running(tmp_path, HOARDER, "trace") as (agents, process):
        reason = {process.pid: "memray does not work there: ImportError: memray is not for here"}
        assert agents.mark([process.pid]) == reason
        assert agents.stop([process.pid]) == reason
        assert agents.recordings() == {}
        assert process.finished() == (0, "", "")


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


def test_who_has_no_agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(injection, "_START", 0.05)
    with round_identity(tmp_path), injected(tmp_path / "agents", "counters") as agents:
        deaf = program([sys.executable, "-I", "-c", "import time; time.sleep(600)"], tmp_path)
        other = program(["sleep", "600"], tmp_path)
        ended = program(["true"], tmp_path)
        assert ended.wait(30)
        pids = [deaf.pid, other.pid, ended.pid, 2**22 + 1]
        assert list(agents.mark(pids).values()) == [NO_AGENT, NO_AGENT, "it has ended", "it has ended"]
        assert list(agents.stop(pids).values()) == [NO_AGENT, NO_AGENT, "it has ended", "it has ended"]
        assert agents.collections(pids) == {}
        agents.forget_longest(pids)
        deaf.kill()
        other.kill()


def test_an_agent_that_comes_late_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(injection, "_START", 60.0)
    with injected(tmp_path / "agents", "counters") as agents:
        child = program([sys.executable, "-c", "import time; time.sleep(600)"], tmp_path)
        assert isinstance(agents.mark([child.pid], timeout=60)[child.pid], Counts)
        child.kill()


def test_a_process_that_stands_still(tmp_path: Path) -> None:
    with running(tmp_path, HOARDER) as (agents, process):
        assert isinstance(agents.mark([process.pid])[process.pid], Counts)
        suspend(process.pid)
        reason = "did not answer in 0.1 s: is its main thread stuck in C code?"
        assert agents.mark([process.pid], timeout=0.1) == {process.pid: reason}
        found = {str(agents.mark([process.pid], timeout=0.01)[process.pid]) for _ in range(12)}
        assert "it does not take questions: is its main thread stuck in C code?" in found
        os.kill(process.pid, signal.SIGCONT)
        while not isinstance(agents.mark([process.pid])[process.pid], Counts):
            pass  # it still takes the questions that nobody waits for
        process.process.kill()
        process.process.wait()
        assert agents.mark([process.pid]) == {process.pid: "it has ended"}


SELF_PORTRAIT = """
    import os, signal, sys, threading
    print(sys.path, sys.modules.get("sitecustomize"), [name for name in os.environ if "PYTHON" in name])
    print([thread.name for thread in threading.enumerate()], signal.pthread_sigmask(signal.SIG_BLOCK, []))
    try:
        import sitecustomize
    except Exception as error:
        print(repr(error))
    else:
        print(sitecustomize)
"""


@pytest.mark.parametrize("own", [None, "print('own')", "raise ValueError('own')", "import no_such_module"])
def test_the_process_looks_as_it_would_without(
    tmp_path: Path, own: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "own"
    folder.mkdir()
    if own:
        (folder / "sitecustomize.py").write_text(own)
    monkeypatch.setenv("PYTHONPATH", str(folder))
    monkeypatch.setenv("PYTHONDEVMODE", "1")
    with script(tmp_path, SELF_PORTRAIT) as process:
        alone = process.finished()
    with injected(tmp_path / "agents", "counters"), script(tmp_path, SELF_PORTRAIT) as process:
        assert process.finished() == alone
    assert alone[0] == 0
    assert str(folder) in alone[1]
    assert list((tmp_path / "agents").glob("*.gc")), "the agent was there"


DAEMON = """
    import os, socket, sys
    socket.setdefaulttimeout(0.01)
    os.closerange(3, 256)
    files = [os.open("/dev/null", os.O_RDONLY) for _ in range(50)]
    before = [os.fstat(file) for file in files]
    print("ready", flush=True)
    sys.stdin.readline()
    print(before == [os.fstat(file) for file in files], flush=True)
"""


def test_a_daemon_that_closes_what_it_finds(tmp_path: Path) -> None:
    with running(tmp_path, DAEMON) as (agents, process):
        for _ in range(4):
            counts(agents, process.pid)
        process.go_on()
        assert process.says() == "True"
        assert process.finished() == (0, "", "")


WAITER = """
    import signal
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    print("ready", flush=True)
    print(signal.sigwait([signal.SIGUSR1]).name, flush=True)
"""


def test_signals_are_left_to_who_waits_for_them(tmp_path: Path) -> None:
    with running(tmp_path, WAITER) as (agents, process):
        counts(agents, process.pid)
        os.kill(process.pid, signal.SIGUSR1)
        assert process.says() == "SIGUSR1"
        assert process.finished() == (0, "", "")


SUBINTERPRETER = """
    try:
        import _interpreters as interpreters
        run = interpreters.exec
    except ImportError:
        import _xxsubinterpreters as interpreters
        run = interpreters.run_string
    identity = interpreters.create()
    run(identity, "import sys")
    interpreters.destroy(identity)
    print("ready", flush=True)
    input()
"""


def test_a_subinterpreter_has_none_of_its_own(tmp_path: Path) -> None:
    with running(tmp_path, SUBINTERPRETER) as (agents, process):
        counts(agents, process.pid)
        process.go_on()
        assert process.finished() == (0, "", "")


REBORN = """
    import os, sys
    if len(sys.argv) == 1:
        os.execv(sys.executable, [sys.executable, *sys.argv, "again"])
    print("ready", flush=True)
    input()
"""


def test_a_process_that_runs_another_program(tmp_path: Path) -> None:
    with running(tmp_path, REBORN) as (agents, process):
        counts(agents, process.pid)
        process.go_on()
        assert process.finished() == (0, "", "")


def test_a_directory_too_deep_for_a_socket(tmp_path: Path) -> None:
    with running(tmp_path, HOARDER, directory="/".join(["x" * 50] * 4)) as (agents, process):
        assert len(str(agents.directory)) > 200
        counts(agents, process.pid)


@pytest.mark.parametrize("own", [None, "", "/first:/second"])
def test_the_environment_inside_and_afterwards(
    tmp_path: Path, own: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", "7")
    if own is not None:
        monkeypatch.setenv("PYTHONPATH", own)
    before = dict(os.environ)
    with injected(tmp_path, "trace", native=True) as agents:
        assert os.environ["PYTHONPATH"] == (f"{FOLDER}:{own}" if own else str(FOLDER))
        assert os.environ["LOADLEDGER_AGENT"] == str(agents.directory)
        assert os.environ["LOADLEDGER_AGENT_NATIVE"] == "1"
        assert os.environ["MALLOC_MMAP_THRESHOLD_"] == "1048576"
        assert os.environ["MALLOC_TRIM_THRESHOLD_"] == "7", "the user's own"
    assert dict(os.environ) == before
    with injected(tmp_path, "gc"):
        assert "MALLOC_MMAP_THRESHOLD_" not in os.environ
    assert dict(os.environ) == before


@pytest.mark.parametrize("directory", ["", "/no/such/directory"])
def test_without_a_directory_nothing_happens(
    tmp_path: Path, directory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOADLEDGER_AGENT", directory)
    monkeypatch.setenv("LOADLEDGER_AGENT_MODE", "trace")
    monkeypatch.setenv("PYTHONPATH", str(FOLDER))
    text = "import gc, sys; print(len(gc.callbacks), 'loadledger_agent' in sys.modules)"
    with script(tmp_path, textwrap.dedent(text)) as process:
        assert process.finished() == (0, "0 False\n", "")


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.py")), ids=lambda path: path.name)
def test_old_pythons_without_packages_can_read_it(path: Path) -> None:
    tree = ast.parse(path.read_text(), feature_version=(3, 8))
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(str(node.module).split(".")[0])
    ours = {"loadledger_agent", "sitecustomize", "memray"}
    assert names <= sys.stdlib_module_names | ours


def test_a_recording_of_a_process_of_ours_has_all_callers(tmp_path: Path) -> None:
    """memray takes off as many as were running when it began: nobody was named in a worker."""
    memray = pytest.importorskip("memray")
    held = []

    def inner() -> None:
        held.append(bytearray(5_000_000))

    def middle() -> None:
        inner()

    def outer() -> None:
        middle()

    with round_identity(tmp_path), injected(tmp_path / "agents", "trace") as agents:
        child = start_function(outer, (), log=tmp_path / "log")
        assert child.wait(30)
        (recording,) = agents.recordings().values()
    with memray.FileReader(recording) as reader:
        largest = max(reader.get_high_watermark_allocation_records(), key=lambda record: record.size)
        names = [name for name, _, _ in largest.stack_trace()]
    assert names[:4] == ["inner", "middle", "outer", "_child_main"]


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
