"""What a worker says of a step that it could not do."""

import asyncio
import errno
import os
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import multiprocess
import pytest

from suite.engine import worker_pool
from suite.engine.worker import _Worker
from suite.engine.worker_pool import Worker, _raise_fault, gather_reports
from suite.engine.worker_request import WorkerReply, WorkerRequest
from suite.errors import StoreError, WorkerFailed
from suite.process.piping import PipeEnd


def test_a_folder_that_somebody_removed_meanwhile_is_one_line(tmp_path: Path) -> None:
    """`suite calibrate` showed a traceback where the folder of temporary files was tidied."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    named: Any = SimpleNamespace(name="worker 0")
    with asyncio.Runner() as runner:
        worker = _Worker(None, 0, None, None, (), str(folder / "kept.jsonl"), runner)
        with pytest.raises(WorkerFailed, match="worker 0 broke while it should connect:\nTraceback"):
            _raise_fault(named, worker.obey(WorkerRequest("connect")))
        folder.rmdir()
        with pytest.raises(StoreError) as caught:
            _raise_fault(named, worker.obey(WorkerRequest("connect")))
    said = f"{folder} was removed while it was in use; TMPDIR names a place that nobody tidies"
    assert str(caught.value) == said


def test_what_the_machine_refuses_a_worker_is_one_line(tmp_path: Path) -> None:
    """`ulimit -n 24 suite run` showed a traceback of ours."""

    def refuse() -> None:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    spec: Any = SimpleNamespace(workload=refuse)
    named: Any = SimpleNamespace(name="worker 0")
    with asyncio.Runner() as runner:
        worker = _Worker(None, 0, spec, None, (), str(tmp_path / "kept.jsonl"), runner)  # type: ignore[arg-type]
        with pytest.raises(WorkerFailed) as caught:
            _raise_fault(named, worker.obey(WorkerRequest("build")))
    (line,) = str(caught.value).splitlines()
    assert line.startswith("worker 0 can't build: [Errno 24] Too many open files; ")
    assert line.endswith("; allow more of them: ulimit -n 4096")


def test_what_a_full_folder_of_temporary_files_refuses_a_worker_is_one_line(tmp_path: Path) -> None:
    """It was a traceback of ours, in the document too."""
    mine = tmp_path / "kept.jsonl"

    def refused_in(path: Path) -> str:
        def refuse() -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

        spec: Any = SimpleNamespace(workload=refuse)
        named: Any = SimpleNamespace(name="worker 0")
        with asyncio.Runner() as runner:
            worker = _Worker(None, 0, spec, None, (), str(mine), runner)  # type: ignore[arg-type]
            with pytest.raises(WorkerFailed) as caught:
                _raise_fault(named, worker.obey(WorkerRequest("build")))
        return str(caught.value)

    (line,) = refused_in(mine).splitlines()
    assert line == f"worker 0 can't build: [Errno 28] No space left on device: '{mine}'; free some space"
    assert "Traceback" in refused_in(Path("/of/the/user"))


def test_a_worker_that_is_frozen_amid_its_report_is_one_that_hangs() -> None:
    """What was to be read of it was waited for without end, whatever else there was to do."""
    looks = []
    ours, theirs = multiprocess.Pipe()
    other, reports = multiprocess.Pipe()
    with ours, theirs, other, reports:
        reports.send(WorkerReply("run"))
        os.write(theirs.fileno(), b"\0\0\1\0half of it")
        workers: Any = [
            SimpleNamespace(name=f"worker {index}", pipe=PipeEnd(end), told=None)
            for index, end in enumerate((ours, other))
        ]
        end = time.monotonic() + 0.2
        with pytest.raises(WorkerFailed, match=r"^worker 0 did not finish to run in time and was"):
            gather_reports(
                workers,
                step="run",
                deadline=lambda: end,
                meanwhile=lambda: looks.append(1),
                pause=lambda: 0.01,
            )
    assert len(looks) > 1
    assert workers[1].told == WorkerReply("run")


def test_a_worker_that_takes_no_orders_is_one_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_pool, "_HEARING_SECONDS", 0.05)
    ours, theirs = multiprocess.Pipe()
    with ours, theirs:
        worker: Any = SimpleNamespace(name="worker 0", pipe=PipeEnd(ours))
        order = WorkerRequest("connect", prepared=bytes(3_000_000))
        with pytest.raises(WorkerFailed, match=r"^worker 0 did not begin to connect in time and was stopped"):
            Worker.tell(worker, order)
