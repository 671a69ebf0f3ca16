"""What tidies up after others that died may do so, and is not waited for long."""

import os
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest

from suite.process.sweep import ROUND_VARIABLE, carrying, sweep

_HOLDER = """
import multiprocessing, sys
held = multiprocessing.get_context("spawn").Semaphore(1)
print(held._semlock.name, flush=True)
sys.stdin.read()
"""


def test_named_semaphores_of_what_is_swept_are_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("suite.process.sweep._SPARED", 60.0)
    name = uuid.uuid4().hex
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLDER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, ROUND_VARIABLE: name},
        text=True,
    )
    assert holder.stdout is not None
    semaphore = Path("/dev/shm") / f"sem.{holder.stdout.readline().strip().lstrip('/')}"
    assert semaphore.exists()
    begin = time.monotonic()
    assert sweep(name, 60.0) == [holder.pid]
    assert time.monotonic() - begin < 30
    holder.wait()
    assert (carrying(name), semaphore.exists()) == ([], False)
    for pipe in (holder.stdin, holder.stdout):
        assert pipe is not None
        pipe.close()
