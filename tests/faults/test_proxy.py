"""The proxy's process, as the coordinator starts, asks and ends it."""

import contextlib
import os
import signal
import socket
import threading
import time

import multiprocess
import pytest

from suite.errors import WorkerFailed
from suite.faults import Partition, Reset
from suite.faults.proxy import FaultProxy
from suite.faults.proxy_process import PlannedFault
from suite.process.piping import PipeEnd


@pytest.fixture
def proxy(tmp_path):
    made = FaultProxy(tmp_path, seed=1)
    yield made
    made.stop()


@pytest.fixture
def echo():
    """The port of a server that gives back what comes on its one connection."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve():
            with contextlib.suppress(OSError):
                connection, _ = server.accept()
                with connection:
                    while data := connection.recv(100):
                        connection.sendall(data)

        serving = threading.Thread(target=serve, daemon=True)
        serving.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        serving.join(30)


def test_faults_run_by_its_own_clock_and_are_stamped(proxy, echo):
    port = proxy.open("system", "127.0.0.1", echo)
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(b"x")
        assert connection.recv(1) == b"x"
        begins = time.monotonic_ns() + 100_000_000
        ends = begins + 200_000_000
        later = PlannedFault(1, Reset("system"), ends + 10**12, None, 0.0)
        proxy.plan([PlannedFault(0, Partition("system"), begins, ends, 0.0), later])
        time.sleep(max(begins - time.monotonic_ns(), 0) * 1e-9 + 0.05)
        connection.sendall(b"y")
        assert connection.recv(1) == b"y"
        answered = time.monotonic_ns()
    first, second = proxy.lift()
    assert begins <= first.began < first.ended <= answered
    assert ends <= first.ended
    assert first.struck == 1
    assert (second.began, second.ended) == (0, 0)
    assert proxy.child.running()
    proxy.stop()
    assert proxy.child.exit_status == 0


def test_one_that_died_is_our_fault_and_says_how(proxy):
    proxy.check()
    os.kill(proxy.child.pid, signal.SIGKILL)
    proxy.child.wait(30)
    for ask in (proxy.check, proxy.lift):
        with pytest.raises(WorkerFailed, match=r"the proxy for faults died: .*was killed by SIGKILL"):
            ask()


def test_an_order_that_it_can_not_carry_out_is_told(proxy, echo, monkeypatch):
    monkeypatch.setattr("suite.faults.proxy._PATIENCE", 5.0)
    with pytest.raises(WorkerFailed, match="could not open"):
        proxy._ask("open", "system", ("127.0.0.1", 1), echo)  # a port that is taken


def test_one_that_is_frozen_amid_its_answer_is_not_waited_for(proxy, monkeypatch):
    """It was waited for without end, and the round with it."""
    monkeypatch.setattr("suite.faults.proxy._PATIENCE", 0.05)
    ours, theirs = multiprocess.Pipe()
    with ours, theirs, monkeypatch.context() as frozen:
        os.write(theirs.fileno(), b"\0\0\1\0half of it")
        frozen.setattr(proxy, "_pipe", PipeEnd(ours))
        with pytest.raises(WorkerFailed, match="the proxy for faults could not lift: it does not answer"):
            proxy.lift()
