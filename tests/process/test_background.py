"""Calls in threads of their own."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

import suite
from suite.process.background import Background


def test_what_is_called_gives_its_result_to_whoever_asks() -> None:
    goes_on = threading.Event()
    one = Background(lambda: goes_on.wait() and 7)
    try:
        assert not one.wait(0.01)
        with pytest.raises(TimeoutError):
            one.result(0.01)
    finally:
        goes_on.set()
    assert one.wait(30)
    assert one.result() == one.result() == 7


def test_what_it_raises_is_raised_once() -> None:
    """Kept any longer it would keep what it holds open."""
    one = Background(lambda: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        one.result(30)
    with pytest.raises(TimeoutError):
        one.result(30)


def test_a_signal_that_meets_the_beginning_has_no_traceback_printed() -> None:
    """Of threading.Thread's start() it is."""
    program = """
import signal
from suite.process.background import Background

class Signal(Exception):
    pass

armed = False

def ring(*_):
    if armed:
        raise Signal

signal.signal(signal.SIGALRM, ring)
met = 0
for index in range(2000):
    armed = True
    try:
        signal.setitimer(signal.ITIMER_REAL, 1e-6 * (1 + index % 100))
        Background(int)
    except Signal:
        met += 1
    armed = False
print(met)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 0
    assert done.stderr == ""


def test_no_thread_of_ours_is_begun_otherwise() -> None:
    root = Path(suite.__file__).parent
    ours = [path for path in root.rglob("*.py") if path.relative_to(root).parts[0] != "reference"]
    assert len(ours) > 500
    words = ("threading.Thread(", "threading.Timer(", "ThreadPool", "to_thread(", "run_in_executor(")
    assert not [(path, word) for path in ours for word in words if word in path.read_text()]
