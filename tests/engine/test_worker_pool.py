"""What a worker says of a step that it could not do."""

import asyncio
import errno
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from suite.engine.worker import _Worker
from suite.engine.worker_pool import _raise_fault
from suite.engine.worker_request import WorkerRequest
from suite.errors import StoreError, WorkerFailed


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
