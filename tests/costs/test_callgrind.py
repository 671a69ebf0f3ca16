"""What valgrind counts: profiles read, what is missing, a real process."""

import shutil

import pytest

from suite.config.catalog import select
from suite.config.settings import Settings
from suite.contract.loop import ClosedLoop
from suite.costs.callgrind import Callgrind, version
from suite.costs.counting import count
from suite.costs.kernel import Kernel
from suite.engine.progress import Silent
from suite.engine.workload_spec import WorkloadSpec
from suite.process.guard import interruptible
from suite.records.reason import Reason

pytestmark = pytest.mark.timeout(240)  # whoever comes first waits for valgrind

LOAD = """
import socket
from suite import Command, User, Workload, closed_loop, operation

class Asker(User):
    async def connect(self, system):
        self.socket = socket.create_connection((system.host, system.port))

    @operation
    async def ask(self):
        self.socket.sendall(b"x" * 10)
        assert self.socket.recv(100) == b"y" * 20

    async def close(self):
        self.socket.close()

server = Command("{python} -S answer.py {port}")
ask = Workload("tiny/ask", server, Asker, loop=closed_loop(1, operations=5))
"""
SERVER = """
import sys, _socket
def number(of):
    return sum(range(of))
listener = _socket.socket()
listener.setsockopt(_socket.SOL_SOCKET, _socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", int(sys.argv[1])))
listener.listen(8)
while True:
    visitor = _socket.socket(fileno=listener._accept()[0])
    while visitor.recv(100):
        number(500)
        visitor.sendall(b"y" * 20)
"""


def test_without_valgrind_there_is_no_version(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert version() is None


def test_the_words_of_valgrind_are_found(tmp_path):
    counter = Callgrind("3.19.0")
    with counter.under(tmp_path):
        pass
    (tmp_path / "valgrind.7").write_text(
        "==7== Command: x\nvex amd64->IR: unhandled instruction bytes: 0x62 0xF1\n"
        "==7== valgrind: Unrecognised instruction at address 0x4001136.\n"
    )
    assert counter.complaint() == "valgrind: Unrecognised instruction at address 0x4001136."


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """A small server, counted by the kernel and by valgrind."""
    known = version()
    if known is None:
        pytest.skip("valgrind is not installed")
    folder = tmp_path_factory.mktemp("counted")
    (folder / "load_tiny.py").write_text(LOAD)
    (folder / "answer.py").write_text(SERVER)
    [entry] = select([str(folder / "load_tiny.py")])
    spec = WorkloadSpec(entry.reference, Settings(loop=ClosedLoop(1, operations=20), rounds=1))
    with interruptible():
        return [count(spec, Silent(), counter) for counter in (Kernel(), Callgrind(known))]


@pytest.mark.exhaustive
def test_a_real_server_is_counted_by_the_kernel(found):
    kernel, _ = found
    costs = kernel.costs(Reason("not_counted"), Kernel.metrics)
    assert costs["cost.bytes_out"].value in (10, None)  # None where the kernel does not list connections
    assert costs["cost.bytes_in"].value in (20, None)
    assert costs["cost.page_faults"].value is not None
    assert (kernel.mix, kernel.bad) == ({"ask": 20}, 0)


@pytest.mark.exhaustive
def test_a_real_server_is_counted_by_valgrind(found):
    _, under = found
    costs = under.costs(Reason("not_counted"), Callgrind.metrics)
    # 500 additions are no less than some instructions each, whatever Python it is.
    assert 5_000 < costs["cost.instructions"].value < 200_000
    assert costs["cost.system_calls"].value == pytest.approx(2, abs=0.3)
    assert costs["cost.instructions"].source.startswith("callgrind 3.")
    assert costs["cost.instructions"].steady
    assert (under.mix, under.bad) == ({"ask": 20}, 0)


def test_valgrind_is_where_the_package_says():
    assert (shutil.which("valgrind") is None) == (version() is None)
