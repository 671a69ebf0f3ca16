"""What memray records in processes of others, children and ours included."""

import os
import signal
from pathlib import Path

import pytest
from support.injecting import FAMILY, HOARDER, running
from support.variants import exhaustive

from suite.process.agent_answers import Counts
from suite.process.child import start_function
from suite.process.identity import round_identity
from suite.process.injection import injected


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
